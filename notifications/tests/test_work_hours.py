"""Members choose when e-mails about their work reach them: at once, or once a day at an hour."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from notifications import work_hours
from notifications.kinds import KINDS, Cancel, Email
from notifications.models import Notification, WorkHour
from notifications.reasons import RELEASED, SUPERSEDED, reason
from notifications.testing import deliver_due_emails

from .conftest import TUESDAY_NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
SATURDAY_NIGHT = datetime(2026, 3, 7, 23, 30, tzinfo=UTC)
TAKEN = reason("concern-taken", translation.gettext_lazy("someone has taken it already"))


@pytest.fixture(autouse=True)
def members(monkeypatch, sample):
    """`note` is about work of members; everyone called a member by a test is one."""
    monkeypatch.setitem(KINDS, "note", replace(KINDS["note"], to_members=True, urgent=True))
    found = set()
    monkeypatch.setattr(work_hours, "MEMBER_CHECKS", [lambda person: person.pk in found])
    return found


@pytest.fixture
def member(ada, members):
    ada.time_zone = "UTC"
    ada.save()
    members.add(ada.pk)
    return ada


def sent(at):
    return [mail.to[0] for mail in deliver_due_emails(at, delivery_rules=True, reconcile=False)]


def at_hour(hour, day=3):
    return datetime(2026, 3, day, hour, tzinfo=UTC)


# --- when the hour is


@pytest.mark.parametrize(
    ("hour", "at", "expected"),
    [
        (9, at_hour(8), at_hour(9)),
        (9, at_hour(9), at_hour(9)),
        (9, at_hour(9) + timedelta(seconds=1), at_hour(9, day=4)),
        (9, at_hour(14), at_hour(9, day=4)),
        (0, at_hour(23), at_hour(0, day=4)),
        (23, at_hour(23), at_hour(23)),
    ],
)
def test_the_next_one_is_today_or_else_tomorrow(hour, at, expected):
    assert work_hours.next_time(hour, "UTC", at) == expected


@pytest.mark.parametrize(
    ("zone", "hour", "at", "expected"),
    [
        # Toronto: 2:00 is skipped on 8 March, and 1:00 comes twice on 1 November.
        ("America/Toronto", 2, (2026, 3, 8, 5), (2026, 3, 8, 7)),
        ("America/Toronto", 2, (2026, 3, 8, 8), (2026, 3, 9, 6)),
        ("America/Toronto", 9, (2026, 3, 7, 20), (2026, 3, 8, 13)),
        ("America/Toronto", 9, (2026, 3, 6, 20), (2026, 3, 7, 14)),
        ("America/Toronto", 1, (2026, 11, 1, 4), (2026, 11, 1, 5)),
        ("America/Toronto", 1, (2026, 11, 1, 5, 30), (2026, 11, 2, 6)),
        ("America/Toronto", 9, (2026, 11, 1, 4), (2026, 11, 1, 14)),
        ("Asia/Kolkata", 9, (2026, 3, 3, 3), (2026, 3, 3, 3, 30)),
        ("Pacific/Auckland", 9, (2026, 3, 3, 12), (2026, 3, 3, 20)),
        # Apia left out a whole day.
        ("Pacific/Apia", 9, (2011, 12, 29, 20), (2011, 12, 30, 19)),
    ],
)
def test_it_is_the_clock_of_the_member(zone, hour, at, expected):
    found = work_hours.next_time(hour, zone, datetime(*at, tzinfo=UTC))
    assert found == datetime(*expected, tzinfo=UTC)


# --- what is sent when


def test_without_a_choice_it_is_sent_at_once_at_any_hour(sample, member):
    sample.enqueue(member, at=SATURDAY_NIGHT)
    assert sent(SATURDAY_NIGHT) == [member.email]


def test_it_waits_for_the_chosen_hour_and_is_sent_once(sample, member):
    work_hours.choose(member, 9, at=TUESDAY_NOON)
    sample.enqueue(member)
    for hours in range(21):
        assert sent(TUESDAY_NOON + hours * HOUR) == []
    assert sent(at_hour(9, day=4)) == [member.email]
    for hours in range(50):
        assert sent(at_hour(9, day=4) + hours * HOUR) == []
    row = Notification.system.get()
    assert (row.state, row.attempts) == ("sent", 1)


def test_quiet_hours_of_participants_do_not_apply(sample, member):
    work_hours.choose(member, 23, at=TUESDAY_NOON)
    saturday = datetime(2026, 3, 7, 12, tzinfo=UTC)
    sample.enqueue(member, at=saturday)
    assert sent(saturday) == []
    assert sent(saturday.replace(hour=23)) == [member.email]


def test_everything_that_waits_leaves_at_the_same_hour(sample, member):
    work_hours.choose(member, 9, at=TUESDAY_NOON)
    for number in range(3):
        sample.enqueue(member, at=TUESDAY_NOON + number * HOUR, subject=number)
        assert sent(TUESDAY_NOON + number * HOUR) == []
    assert len(sent(at_hour(9, day=4))) == 3


def test_after_a_downtime_it_leaves_as_soon_as_it_can(sample, member):
    work_hours.choose(member, 9, at=TUESDAY_NOON)
    sample.enqueue(member, at=at_hour(8))
    assert sent(at_hour(11)) == [member.email]  # nothing ran between 8 and 11


def test_what_needs_no_one_any_more_is_not_sent(sample, member):
    work_hours.choose(member, 9, at=TUESDAY_NOON)
    sample.enqueue(member)
    sent(TUESDAY_NOON)
    sample.answer = Cancel(TAKEN)
    assert sent(at_hour(9, day=4)) == []
    assert Notification.system.get().reason == TAKEN


def test_a_newer_one_replaces_what_waits(sample, member):
    work_hours.choose(member, 9, at=TUESDAY_NOON)
    older = sample.enqueue(member)
    sent(TUESDAY_NOON)
    sample.enqueue(member, at=TUESDAY_NOON + HOUR, ordinal=2)
    assert len(sent(at_hour(9, day=4))) == 1
    older.refresh_from_db(from_queryset=Notification.system.all())
    assert older.reason == SUPERSEDED


def test_help_and_safety_never_wait(sample, member, monkeypatch):
    work_hours.choose(member, 9, at=TUESDAY_NOON)
    sample.answer = Email(urgent=True)
    sample.enqueue(member, at=SATURDAY_NIGHT)
    assert sent(SATURDAY_NIGHT) == [member.email]
    sample.answer = Email()
    monkeypatch.setitem(KINDS, "note", replace(KINDS["note"], always_at_once=True))
    sample.enqueue(member, at=SATURDAY_NIGHT, subject=1)
    assert sent(SATURDAY_NIGHT) == [member.email]


def test_other_emails_to_a_member_keep_their_own_rules(sample, member):
    work_hours.choose(member, 23, at=TUESDAY_NOON)
    sample.enqueue(member, "tip")
    assert sent(TUESDAY_NOON) == [member.email]


def test_the_choice_of_one_member_is_not_that_of_another(sample, member, ben):
    work_hours.choose(member, 9, at=TUESDAY_NOON)
    sample.enqueue(ben)
    sample.enqueue(member)
    assert sent(TUESDAY_NOON) == [ben.email]


def test_what_the_committee_holds_waits_for_its_release(sample, member):
    work_hours.choose(member, 9, at=TUESDAY_NOON)
    row = sample.enqueue(member)
    row.hold(by=member, why=RELEASED)
    work_hours.choose(member, None, at=TUESDAY_NOON)
    assert sent(TUESDAY_NOON) == []


# --- the choice changes while something waits


def test_at_once_sends_what_waits(sample, member):
    work_hours.choose(member, 9, at=TUESDAY_NOON)
    sample.enqueue(member)
    assert sent(TUESDAY_NOON) == []
    work_hours.choose(member, None, at=TUESDAY_NOON + HOUR)
    assert sent(TUESDAY_NOON + HOUR) == [member.email]
    assert sent(at_hour(9, day=4)) == []


def test_another_hour_moves_what_waits(sample, member):
    work_hours.choose(member, 9, at=TUESDAY_NOON)
    sample.enqueue(member)
    assert sent(TUESDAY_NOON) == []
    work_hours.choose(member, 15, at=TUESDAY_NOON + HOUR)
    assert sent(TUESDAY_NOON + HOUR) == []
    assert sent(at_hour(15)) == [member.email]


def test_a_later_hour_moves_it_too(sample, member):
    work_hours.choose(member, 15, at=TUESDAY_NOON)
    sample.enqueue(member)
    assert sent(TUESDAY_NOON) == []
    work_hours.choose(member, 18, at=TUESDAY_NOON + HOUR)
    assert sent(at_hour(15)) == []
    assert sent(at_hour(18)) == [member.email]


def test_what_the_mail_server_put_off_is_not_hurried(sample, member):
    row = sample.enqueue(member)
    later = TUESDAY_NOON + 3 * HOUR
    Notification.system.filter(pk=row.pk).update(attempts=2, next_at=later)
    work_hours.choose(member, 9, at=TUESDAY_NOON)
    work_hours.choose(member, None, at=TUESDAY_NOON)
    assert Notification.system.get().next_at == later


def test_a_choice_made_while_a_worker_puts_it_off_counts(sample, member, monkeypatch):
    """The worker has read the old choice; the new one is saved before it records the wait."""
    work_hours.choose(member, 9, at=TUESDAY_NOON)
    row = sample.enqueue(member)
    real, times = work_hours.required_wait, []

    def slowly(*args):
        wait = real(*args)
        if not times:
            times.append(1)
            work_hours.choose(member, None, at=TUESDAY_NOON)
        return wait

    monkeypatch.setattr(work_hours, "required_wait", slowly)
    assert sent(TUESDAY_NOON) == [member.email]
    assert Notification.system.get(pk=row.pk).state == "sent"


def test_choosing_twice_changes_nothing(member):
    for _number in range(2):
        work_hours.choose(member, 9, at=TUESDAY_NOON)
    assert WorkHour.objects.get().hour == 9
    for _number in range(2):
        work_hours.choose(member, None, at=TUESDAY_NOON)
    assert not WorkHour.objects.exists()


def test_a_day_has_24_hours(member):
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkHour.objects.create(person=member, hour=24)


def test_it_is_their_own_row(member, ben):
    work_hours.choose(member, 9, at=TUESDAY_NOON)
    assert WorkHour.objects.visible_to(member).exists()
    assert not WorkHour.objects.visible_to(ben).exists()


# --- the page


def test_a_member_chooses_on_the_page_and_reads_what_was_saved(as_user, member):
    client = as_user(member)
    page = client.get(reverse("notifications:preferences"))
    assert "E-mails about committee work" in page.content.decode()
    assert "your time zone: UTC" in page.content.decode()
    done = client.post(reverse("notifications:preferences"), {"work_hour": "9"}, follow=True)
    assert "E-mails about committee work reach you at 09:00." in done.content.decode()
    assert done.context["form"]["work_hour"].value() == 9
    assert re.search(r'<option value="9"\s+selected\s*>09:00</option>', done.content.decode())
    done = client.post(reverse("notifications:preferences"), {"work_hour": ""}, follow=True)
    assert "E-mails about committee work reach you at once." in done.content.decode()
    assert not WorkHour.objects.exists()


@pytest.mark.parametrize("hour", ["24", "-1", "x", "9.5"])
def test_another_hour_than_offered_is_refused(as_user, member, hour):
    page = as_user(member).post(reverse("notifications:preferences"), {"work_hour": hour})
    assert "Select a valid choice" in page.content.decode()
    assert not WorkHour.objects.exists()


def test_whoever_has_no_role_is_not_asked(as_user, ben):
    client = as_user(ben)
    page = client.get(reverse("notifications:preferences"))
    assert "committee work" not in page.content.decode()
    client.post(reverse("notifications:preferences"), {"work_hour": "9"})
    assert not WorkHour.objects.exists()


def test_the_email_says_where_to_choose(sample, member):
    sample.enqueue(member)
    (message,) = deliver_due_emails(TUESDAY_NOON, reconcile=False)
    assert "Choose when you get them: http" in message.body
    assert "/settings/mail/" in message.alternatives[0][0]


# --- who is told when, for other pages


def test_arrivals_are_told_in_the_time_zone_of_the_reader(member, ben):
    work_hours.choose(member, 9, at=TUESDAY_NOON)
    text = work_hours.arrivals_text([member, ben], at=TUESDAY_NOON)
    assert text == f"{member.name} on 4 March 2026, 09:00 and {ben.name} at once"
    assert work_hours.arrivals_text([], at=TUESDAY_NOON) == ""
    later = TUESDAY_NOON + timedelta(days=9)
    text = work_hours.arrivals_text([member, ben], at=TUESDAY_NOON, due_at=later)
    assert text == f"{member.name} on 13 March 2026, 09:00 and {ben.name} on 12 March 2026, 12:00"
