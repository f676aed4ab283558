"""Keep with written opinions how many the program wants."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def keep_wanted(apps, schema_editor):
    Opinion = apps.get_model("applications", "Opinion")
    Policy = apps.get_model("programs", "Policy")
    needed = Policy.objects.filter(program__cohorts__applications=OuterRef("application"))
    written = Opinion._base_manager.filter(written_at__isnull=False, wanted=None)
    written.update(wanted=Subquery(needed.values("opinions_needed")[:1]))


class Migration(migrations.Migration):
    dependencies = [("applications", "0031_opinions_wanted")]

    operations = [migrations.RunPython(keep_wanted, migrations.RunPython.noop)]
