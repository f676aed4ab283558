from django.db import migrations

from learning import seeding


def load(apps, schema_editor):
    """Give each program the product's own topics and items, as new programs get them."""
    Topic = apps.get_model("learning", "SupportTopic")
    Item = apps.get_model("learning", "LibraryItem")
    for program in apps.get_model("programs", "Program").objects.all():
        topics = {
            one["code"]: Topic.objects.create(program=program, **one)
            for one in seeding.topic_seeds()
        }
        for columns, codes in seeding.item_seeds():
            item = Item(program=program, **columns)
            item.save()
            item.topics.set(topics[code] for code in codes)


class Migration(migrations.Migration):

    dependencies = [("learning", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
