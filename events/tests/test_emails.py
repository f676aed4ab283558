"""Invitations, reminders and questions: whom they go to, when, and that none comes twice."""

from datetime import UTC, date, datetime, time, timedelta

import icalendar
import pytest
import time_machine
import vobject
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications.models import Application
from events import arranging, sign_ups
from events.calendar_entries import add_links
from events.models import SignUp
from events.reconcilers import ask_how_it_was, ask_who_came, invite, remind
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs.models import Membership
from testkit import events, factories

pytestmark = pytest.mark.django_db


def rows(kind):
    return Notification.system.filter(kind=kind)


def to(kind):
    return {row.recipient for row in rows(kind).select_related("recipient")}


def test_everyone_whom_it_is_for_is_invited_once(event, ada, ben, dan):
    for _time in range(2):
        invite(event.published_at)
    assert to("event-invitation") == {ada, ben}
    assert rows("event-invitation").count() == 2


def test_who_joins_later_is_invited_later(event, dan, cohort):
    invite(event.published_at)
    factories.application(dan, cohort)
    invite(event.published_at)
    assert dan in to("event-invitation")


def test_who_has_signed_up_is_not_invited_and_a_draft_invites_no_one(event, program, cleo, ben):
    sign_ups.sign_up(event, by=ben)
    events.draft(program, by=cleo)
    invite(event.published_at)
    assert ben not in to("event-invitation")
    assert rows("event-invitation").count() == 1


def test_who_is_out_before_the_invitation_leaves_gets_none(event, ben):
    invite(event.published_at)
    Application.objects.filter(person=ben).update(state="withdrawn")
    assert [mail for mail in deliver_due_emails(reconcile=False) if mail.to == [ben.email]] == []


def test_the_invitation_leads_to_the_button_and_nothing_else(event, ben, client):
    (mail,) = [mail for mail in deliver_due_emails() if mail.to == [ben.email]]
    address = next(line for line in mail.body.splitlines() if "/event-sign-up/" in line)
    assert client.get(address).status_code == 200
    assert not SignUp.objects.exists()


def test_whoever_has_a_place_is_reminded_a_day_before(event, ada, ben):
    for person in (ben, ada):
        sign_ups.sign_up(event, by=person)
    before = event.starts_at - timedelta(days=1)
    remind(before - timedelta(minutes=1))
    assert not rows("event-reminder").exists()
    for _time in range(2):
        remind(before)
    assert to("event-reminder") == {ben}
    assert rows("event-reminder").count() == 1


def test_who_signs_up_on_the_last_day_is_not_reminded(event, ben):
    at = event.starts_at - timedelta(hours=20)
    sign_ups.sign_up(event, by=ben, at=at)
    remind(at + timedelta(hours=1))
    assert not rows("event-reminder").exists()


def test_a_moved_event_is_reminded_of_again(event, ben, cleo):
    sign_ups.sign_up(event, by=ben)
    remind(event.starts_at - timedelta(days=1))
    event.on += timedelta(days=7)
    arranging.change(event, by=cleo)
    remind(event.starts_at - timedelta(days=1))
    assert rows("event-reminder").count() == 2


def test_who_is_told_of_a_new_time_on_the_last_day_is_not_reminded_too(event, ben, cleo):
    sign_ups.sign_up(event, by=ben)
    at = event.starts_at - timedelta(hours=20)
    remind(at)
    with time_machine.travel(at, tick=False):
        event.wall_time, event.until = time(19), time(21)
        arranging.change(event, by=cleo)
        remind(at + timedelta(minutes=1))
    (waiting,) = Notification.system.filter(recipient=ben, state="pending")
    assert waiting.kind == "event-changed", "the reminder would have replaced it"
    assert rows("event-reminder").count() == 1


def test_the_reminder_of_an_event_on_sunday_comes_on_saturday(program, cleo, pair, ben):
    sunday = date(2026, 3, 8)
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
        event = events.published(program, by=cleo, on=sunday)
        sign_ups.sign_up(event, by=ben)
        deliver_due_emails(reconcile=False)
    at = event.starts_at - timedelta(days=1)
    with time_machine.travel(at, tick=False):
        remind(at)
        mails = deliver_due_emails(at, delivery_rules=True, reconcile=False)
    assert [mail.to for mail in mails] == [[ben.email]]


def test_whoever_came_is_asked_how_it_was(program, cleo, pair, ada, ben):
    event = events.held(program, (ada, ben), by=cleo)
    SignUp.objects.filter(person=ada).update(has_attended=False)
    for _time in range(2):
        ask_how_it_was(event.held_at)
    assert to("event-feedback") == {ben}
    ask_how_it_was(event.held_at + timedelta(days=14))
    assert rows("event-feedback").count() == 1


def test_the_organiser_is_asked_who_came_on_the_next_morning(event, cleo):
    events.move_to(event, -1)
    ask_who_came(event.ends_at)
    assert not rows("event-attendance").exists()
    for _time in range(2):
        ask_who_came(event.ends_at + timedelta(hours=13))
    assert to("event-attendance") == {cleo}


def test_a_chair_is_asked_who_came_when_the_organiser_has_left(event, program, cleo, ada):
    helper = factories.member("Hal Reed", program=program, role="reader")
    type(event).objects.filter(pk=event.pk).update(organiser=helper)
    Membership.objects.filter(user=helper).delete()
    event.refresh_from_db()
    events.move_to(event, -1)
    ask_who_came(event.ends_at + timedelta(hours=13))
    assert to("event-attendance") == {cleo}


def test_events_of_the_past_cost_nothing(program, cleo, pair, ben):
    def count():
        at = events.timezone.now() + timedelta(days=60)
        with CaptureQueriesContext(connection) as queries:
            for run in (invite, remind, ask_how_it_was, ask_who_came):
                run(at)
        return len(queries)

    events.held(program, (ben,), by=cleo)
    few = count()
    for _number in range(3):
        events.held(program, (ben,), by=cleo)
    assert count() == few


# --- calendars


def file_of(mail):
    (attached,) = mail.attachments
    return attached[1]


def test_two_parsers_read_the_same_instant_as_the_page(program, cleo, pair, ada, ben):
    type(program).objects.filter(pk=program.pk).update(time_zone="America/Toronto")
    program.refresh_from_db()
    event = events.published(program, by=cleo, titles={"en": "Fête: a, b; c\nd"})
    sign_ups.sign_up(event, by=ben)
    text = file_of(next(mail for mail in deliver_due_emails() if mail.to == [ben.email]))
    (read,) = icalendar.Calendar.from_ical(text).events
    other = vobject.readOne(text).vevent
    assert read.start == event.starts_at
    assert read.end == event.ends_at
    assert other.dtstart.value == event.starts_at
    assert str(read["UID"]) == other.uid.value == f"event-{event.public_id}@127.0.0.1"
    assert ada.email not in text
    assert "METHOD:REQUEST" in text


def test_one_uid_and_a_rising_sequence_until_it_is_cancelled(event, ben, cleo):
    sign_ups.sign_up(event, by=ben)
    texts = [file_of(next(mail for mail in deliver_due_emails() if mail.to == [ben.email]))]
    event.on += timedelta(days=1)
    arranging.change(event, by=cleo)
    texts.append(file_of(next(mail for mail in deliver_due_emails() if mail.to == [ben.email])))
    arranging.cancel(event, by=cleo, reason="No room")
    texts.append(file_of(next(mail for mail in deliver_due_emails() if mail.to == [ben.email])))
    read = [icalendar.Calendar.from_ical(text) for text in texts]
    assert len({str(file.events[0]["UID"]) for file in read}) == 1
    assert [int(file.events[0]["SEQUENCE"]) for file in read] == [0, 1, 2]
    assert [str(file["METHOD"]) for file in read] == ["REQUEST", "REQUEST", "CANCEL"]


def test_links_for_web_calendars_name_the_same_instant(event, ben):
    stamp = event.starts_at.strftime("%Y%m%dT%H%M%SZ")
    links = dict(add_links(event, ben))
    assert len(links) == 2
    assert stamp in links["Add to Google Calendar"]


def test_a_confirmation_within_48_hours_does_not_wait_for_the_morning(program, cleo, pair, ben):
    night = events.timezone.now().replace(hour=23, minute=0)
    with time_machine.travel(night, tick=False):
        for days, wanted in ((1, 1), (9, 0)):
            event = events.published(program, by=cleo, days=days)
            Notification.system.all().delete()
            sign_ups.sign_up(event, by=ben)
            mails = deliver_due_emails(night, delivery_rules=True, reconcile=False)
            assert len(mails) == wanted
