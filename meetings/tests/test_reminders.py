"""Prepare before, say afterwards whether you met; and the links that answer in one tap."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from meetings import preparing, recording, scheduling
from meetings.contacts import note_contact
from meetings.meeting_reminders import ask_whether_met, next_morning, remind_to_prepare
from meetings.models import Correction, Meeting
from meetings.reconcilers import lapse_unanswered
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from testkit import meetings as make

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW)]
SETTLED = ("meeting-date", "meeting-date-soon")


def waiting():
    """Return (kind, first name) of the reminders in the outbox, in order."""
    rows = Notification.system.exclude(kind__in=SETTLED).select_related("recipient").order_by("pk")
    return [(row.kind, row.recipient.first_name) for row in rows]


def run(reconcile, *moments):
    for moment in moments:
        for _twice in range(2):
            reconcile(moment)
    return waiting()


@pytest.fixture
def ahead(match):
    return make.meeting(match, NOW + timedelta(days=9))


@pytest.fixture
def passed(match):
    return make.meeting(match, NOW - timedelta(hours=1))


def before(meeting, **ago):
    return meeting.starts_at - timedelta(**ago)


def test_the_mentee_is_asked_to_prepare_three_days_before(ahead):
    assert run(remind_to_prepare, before(ahead, days=3, minutes=1)) == []
    assert run(remind_to_prepare, before(ahead, days=3), before(ahead, days=1)) == [
        ("meeting-prepare", "Ben")
    ]


def test_the_mentor_reads_what_is_prepared_a_day_before(ahead, ben):
    preparing.save_agenda(ahead, {"hoped_for": "Courage"}, by=ben)
    assert run(remind_to_prepare, before(ahead, days=3), before(ahead, hours=25)) == []
    assert run(remind_to_prepare, before(ahead, days=1)) == [("meeting-agenda", "Ada")]


def test_a_moved_meeting_is_prepared_again(ahead, ben, ada):
    run(remind_to_prepare, before(ahead, days=3))
    scheduling.suggest_times(ahead, [make.when(ben, 20)], by=ben)
    scheduling.accept(ahead, by=ada)
    assert len(run(remind_to_prepare, before(ahead, days=3))) == 2


@pytest.mark.parametrize("change", ["prepared", "moved", "cancelled", "closed"])
def test_a_reminder_that_is_no_longer_wanted_is_not_sent(change, match, ben, close):
    meeting = make.meeting(match, NOW + timedelta(days=2))
    deliver_due_emails(reconcile=False)
    remind_to_prepare(NOW)
    if change == "prepared":
        preparing.save_agenda(meeting, {"points": "Pay"}, by=ben)
    elif change == "moved":
        scheduling.suggest_times(meeting, [make.when(ben, 20)], by=ben, is_agreed=True)
    elif change == "cancelled":
        scheduling.cancel(meeting, by=ben)
    else:
        close(match)
    subjects = [mail.subject for mail in deliver_due_emails(reconcile=False)]
    assert not any(subject.startswith("Prepare for") for subject in subjects)


def test_whoever_is_asked_and_when(passed):
    morning = next_morning(passed.starts_at, "UTC")
    days = timedelta(days=1)
    assert run(ask_whether_met, morning - timedelta(seconds=1)) == []
    asked = run(
        ask_whether_met, morning, morning + 3 * days, morning + 4 * days, morning + 5 * days
    )
    assert asked == [
        ("meeting-record", "Ben"),
        ("meeting-record", "Ada"),
        ("meeting-record", "Ben"),
    ]
    assert run(ask_whether_met, passed.starts_at + 15 * days) == asked


def test_no_one_is_asked_about_what_is_recorded_or_not_past(passed, ahead, match, ben, close):
    recording.record(passed, by=ben)
    assert run(ask_whether_met, NOW + timedelta(days=2)) == []
    close(match)
    assert run(ask_whether_met, NOW + timedelta(days=12)) == []


def test_the_pair_is_asked_about_a_proposal_that_no_one_answered(match, ben):
    make.meeting(match, is_agreed=False, times=[make.when(ben, 1), make.when(ben, 2)])
    lapse_unanswered(NOW + timedelta(days=2, hours=1))
    assert run(ask_whether_met, NOW + timedelta(days=2, hours=1)) == []
    assert run(ask_whether_met, NOW + timedelta(days=4)) == [("meeting-record", "Ben")]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("America/Toronto", 14), ("Europe/Paris", 8), ("UTC", 9)],
)
def test_the_next_morning_is_by_the_clock_of_the_person(zone, expected):
    evening = datetime(2026, 12, 3, 20, tzinfo=UTC)
    assert next_morning(evening, zone) == datetime(2026, 12, 4, expected, tzinfo=UTC)


# --- answering by link


@pytest.fixture
def links(passed):
    """The three addresses in the e-mail to Ben, by answer."""
    deliver_due_emails(reconcile=False)
    ask_whether_met(next_morning(passed.starts_at, "UTC"))
    Notification.system.update(next_at=NOW, due_at=NOW)
    (mail,) = deliver_due_emails(reconcile=False)
    found = re.findall(r"https?://\S+?(/go/\S+)\?outcome=(\w+)", mail.body)
    return {outcome: f"{path}?outcome={outcome}" for path, outcome in found}


@pytest.mark.parametrize("outcome", ["held", "moved", "missed"])
def test_one_tap_answers_and_opening_changes_nothing(outcome, links, passed, client):
    page = client.get(links[outcome])
    passed.refresh_from_db()
    assert (page.status_code, passed.state) == (200, "set")
    for _twice in range(2):
        answer = client.post(links[outcome], {"outcome": outcome})
        assert "Saved:" in answer.content.decode()
    passed.refresh_from_db()
    assert (passed.state, passed.recorded_at is not None) == (outcome, True)
    assert Correction.objects.count() == 0


def test_a_link_does_not_correct_what_was_answered(links, passed, client, ada):
    recording.record(passed, by=ada, outcome="missed")
    answer = client.post(links["held"], {"outcome": "held"}).content.decode()
    assert "This has been answered already." in answer
    passed.refresh_from_db()
    assert passed.state == "missed"


@pytest.mark.parametrize("outcome", ["cancelled", "set", ""])
def test_a_link_writes_nothing_else(outcome, links, passed, client):
    client.post(links["held"], {"outcome": outcome})
    passed.refresh_from_db()
    assert passed.state == "set"


def test_a_link_shows_nothing_that_was_written(links, passed, client, ada):
    preparing.save_private_note(passed, "Hidden", by=ada)
    recording.record(passed, by=ada, learned="Hidden")
    for page in (client.get(links["held"]), client.post(links["held"], {"outcome": "held"})):
        assert "Hidden" not in page.content.decode()


def test_a_link_ends_with_the_match(links, match, client, close, passed):
    close(match)
    assert "There is nothing left to answer here." in client.get(links["held"]).content.decode()
    page = client.post(links["held"], {"outcome": "held"})
    assert "This match has ended" in page.content.decode()
    assert Meeting.objects.get(pk=passed.pk).state == "set"


def test_contacts_need_no_reminder(match, ben):
    note_contact(match, by=ben)
    assert waiting() == []
