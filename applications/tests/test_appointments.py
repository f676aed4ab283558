"""Arranging an interview: times are suggested, one is chosen, both know it, and it can be moved."""

import re
from datetime import UTC, timedelta

import icalendar
import pytest
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from applications import appointments, privacy, reviewing, submission
from applications.admin import history
from applications.appointment_emails import TOMORROW, UNANSWERED
from applications.appointment_reminders import ask_again_for_a_time, remind_of_interviews
from applications.models import Application, Decision, InterviewAppointment
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs.models import Conflict, Policy
from testkit import factories

from .appointment_steps import PLACE, WISH, choose, fresh, hours, suggest, url


@pytest.fixture(autouse=True)
def interviews_are_needed(program):
    Policy.objects.update(interview_needed=True, quiet_from_hour=24, quiet_until_hour=0)


def sent():
    """Send what waits; return the e-mail of each address."""
    emails = deliver_due_emails(reconcile=False)
    found = {one.to[0]: one for one in emails}
    assert len(found) == len(emails)  # one for each
    return found


def entry(email):
    """Return the method and the entry of the attached calendar file."""
    [(name, content, media_type)] = email.attachments
    assert name == "interview.ics"
    file = icalendar.Calendar.from_ical(content)
    assert media_type == f"text/calendar; method={file['METHOD']}"
    [event] = file.walk("VEVENT")
    return str(file["METHOD"]), event


# --- suggesting


def test_the_applicant_gets_one_e_mail_with_the_times_and_the_place(suggested, ada, reader):
    emails = sent()
    assert list(emails) == [ada.email]
    email = emails[ada.email]
    assert email.subject == "Please choose a time for your interview"
    assert PLACE in email.body
    assert "Rhea Lind" in email.body
    assert len(re.findall(r"^- ", email.body, re.MULTILINE)) == 2
    assert "/go/interview-answer/" in email.body
    assert email.attachments == []


def test_the_same_form_sent_twice_suggests_once(candidate, reader):
    times = hours(72)
    for _twice in range(2):
        appointments.suggest(candidate, by=reader, times=times, minutes=30, place=PLACE)
    assert InterviewAppointment.system.get().sequence == 0
    assert Notification.system.filter(kind=appointments.TIMES).count() == 1


@pytest.mark.parametrize("who", ["carer", "ada", "ben"])
def test_only_who_decides_suggests_times(candidate, who, request):
    with pytest.raises(ActionNotAllowed, match="permission"):
        suggest(candidate, request.getfixturevalue(who))
    assert not InterviewAppointment.system.exists()


def test_a_member_with_a_conflict_neither_suggests_nor_reads(candidate, reader, cleo):
    row = suggest(candidate, cleo)
    Conflict.objects.create(member=reader, person=candidate.person)
    assert not InterviewAppointment.objects.visible_to(reader).exists()
    with pytest.raises(ActionNotAllowed):
        suggest(candidate, reader)
    with pytest.raises(ActionNotAllowed):
        appointments.cancel(row, by=reader, expected=0)


@pytest.mark.parametrize("state", ["draft", "declined", "withdrawn"])
def test_nothing_is_arranged_before_sending_or_after_a_no(candidate, reader, state):
    Application.objects.update(state=state)
    with pytest.raises(ActionNotAllowed):
        suggest(Application.objects.get(), reader)


def test_nothing_is_arranged_where_no_one_is_interviewed(candidate, sent_mentee, reader):
    with pytest.raises(ActionNotAllowed, match="No interview can be arranged"):
        suggest(sent_mentee, reader)
    Policy.objects.update(interview_needed=False)
    with pytest.raises(ActionNotAllowed, match="No interview can be arranged"):
        suggest(candidate, reader)


@pytest.fixture
def sent_mentee(ben, cohort):
    return factories.application(ben, cohort, state="submitted")


@pytest.mark.parametrize(
    ("ahead", "minutes", "words"),
    [
        ((), 30, "at least one date"),
        ((24, 48, 72, 96), 30, "at most 3 times"),
        ((24, 24), 30, "each time once"),
        ((-1, 24), 30, "to come"),
        ((24, 24 * 91), 30, "at most 90 days"),
        ((24,), 9, "from 10 to 180"),
        ((24,), 181, "from 10 to 180"),
    ],
)
def test_times_that_can_not_be_are_refused(candidate, reader, ahead, minutes, words):
    with pytest.raises(ActionNotAllowed, match=words):
        appointments.suggest(
            candidate, by=reader, times=hours(*ahead), minutes=minutes, place=PLACE
        )


def test_two_members_who_suggest_at_once_do_not_overwrite_each_other(candidate, reader, cleo):
    suggest(candidate, reader)
    with pytest.raises(ActionNotAllowed, match="changed in the meantime"):
        suggest(candidate, cleo, 48)
    suggest(candidate, cleo, 48, expected=0)
    assert InterviewAppointment.system.get().member == cleo


# --- choosing


def test_both_get_the_date_for_their_calendars(suggested, ada, reader):
    when = choose(suggested, ada)
    emails = sent()
    assert set(emails) == {ada.email, reader.email}
    for person in (ada, reader):
        method, event = entry(emails[person.email])
        assert (method, event["SEQUENCE"]) == ("REQUEST", 1)
        assert event.decoded("DTSTART").astimezone(UTC) == when
        assert str(event["UID"]).startswith(f"interview-{suggested.public_id}@")
        assert str(event["LOCATION"]) == PLACE
        assert str(event["ATTENDEE"]) == f"mailto:{person.email}"
    assert "Ada Brook has chosen" in emails[reader.email].body
    assert reader.email not in str(emails[ada.email].message())


def test_each_reads_both_clocks(suggested, ada, reader):
    type(ada).objects.filter(pk=ada.pk).update(time_zone="Asia/Tokyo")
    type(ada).objects.filter(pk=reader.pk).update(time_zone="Europe/Paris")
    choose(suggested, ada)
    emails = sent()
    assert "for Rhea)" in emails[ada.email].body
    assert "for Ada)" in emails[reader.email].body


def test_choosing_twice_is_choosing_once(suggested, ada):
    when = suggested.suggested[0]
    for _twice in range(2):
        appointments.choose(suggested, by=ada, starts_at=when, expected=0)
    assert fresh(suggested).sequence == 1
    assert Notification.system.filter(kind=appointments.DATE).count() == 2


@pytest.mark.parametrize("who", ["ben", "reader", "cleo"])
def test_no_one_else_answers(suggested, who, request):
    other = request.getfixturevalue(who)
    with pytest.raises(ActionNotAllowed, match="only answer for yourself"):
        choose(suggested, other)
    with pytest.raises(ActionNotAllowed, match="only answer for yourself"):
        appointments.ask_for_other(suggested, by=other, wish=WISH, expected=0)


def test_another_time_can_not_be_chosen_afterwards(suggested, ada):
    second = suggested.suggested[1]
    choose(suggested, ada)
    with pytest.raises(ActionNotAllowed, match="don't wait"):
        appointments.choose(suggested, by=ada, starts_at=second, expected=1)


def test_a_time_that_was_not_suggested_or_has_passed_is_refused(suggested, ada):
    with pytest.raises(ActionNotAllowed, match="one of the suggested"):
        appointments.choose(suggested, by=ada, starts_at=hours(60)[0], expected=0)
    first = suggested.suggested[0]
    with pytest.raises(ActionNotAllowed, match="no longer free"):
        appointments.choose(suggested, by=ada, starts_at=first, expected=0, at=first)


def test_a_page_from_before_a_change_chooses_nothing(suggested, candidate, ada, reader):
    when = suggested.suggested[0]
    suggest(candidate, reader, 72, 120, expected=0)
    with pytest.raises(ActionNotAllowed, match="changed in the meantime"):
        appointments.choose(suggested, by=ada, starts_at=when, expected=0)


def test_a_member_is_not_booked_twice(suggested, reader, ada, cohort, ben):
    choose(suggested, ada)
    second = factories.application(ben, cohort, "mentor", state="submitted")
    row = suggest(second, reader, 72.25, 96)
    with pytest.raises(ActionNotAllowed, match="no longer free"):
        choose(row, ben)
    choose(row, ben, 1)


# --- asking for another time


def test_the_member_reads_when_it_would_suit_the_applicant(
    suggested, ada, reader, as_user, candidate
):
    for _twice in range(2):
        appointments.ask_for_other(suggested, by=ada, wish=WISH, expected=0)
    emails = sent()
    assert list(emails) == [reader.email]
    assert WISH not in emails[reader.email].body
    page = as_user(reader).get(url("change", candidate.pk)).content.decode()
    assert WISH in page
    assert "Another time is wanted" in page
    with pytest.raises(ActionNotAllowed):
        appointments.ask_for_other(suggested, by=ada, wish="Never", expected=1)


def test_an_empty_wish_is_refused(suggested, ada):
    with pytest.raises(ActionNotAllowed, match="when it would suit you"):
        appointments.ask_for_other(suggested, by=ada, wish=" ", expected=0)


# --- moving and cancelling


def test_a_date_that_is_moved_leaves_both_calendars(arranged, candidate, ada, reader):
    sent()
    suggest(candidate, reader, 120, expected=1)
    emails = sent()
    assert set(emails) == {ada.email, reader.email}
    for email in emails.values():
        method, event = entry(email)
        assert (method, event["SEQUENCE"]) == ("CANCEL", 2)
        assert event.decoded("DTSTART").astimezone(UTC) == arranged.starts_at
    assert "is off. Please choose another time" in emails[ada.email].body
    assert PLACE in emails[ada.email].body
    when = choose(arranged, ada)
    method, event = entry(sent()[ada.email])
    assert (method, event["SEQUENCE"]) == ("REQUEST", 3)
    assert event.decoded("DTSTART").astimezone(UTC) == when


def test_a_change_replaces_what_was_not_sent_yet(arranged, candidate, ada, reader):
    suggest(candidate, reader, 120, expected=1)
    waiting = Notification.system.filter(state="pending").values_list("kind", "recipient__email")
    assert set(waiting) == {(appointments.TIMES, ada.email), (appointments.DATE, reader.email)}
    assert list(sent()) == [ada.email]  # the member was never told of the date


def test_another_member_who_takes_over_is_told_apart(arranged, candidate, ada, reader, cleo):
    sent()
    suggest(candidate, cleo, 120, expected=1)
    emails = sent()
    assert set(emails) == {ada.email, reader.email}
    assert entry(emails[reader.email])[0] == "CANCEL"
    choose(arranged, ada)
    assert set(sent()) == {ada.email, cleo.email}


def test_cancelling_tells_both_once(arranged, ada, reader, cleo):
    sent()
    for _twice in range(2):
        appointments.cancel(arranged, by=cleo, expected=1)
    emails = sent()
    assert set(emails) == {ada.email, reader.email}
    assert all(entry(email)[0] == "CANCEL" for email in emails.values())
    assert all(PLACE not in str(email.message()) for email in emails.values())


def test_times_that_are_cancelled_before_they_are_sent_are_told_to_no_one(suggested, reader):
    appointments.cancel(suggested, by=reader, expected=0)
    assert sent() == {}


def test_times_that_were_told_and_cancelled_are_told_to_the_applicant(suggested, ada, reader):
    sent()
    appointments.cancel(suggested, by=reader, expected=0)
    [email] = sent().values()
    assert email.to == [ada.email]
    assert "don't hold any more" in email.body
    assert email.attachments == []


@pytest.mark.parametrize("who", ["carer", "ada", "ben"])
def test_only_who_decides_cancels(arranged, who, request):
    with pytest.raises(ActionNotAllowed, match="permission"):
        appointments.cancel(arranged, by=request.getfixturevalue(who), expected=1)


def test_an_interview_that_has_begun_is_not_cancelled(arranged, reader):
    at = arranged.starts_at + timedelta(minutes=1)
    with pytest.raises(ActionNotAllowed, match="has begun"):
        appointments.cancel(arranged, by=reader, expected=1, at=at)


def test_after_an_interview_another_one_has_an_entry_of_its_own(arranged, candidate, reader):
    InterviewAppointment.system.update(starts_at=hours(-1)[0])
    row = suggest(candidate, reader)
    assert row.pk != arranged.pk
    assert row.sequence == 0


# --- what ends it


@pytest.mark.parametrize(("outcome", "state"), [("accepted", "cancelled"), ("waitlisted", "set")])
def test_a_released_decision_cancels_it(arranged, candidate, cleo, outcome, state):
    candidate.refresh_from_db()
    reason = "" if outcome == "accepted" else "no_place"
    reviewing.decide(candidate, by=cleo, outcome=outcome, reason=reason)
    assert fresh(arranged).state == "set"  # the decision can still be changed
    reviewing.release(Decision.system.all(), by=cleo, at=timezone.now())
    assert fresh(arranged).state == state


def test_a_withdrawal_cancels_it_and_the_member_is_told(arranged, candidate, ada, reader):
    sent()
    candidate.refresh_from_db()
    submission.withdraw(candidate, by=ada)
    assert fresh(arranged).state == "cancelled"
    assert entry(sent()[reader.email])[0] == "CANCEL"


# --- reminders


def test_one_nudge_after_three_days_and_then_no_answer(candidate, reader, ada, as_user):
    row = suggest(candidate, reader, 24 * 10)
    since = row.proposed_at
    found = []
    for day in (2, 3, 3, 4, 5, 7, 9):
        ask_again_for_a_time(since + timedelta(days=day))
        found.append(Notification.system.filter(kind=UNANSWERED).count())
    assert found == [0, 1, 1, 1, 1, 1, 1]
    assert Notification.system.get(kind=UNANSWERED).recipient == ada
    page = as_user(reader).get(url("change", candidate.pk)).content.decode()
    assert "No answer" not in page
    InterviewAppointment.system.update(proposed_at=since - timedelta(days=6))
    page = as_user(reader).get(url("change", candidate.pk)).content.decode()
    assert "No answer" in page


def test_who_has_answered_is_not_asked_again(arranged):
    ask_again_for_a_time(arranged.proposed_at + timedelta(days=3))
    assert not Notification.system.filter(kind=UNANSWERED).exists()


def test_both_are_reminded_once_a_day_before(arranged, ada, reader):
    for before in (25, 24, 23, 1):
        remind_of_interviews(arranged.starts_at - timedelta(hours=before))
    rows = Notification.system.filter(kind=TOMORROW)
    assert {row.recipient for row in rows} == {ada, reader}
    assert rows.count() == 2
    assert {row.expires_at for row in rows} == {arranged.starts_at}


def test_no_reminder_of_what_was_chosen_late(candidate, reader, ada):
    row = suggest(candidate, reader, 20)
    when = choose(row, ada)
    remind_of_interviews(when - timedelta(hours=2))
    assert not Notification.system.filter(kind=TOMORROW).exists()


@pytest.mark.parametrize("state", ["declined", "withdrawn"])
def test_no_reminder_after_the_end(arranged, state):
    Application.objects.update(state=state)
    remind_of_interviews(arranged.starts_at - timedelta(hours=20))
    assert not Notification.system.filter(kind=TOMORROW).exists()


# --- copies and erasure


def test_the_own_copy_has_it_and_erasing_takes_the_words(arranged, ada, reader):
    InterviewAppointment.system.update(wish="Not with Ada Brook on Mondays")
    [mine] = privacy.export(ada)["applications"]
    assert [one["place"] for one in mine["interviews"]] == [PLACE]
    privacy.erase(ada)
    row = fresh(arranged)
    assert (row.place, row.wish, row.state) == ("", "", "cancelled")


def test_the_history_has_each_step(arranged, candidate, cleo):
    appointments.cancel(arranged, by=cleo, expected=1)
    rows = Application.objects.select_related("person", "cohort__program__policy")
    found, _has_more = history.history_of(rows.get(pk=candidate.pk), cleo)
    assert [(one.what, str(one.by), one.origin.value) for one in found[:3]] == [
        ("Interview cancelled", "Cleo Marsh", "committee"),
        ("Time for the interview chosen", "Ada Brook", "applicant"),
        ("Times for an interview suggested", "Rhea Lind", "committee"),
    ]
