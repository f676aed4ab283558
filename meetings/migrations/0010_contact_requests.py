"""A request for a contact: "introduction" is the word for the beginning of a pair."""

from django.conf import settings
from django.db import migrations, models

NAMES = "meetings.introduction", "meetings.contactrequest"
KINDS = {
    "introduction-asked": "contact-request",
    "introduction-answered": "contact-request-answered",
}


def _rename(apps, names, kinds, states):
    """Rename what other tables say of these rows as text, and the state of a shared contact."""
    before, after = names
    state, new_state = states
    transitions = apps.get_model("workflow", "Transition")._base_manager
    emails = apps.get_model("notifications", "Notification")._base_manager
    transitions.filter(about_type=before).update(about_type=after)
    transitions.filter(about_type=after, to_state=state).update(to_state=new_state)
    emails.filter(about_type=before).update(about_type=after)
    for kind, new_kind in kinds.items():
        emails.filter(kind=kind).update(kind=new_kind)
    rows = apps.get_model("meetings", "ContactRequest")._base_manager
    rows.filter(state=state).update(state=new_state)


def rename(apps, schema_editor):
    _rename(apps, NAMES, KINDS, ("made", "shared"))


def rename_back(apps, schema_editor):
    _rename(apps, NAMES[::-1], {new: old for old, new in KINDS.items()}, ("shared", "made"))


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0009_plain_labels"),
        ("notifications", "0004_indexes_of_lists"),
        ("workflow", "0003_plain_labels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameModel("Introduction", "ContactRequest"),
        migrations.AlterModelOptions(
            name="contactrequest",
            options={
                "ordering": ["-asked_at", "-pk"],
                "verbose_name": "request for a contact",
                "verbose_name_plural": "requests for contacts",
            },
        ),
        migrations.AlterField(
            model_name="contactrequest",
            name="state",
            field=models.CharField(
                choices=[
                    ("asked", "waits for an answer"),
                    ("promised", "they will ask the person"),
                    ("shared", "contact shared"),
                    ("declined", "not possible"),
                    ("withdrawn", "no longer needed"),
                ],
                default="asked",
                max_length=10,
            ),
        ),
        migrations.RunPython(rename, rename_back),
    ]
