from django.db import migrations


def make_activities(apps, schema_editor):
    """Put what pairs have agreed to do on their list of activities."""
    AgreedActivity, Activity = (
        apps.get_model("agreements", name) for name in ("AgreedActivity", "Activity")
    )
    agreed = AgreedActivity._base_manager.filter(version__state="signed")
    for row in agreed.select_related("version__agreement").order_by("version", "position", "pk"):
        version = row.version
        Activity(
            match_id=version.agreement.match_id, text=row.text, added_at=version.signed_at
        ).save()


class Migration(migrations.Migration):

    dependencies = [
        ('agreements', '0013_activities'),
    ]

    operations = [
        migrations.RunPython(make_activities, migrations.RunPython.noop),
    ]
