from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('announcements', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='announcementrecipient',
            name='was_held_back',
            field=models.BooleanField(default=False, editable=False),
        ),
    ]
