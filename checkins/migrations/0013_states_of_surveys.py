"""Give every survey its state; of several editions that could be asked, the newest is published."""

from django.db import migrations
from django.utils import timezone


def set_states(apps, schema_editor):
    surveys = apps.get_model("checkins", "Survey").objects
    surveys.filter(retired_at__isnull=False).update(state="retired")
    surveys.filter(retired_at=None, published_at__isnull=False).update(state="published")
    seen = set()
    for row in surveys.exclude(state="retired").order_by("-number"):
        key = (row.program_id, row.kind, row.state)
        if key in seen:  # never asked any more, because the newer edition was
            surveys.filter(pk=row.pk).update(state="retired", retired_at=timezone.now())
        seen.add(key)


class Migration(migrations.Migration):
    dependencies = [("checkins", "0012_editions_of_surveys")]
    operations = [migrations.RunPython(set_states, migrations.RunPython.noop)]
