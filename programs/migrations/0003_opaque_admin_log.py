"""Replace the names in the admin's log by the table and id of each row."""

from __future__ import annotations

import json

from django.db import migrations


def without_objects(message: str) -> str:
    """Return a stored change message without the names of inline rows; free text is dropped."""
    try:
        actions = json.loads(message)
        kept = [
            {name: {k: "" if k == "object" else v for k, v in what.items()}}
            for action in actions
            for name, what in action.items()
        ]
    except (ValueError, AttributeError, TypeError):
        return ""
    return json.dumps(kept)


def make_opaque(apps, schema_editor):
    entries = apps.get_model("admin", "LogEntry").objects.select_related("content_type")
    for entry in entries.iterator():
        kind = entry.content_type
        table = f"{kind.app_label}.{kind.model} " if kind else ""
        entry.object_repr = f"{table}{entry.object_id}"
        entry.change_message = without_objects(entry.change_message)
        entry.save(update_fields=["object_repr", "change_message"])


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0002_contact_phone"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_opaque, migrations.RunPython.noop)]
