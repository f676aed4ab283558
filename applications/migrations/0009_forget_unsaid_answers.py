"""What an import stored as a default, without the file saying it, becomes unknown."""

import json

from django.db import migrations

OLD_DEFAULTS = {"rhythm_days": 30, "capacity": 1, "is_first_time": False}


def forget_unsaid_answers(apps, schema_editor):
    """Empty defaults of imported applications whose person has never saved a page."""
    rows = apps.get_model("applications", "ImportedRow")._base_manager
    rows = rows.filter(application__version=0)
    said = {}
    for pk, written in rows.order_by("pk").values_list("application", "written_json"):
        said.setdefault(pk, set()).update(json.loads(written))
    applications = apps.get_model("applications", "Application").objects
    for name, default in OLD_DEFAULTS.items():
        unsaid = [pk for pk, names in said.items() if name not in names]
        for start in range(0, len(unsaid), 500):
            found = applications.filter(pk__in=unsaid[start : start + 500], **{name: default})
            found.update(**{name: None})


class Migration(migrations.Migration):
    dependencies = [("applications", "0008_unknown_answers")]
    operations = [migrations.RunPython(forget_unsaid_answers, migrations.RunPython.noop)]
