from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('agreements', '0003_reflections'),
    ]

    operations = [
        migrations.RenameModel(old_name='Goal', new_name='AgreedGoal'),
        migrations.RenameModel(old_name='Activity', new_name='AgreedActivity'),
        migrations.AlterModelOptions(
            name='agreedgoal',
            options={'ordering': ['position', 'pk'], 'verbose_name': 'agreed goal', 'verbose_name_plural': 'agreed goals'},
        ),
        migrations.AlterModelOptions(
            name='agreedactivity',
            options={'ordering': ['position', 'pk'], 'verbose_name': 'agreed activity', 'verbose_name_plural': 'agreed activities'},
        ),
    ]
