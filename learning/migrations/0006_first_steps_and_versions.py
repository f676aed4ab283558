from django.db import migrations
from django.utils import timezone

from learning import seeding


def load(apps, schema_editor):
    """Say at which step the product's own items help, and keep today's words of all as a version."""
    Item = apps.get_model("learning", "LibraryItem")
    Version = apps.get_model("learning", "ItemVersion")
    for code, step in seeding.item_steps().items():
        Item.objects.filter(code=code, step="").update(step=step)
    now = timezone.now()
    Version.objects.bulk_create(
        Version(
            item=item, saved_at=now, titles=item.titles, summaries=item.summaries,
            texts=item.texts, links=item.links,
        )
        for item in Item.objects.filter(versions=None)
    )


class Migration(migrations.Migration):

    dependencies = [("learning", "0005_steps_and_versions")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
