"""Quiet hours, weekends and the weekly limit, in each time zone and when clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.delivery_rules import is_quiet, next_allowed_time
from notifications.kinds import KINDS, Email
from notifications.models import Notification
from notifications.sender_policy import SenderPolicy
from notifications.testing import deliver_due_emails

from .conftest import TUESDAY_NOON, fresh, rows

State = Notification.State
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
USUAL = SenderPolicy()


@settings(max_examples=400, deadline=None)
@given(
    at=st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from(ZONES),
    policy=st.builds(
        SenderPolicy, quiet_from_hour=st.integers(0, 23), quiet_until_hour=st.integers(0, 23)
    ),
)
def test_emails_wait_for_an_allowed_hour_and_no_longer(at, zone, policy):
    opens = next_allowed_time(at, zone, policy)
    assert at <= opens <= at + timedelta(days=3, hours=25)
    assert not is_quiet(opens.astimezone(ZoneInfo(zone)), policy)
    if opens > at:
        assert is_quiet(at.astimezone(ZoneInfo(zone)), policy)
        assert is_quiet((opens - timedelta(minutes=1)).astimezone(ZoneInfo(zone)), policy)


@pytest.mark.parametrize(
    ("zone", "local", "opens"),
    [
        ("Europe/Berlin", "2026-03-03 07:59", "2026-03-03 08:00"),
        ("Europe/Berlin", "2026-03-03 19:59", "2026-03-03 19:59"),
        ("Europe/Berlin", "2026-03-03 20:00", "2026-03-04 08:00"),
        ("Europe/Berlin", "2026-03-06 20:00", "2026-03-09 08:00"),  # Friday night
        ("Europe/Berlin", "2026-03-28 23:00", "2026-03-30 08:00"),  # clocks go forward in between
        ("America/Toronto", "2026-10-31 12:00", "2026-11-02 08:00"),  # clocks go back in between
        ("Asia/Kathmandu", "2026-03-03 03:00", "2026-03-03 08:00"),
        ("Pacific/Kiritimati", "2026-03-07 00:00", "2026-03-09 08:00"),
    ],
)
def test_known_quiet_hours(zone, local, opens):
    at, expected = (
        datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)) for text in (local, opens)
    )
    assert next_allowed_time(at.astimezone(UTC), zone, USUAL) == expected


def test_an_hour_skipped_by_the_clock_change_moves_forward():
    # In Beirut, midnight of 30 March 2025 did not exist.
    policy = SenderPolicy(quiet_from_hour=22, quiet_until_hour=0)
    opens = next_allowed_time(datetime(2025, 3, 28, 21, tzinfo=UTC), "Asia/Beirut", policy)
    assert opens.astimezone(ZoneInfo("Asia/Beirut")).isoformat() == "2025-03-31T00:00:00+03:00"


@pytest.mark.django_db
def test_at_night_an_email_waits_for_the_morning_and_no_attempt_is_counted(sample, ada):
    type(ada).objects.filter(pk=ada.pk).update(time_zone="Asia/Tokyo")
    row = sample.enqueue(ada)  # noon in London is 21:00 in Tokyo
    assert deliver_due_emails(TUESDAY_NOON, delivery_rules=True) == []
    morning = datetime(2026, 3, 4, 8, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert (fresh(row).state, fresh(row).next_at, fresh(row).attempts) == (
        State.PENDING,
        morning,
        0,
    )
    assert len(deliver_due_emails(morning, delivery_rules=True)) == 1


@pytest.mark.django_db
def test_urgent_emails_are_sent_at_night(sample, ada, monkeypatch):
    from dataclasses import replace

    night = datetime(2026, 3, 7, 3, tzinfo=UTC)
    sample.enqueue(ada, kind="tip", at=night)
    monkeypatch.setitem(KINDS, "note", replace(KINDS["note"], urgent=True))
    sample.enqueue(ada, at=night)
    assert [mail.subject for mail in deliver_due_emails(night, delivery_rules=True)] == [
        "A note for Ada"
    ]


@pytest.mark.django_db
def test_a_kind_can_mark_one_email_as_urgent(sample, ada):
    night = datetime(2026, 3, 7, 3, tzinfo=UTC)
    sample.enqueue(ada, at=night)
    sample.answer = Email(context={"word": "today"}, urgent=True)
    assert len(deliver_due_emails(night, delivery_rules=True)) == 1
    assert rows().get().is_urgent, "what looks at nights and limits later knows that it could go"


@pytest.mark.django_db
def test_the_policy_sets_the_quiet_hours(sample, ada, monkeypatch):
    monkeypatch.setattr(
        "notifications.sender_policy.FINDERS",
        [lambda row: SenderPolicy(quiet_from_hour=11, quiet_until_hour=14)],
    )
    row = sample.enqueue(ada)
    assert deliver_due_emails(TUESDAY_NOON, delivery_rules=True) == []
    assert fresh(row).next_at == TUESDAY_NOON + timedelta(hours=2)


@pytest.mark.django_db
def test_an_email_that_names_its_program_follows_its_quiet_hours(sample, ada, program):
    program.policy.quiet_from_hour, program.policy.quiet_until_hour = 11, 15
    program.policy.save()
    sample.answer = Email(context={"word": "hello"}, program=program)
    row = sample.enqueue(ada)
    assert deliver_due_emails(TUESDAY_NOON, delivery_rules=True) == []
    assert fresh(row).next_at == TUESDAY_NOON + timedelta(hours=3)


@pytest.mark.django_db
def test_the_fourth_tip_of_a_week_waits_for_the_next_slot(sample, ada):
    for number in range(4):
        at = TUESDAY_NOON + timedelta(minutes=number)
        last = sample.enqueue(ada, kind="tip", subject=number, at=at)
        assert len(deliver_due_emails(at, delivery_rules=True)) == (number < 3)
    week_later = TUESDAY_NOON + timedelta(days=7)
    assert fresh(last).next_at == week_later
    assert len(deliver_due_emails(week_later, delivery_rules=True)) == 1


@pytest.mark.django_db
def test_the_weekly_limit_counts_neither_essential_emails_nor_other_people(sample, ada, ben):
    for number in range(4):
        sample.enqueue(ada, subject=number)
    for number in range(3):
        sample.enqueue(ben, kind="tip", subject=number)
    sample.enqueue(ada, kind="tip", subject=9)
    assert len(deliver_due_emails(TUESDAY_NOON, delivery_rules=True)) == 8


@pytest.mark.django_db
def test_an_email_being_sent_counts_towards_the_limit(sample, ada):
    for number in range(3):
        third = sample.enqueue(ada, kind="tip", subject=number)
    deliver_due_emails(TUESDAY_NOON)
    rows().filter(pk=third.pk).update(
        state=State.SENDING,
        sent_at=None,
        ended_at=None,
        lease_token="x",
        lease_until=TUESDAY_NOON + timedelta(days=9999),
    )
    last = sample.enqueue(ada, kind="tip", subject=4)
    assert deliver_due_emails(TUESDAY_NOON, delivery_rules=True) == []
    assert TUESDAY_NOON < fresh(last).next_at < TUESDAY_NOON + timedelta(minutes=2)
