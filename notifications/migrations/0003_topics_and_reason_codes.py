"""Give waiting e-mails their topic, and stored reasons their codes."""

from django.db import migrations

REASONS = {
    "expired before it was sent": "expired",
    "quiet hours": "quiet-hours",
    "weekly limit": "weekly-limit",
    "outcome unknown, send again?": "outcome-unknown",
    "failed after several attempts": "attempts-failed",
    "rejected by the mail server": "rejected",
    "the record that it was about has been deleted": "record-deleted",
    "the account is closed": "account-closed",
    "the account was erased": "account-erased",
    "turned off by the recipient": "turned-off",
    "far more e-mails than usual": "over-limit",
    "the database was restored": "restored",
    "decided by the committee": "by-committee",
    "answered": "answered",
    "the orientation is passed": "orientation-passed",
    "the orientation is passed or no longer needed": "orientation-passed",
    "the match has ended": "match-ended",
    "the match is closed": "match-ended",
    "a draft has been shared": "draft-shared",
    "there is nothing left to sign": "nothing-to-sign",
    "a newer version is in force": "newer-version",
    "the check-in is no longer open": "checkin-closed",
    "someone has taken it already": "concern-taken",
    "another member must handle it": "other-member",
    "they have a match or withdrew": "matched-or-gone",
    "the round is no longer in review": "not-in-review",
    "the round is closed": "round-closed",
    "the round is no longer a draft": "not-a-draft",
    "the time of the meeting has passed": "meeting-passed",
    "the application is no longer waiting": "not-waiting",
    "the application is no longer a draft": "no-longer-draft",
    "applications have closed": "applications-closed",
    "the decision has changed or the person has withdrawn": "decision-changed",
    "before the demo began": "expired",
    "mailbox unknown": "rejected",
}
TOPICS = {
    "meeting-date": "meeting",
    "meeting-date-soon": "meeting",
    "agreement-to-sign": "agreement",
    "agreement-signed": "agreement",
    "application-received": "application",
    "application-unfinished": "application",
    "decision-accepted": "application",
    "decision-waitlisted": "application",
    "decision-declined": "application",
    "round-unmatched": "round-result",
    "round-no-mentee": "round-result",
    "round-review-request": "round",
    "round-ready": "round",
    "round-held-back": "round",
    "concern-urgent": "concern",
}
AHEAD = {"orientation-open"}  # several were enqueued ahead: they go out at their own time
UNSURE = "unsure"


def topic_of(row):
    about_and_person = row.key.split(":", 1)[1].rpartition(":")[0]
    return f"{TOPICS.get(row.kind, row.kind)}:{about_and_person}"


def forwards(apps, schema_editor):
    Notification = apps.get_model("notifications", "Notification")
    KnownState = apps.get_model("notifications", "KnownState")
    rows = Notification._base_manager.all()
    for sentence, code in REASONS.items():
        rows.filter(reason=sentence).update(reason=code)
    seen = set()
    waiting = rows.filter(state__in=["pending", "held"]).exclude(kind="account-email")
    for row in waiting.exclude(kind__in=AHEAD).order_by("-pk"):
        topic = topic_of(row)
        if topic in seen:
            changes = {"state": "cancelled", "reason": "superseded", "ended_at": row.created_at}
            rows.filter(pk=row.pk).update(**changes)
        else:
            rows.filter(pk=row.pk).update(topic=topic)
        seen.add(topic)
    # What earlier e-mails about meetings said is not known, but they said something.
    told = rows.filter(kind__in=["meeting-date", "meeting-date-soon"], state="sent")
    states = {
        topic_of(row): KnownState(
            topic=topic_of(row), person_id=row.recipient_id, digest=UNSURE, since=row.sent_at
        )
        for row in told.order_by("pk")
    }
    KnownState._base_manager.bulk_create(states.values(), ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [("notifications", "0002_one_waiting_email_per_topic")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
