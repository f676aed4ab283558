"""The e-mail that asks someone to look back is about the pair: it is due before the end as well."""

from __future__ import annotations

from datetime import date

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

KIND = "reflection"
EPOCH = date(2000, 1, 1)


def move_to_pairs(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let the e-mails about endings be about their pairs; no one is asked a second time.

    Of several endings of a pair, of which all but one were taken back, the oldest e-mails stay.
    """
    Notification = apps.get_model("notifications", "Notification")
    Closure = apps.get_model("matches", "Closure")
    rows = Notification._base_manager.filter(kind=KIND, about_type="matches.closure")
    known: set[str] = set()
    for row in rows.order_by("pk").iterator():
        closure = Closure._base_manager.select_related("match").filter(pk=row.about_id).first()
        if closure is None:
            row.delete()
            continue
        agreed_on = closure.match.term_agreed_on
        row.ordinal += 1 + (10 * (agreed_on - EPOCH).days if agreed_on else 0)
        row.about_type, row.about_id = "matches.match", closure.match_id
        topic = f"{KIND}:matches.match:{closure.match_id}:{row.recipient_id}"
        row.key = f"{topic}:{row.ordinal}"
        row.topic = topic if row.topic else None
        waits_for = {topic} if row.state in {"pending", "held"} else set()
        if known & {row.key, *waits_for}:
            row.delete()
            continue
        known |= {row.key, *waits_for}
        row.save()


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0020_labels_of_wordings"),
        ("matches", "0016_carer_since"),
        ("notifications", "0010_weekly_counts"),
    ]
    operations = [migrations.RunPython(move_to_pairs, migrations.RunPython.noop)]
