from django.db import migrations

from checkins import theme_seeds


def load(apps, schema_editor):
    """Give each program the product's own themes, as new programs get them."""
    Theme = apps.get_model("checkins", "Theme")
    for program in apps.get_model("programs", "Program").objects.all():
        Theme.objects.bulk_create(
            Theme(program=program, **one) for one in theme_seeds.theme_seeds()
        )


class Migration(migrations.Migration):

    dependencies = [("checkins", "0031_themes")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
