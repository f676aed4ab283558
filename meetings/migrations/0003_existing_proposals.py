"""Give proposals made before the negotiation their suggested time and the person who answers."""

from django.db import migrations


def fill(apps, schema_editor):
    Meeting = apps.get_model("meetings", "Meeting")
    ProposedTime = apps.get_model("meetings", "ProposedTime")
    Transition = apps.get_model("workflow", "Transition")
    proposed = Meeting.objects.filter(state="proposed", awaiting=None)
    for row in proposed.select_related("match__mentee", "match__mentor"):
        people = {row.match.mentee.person_id, row.match.mentor.person_id}
        row.awaiting_id = (people - {row.proposed_by_id}).pop()
        row.lapses_at = row.starts_at
        row.save(update_fields=["awaiting", "lapses_at"])
        ProposedTime.objects.create(
            meeting=row, on=row.on, wall_time=row.wall_time, zone=row.zone, starts_at=row.starts_at
        )
    recorded = Transition.objects.filter(
        about_type="meetings.meeting", to_state__in=["held", "missed"]
    )
    for meeting_id, at in recorded.values_list("about_id", "at"):
        Meeting.objects.filter(pk=meeting_id).update(recorded_at=at)
    Agenda = apps.get_model("meetings", "Agenda")
    for agenda in Agenda.objects.filter(author=None).select_related("meeting"):
        Agenda.objects.filter(pk=agenda.pk).update(author=agenda.meeting.proposed_by_id)


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0002_negotiation"),
        ("workflow", "0001_initial"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
