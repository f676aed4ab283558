from django.db import migrations
from django.db.models import F


def drop_own_deputies(apps, schema_editor):
    """Drop the deputy of those who named themselves: they had none."""
    Membership = apps.get_model("programs", "Membership")
    Membership.objects.filter(deputy=F("user")).update(deputy=None)


class Migration(migrations.Migration):
    dependencies = [("programs", "0005_questions")]

    operations = [migrations.RunPython(drop_own_deputies, migrations.RunPython.noop)]
