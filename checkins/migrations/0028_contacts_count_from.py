from datetime import timedelta

from django.db import migrations, models
from django.utils import timezone

SOON = timedelta(days=30)  # replaced by the first sweep, a minute later


def begin(apps, schema_editor):
    """Plan for the pairs that are there: contacts that nobody could log were not missed."""
    plans = apps.get_model("checkins", "ContactPlan")._base_manager
    pairs = apps.get_model("matches", "Match")._base_manager.exclude(state="closed")
    today = timezone.localdate()
    days = {"planned_on": today + SOON, "due_on": today + SOON, "latest_on": today + SOON}
    model = plans.model
    rows = [
        model(match_id=pk, person_id=person, counts_from=today, is_outdated=True, **days)
        for pk, *people in pairs.values_list("pk", "mentee__person", "mentor__person")
        for person in people
    ]
    plans.bulk_create(rows, ignore_conflicts=True, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("checkins", "0027_when_to_escalate"),
        ("matches", "0016_carer_since"),
    ]

    operations = [
        migrations.AddField(
            model_name="contactplan",
            name="counts_from",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
