from django.db import migrations
from django.utils import timezone

from learning import touch_seeding


def load(apps, schema_editor):
    """Give each program the product's own short texts, as new programs get them."""
    Text = apps.get_model("learning", "TouchText")
    Version = apps.get_model("learning", "TouchVersion")
    Item = apps.get_model("learning", "LibraryItem")
    now = timezone.now()
    for program in apps.get_model("programs", "Program").objects.all():
        items = {row.code: row for row in Item.objects.filter(program=program)}
        for seed in touch_seeding.seeds():
            text = Text.objects.create(
                program=program, role=seed.role, month=seed.month, item=items.get(seed.item)
            )
            Version.objects.create(
                text=text, titles=seed.titles, texts=seed.texts, tries=seed.tries, saved_at=now
            )


class Migration(migrations.Migration):

    dependencies = [("learning", "0003_short_texts")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
