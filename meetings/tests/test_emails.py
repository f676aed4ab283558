"""What an e-mail says is true in the state in which it is sent, for both people."""

from datetime import UTC, datetime, timedelta

import pytest

from meetings import recording, scheduling
from meetings.models import Meeting
from meetings.reconcilers import lapse_unanswered
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from testkit import meetings as make

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW)]


def sent():
    """Send what is due; return (first name, subject, text) of each e-mail, sorted."""
    emails = deliver_due_emails(reconcile=False)
    found = [
        (mail.to[0].split(".")[0], mail.subject, " ".join(mail.body.split())) for mail in emails
    ]
    return sorted(found)


def start(person, days):
    return [make.when(person, day, at=NOW) for day in days]


@pytest.fixture
def confirmed(match):
    meeting = make.meeting(match)
    sent()
    return meeting


def test_one_suggested_time_is_in_the_subject(match):
    make.meeting(match, is_agreed=False)
    ((to, subject, text),) = sent()
    assert (to, "does that work for you?" in subject) == ("ada", True)
    assert "Ben suggests when to meet." in text
    assert "/reply/" in text


def test_several_suggested_times_are_listed(match, ben):
    make.meeting(match, is_agreed=False, times=start(ben, (7, 8, 9)))
    ((_to, subject, text),) = sent()
    assert subject == "Ben suggests 3 times: which one works for you?"
    assert text.count("2026") + text.count("2027") >= 3


def test_both_are_told_when_a_time_is_accepted(match, ada):
    meeting = make.meeting(match, is_agreed=False)
    sent()
    scheduling.accept(meeting, by=ada)
    found = sent()
    assert [to for to, _subject, _text in found] == ["ada", "ben"]
    for to, subject, text in found:
        partner = {"ada": "Ben", "ben": "Ada"}[to]
        assert f"meeting with {partner}" in subject
        assert f"You are meeting {partner} on" in text
        assert "Suggested" not in text


def test_a_suggested_move_says_what_holds_until_it_is_accepted(confirmed, ada, ben):
    scheduling.suggest_times(confirmed, start(ada, (9, 10)), by=ada)
    ((to, subject, text),) = sent()
    assert to == "ben"
    assert "Ada asks to move your meeting on" in subject
    assert "Until you accept another time, it stays on this date." in text


def test_the_other_clock_is_shown(match, ada, ben):
    ben.time_zone, ada.time_zone = "America/Toronto", "Europe/Paris"
    ben.save()
    ada.save()
    make.meeting(match, is_agreed=False)
    ((_to, _subject, text),) = sent()
    assert "for Ben)" in text
    assert "Times are in your time zone, Paris." in text


@pytest.mark.parametrize("by", ["ada", "ben"])
def test_keeping_the_date_tells_the_other_what_holds(by, confirmed, ada, ben):
    scheduling.suggest_times(confirmed, start(ada, (9,)), by=ada)
    sent()
    scheduling.keep_date(confirmed, by={"ada": ada, "ben": ben}[by])
    ((to, _subject, text),) = sent()
    assert to == {"ada": "ben", "ben": "ada"}[by]
    assert "You are meeting" in text
    assert "move" not in text


def test_a_cancelled_date_is_named_to_both(confirmed, ada):
    scheduling.cancel(confirmed, by=ada)
    found = sent()
    assert [to for to, _subject, _text in found] == ["ada", "ben"]
    assert all(subject.startswith("Cancelled: meeting with") for _to, subject, _text in found)
    assert all("is cancelled" in text for _to, _subject, text in found)


def test_a_withdrawn_proposal_was_no_meeting(match, ben):
    meeting = make.meeting(match, is_agreed=False)
    sent()
    scheduling.cancel(meeting, by=ben)
    ((to, subject, text),) = sent()
    assert (to, subject) == ("ada", "The meeting with Ben is off")
    assert "none of the suggested times holds" in text


def test_nothing_is_sent_about_what_is_over(match, ben):
    meeting = make.meeting(match, NOW - timedelta(hours=2))
    recording.record(meeting, by=ben)
    make.meeting(match, NOW - timedelta(hours=9), is_agreed=False)
    lapse_unanswered(NOW)
    assert sent() == []


def test_an_email_about_a_time_within_48_hours_does_not_wait(match, ben):
    make.meeting(match, is_agreed=False, times=start(ben, (1.9, 9)))
    make.meeting(match, is_agreed=False, times=start(ben, (2.1, 8)))
    kinds = Notification.system.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["meeting-date-soon", "meeting-date"]
    assert Meeting.objects.count() == 2


# --- one e-mail waits per person and meeting, and none tells what is known

SATURDAY_NIGHT = datetime(2026, 12, 5, 23, tzinfo=UTC)


@pytest.fixture
def weekend(match, ben, ada):
    """Acts on Saturday night; nothing may be sent before Monday."""
    later = SATURDAY_NIGHT + timedelta(days=9)
    at = {"at": SATURDAY_NIGHT}

    class Weekend:
        def plan(self):
            times = [make.when(ben, 0, at=later)]
            return scheduling.plan_meeting(
                match, by=ben, times=times, minutes=60, mode="video", **at
            )

        def move(self, meeting, days, by=ben):
            scheduling.suggest_times(meeting, [make.when(by, days, at=later)], by=by, **at)

        def accept(self, meeting, by=ada):
            scheduling.accept(meeting, by=by, **at)

        def cancel(self, meeting, by=ben):
            scheduling.cancel(meeting, by=by, **at)

        def keep(self, meeting, by=ben):
            scheduling.keep_date(meeting, by=by, **at)

        def monday(self):
            noon = SATURDAY_NIGHT + timedelta(days=1, hours=13)
            emails = deliver_due_emails(noon, reconcile=False)
            return sorted((mail.to[0].split(".")[0], mail.subject) for mail in emails)

    return Weekend()


def test_propose_move_move_cancel_before_monday_sends_nothing(weekend):
    meeting = weekend.plan()
    weekend.move(meeting, 1)
    weekend.move(meeting, 2)
    weekend.cancel(meeting)
    assert weekend.monday() == []


def test_only_the_newest_suggestion_is_sent(weekend):
    meeting = weekend.plan()
    weekend.move(meeting, 1)
    weekend.move(meeting, 2)
    ((to, subject),) = weekend.monday()
    assert (to, "16 December" in subject) == ("ada", True)


def test_a_suggested_move_that_is_withdrawn_is_not_told(weekend):
    meeting = weekend.plan()
    weekend.accept(meeting)
    assert [to for to, _subject in weekend.monday()] == ["ada", "ben"]
    weekend.move(meeting, 2)
    weekend.keep(meeting)
    assert weekend.monday() == []


def test_confirmed_and_cancelled_before_monday_is_told_to_no_one(weekend, ada):
    meeting = weekend.plan()
    weekend.accept(meeting)
    weekend.cancel(meeting, by=ada)
    # Ben has suggested it himself and must learn that it is off.
    assert [to for to, _subject in weekend.monday()] == ["ben"]


def test_who_suggests_another_date_still_gets_the_first_one_for_the_calendar(weekend, ada):
    meeting = weekend.plan()
    weekend.accept(meeting)
    weekend.move(meeting, 2, by=ada)
    weekend.keep(meeting, by=ada)
    found = weekend.monday()
    assert [to for to, _subject in found] == ["ada", "ben"]
    assert all("meeting with" in subject for _to, subject in found)
