"""Name saved pages as the form has them now: one page of topics, and pages that order a choice."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FOLLOWING = {"goals": ("topics", "ranking"), "experiences": ("experiences", "sharing")}
GONE = {"goals", "subjects", "skills", "suitability"}
BATCH = 1000  # rows


def rename(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rows = apps.get_model("applications", "Application").objects.exclude(saved_pages=[])
    batch = []
    for row in rows.only("saved_pages").order_by("pk").iterator(BATCH):
        added = {new for old in row.saved_pages for new in FOLLOWING.get(old, ())}
        row.saved_pages = sorted({*row.saved_pages, *added} - GONE)
        batch.append(row)
        if len(batch) == BATCH:
            rows.model.objects.bulk_update(batch, ["saved_pages"])
            batch = []
    rows.model.objects.bulk_update(batch, ["saved_pages"])


class Migration(migrations.Migration):
    dependencies = [("applications", "0022_topic_rank")]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
