from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('agreements', '0006_goals_of_agreements'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='agreedgoal',
            name='public_id',
        ),
        migrations.RemoveField(
            model_name='agreedgoal',
            name='state',
        ),
    ]
