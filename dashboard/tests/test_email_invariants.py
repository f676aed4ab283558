"""What `check_invariants` says about the weekly limit is what the sender keeps to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from access.ids import new_public_id
from dashboard.invariants import people_with_too_many_emails
from notifications.delivery_rules import next_allowed_time, required_wait
from notifications.kinds import Stream
from notifications.models import Notification
from notifications.sender_policy import SenderPolicy
from testkit import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)  # a Tuesday
DAY = timedelta(days=1)
USUAL = SenderPolicy()  # three a week, as the settings of a new program


@pytest.fixture(autouse=True)
def program():
    return factories.program()


def sent(person, at=NOON, stream=Stream.OPTIONAL, **fields):
    return Notification.system.create(
        key=new_public_id(),
        kind="tip",
        stream=stream,
        recipient=person,
        due_at=at,
        next_at=at,
        state="sent",
        sent_at=at,
        ended_at=at,
        **fields,
    )


def broken(at=NOON + DAY):
    return list(people_with_too_many_emails(at))


@pytest.mark.parametrize("stream", Stream.values)
def test_it_counts_the_streams_that_the_sender_counts(stream, ada):
    for number in range(3):
        sent(ada, NOON + timedelta(minutes=number), stream)
    at = NOON + timedelta(hours=1)
    assert next_allowed_time(at, "UTC", USUAL) == at
    waiting = Notification(stream=stream, recipient=ada, due_at=at, next_at=at)
    would_wait = required_wait(waiting, "UTC", USUAL, at) is not None
    assert broken() == []
    sent(ada, at, stream)
    assert broken() == ([f"accounts.user {ada.pk}"] if would_wait else [])


def test_streams_that_are_limited_share_one_limit(ada):
    for number, stream in enumerate((Stream.OPTIONAL, Stream.NEWS, Stream.LEARNING, Stream.NEWS)):
        assert broken() == []
        sent(ada, NOON + timedelta(minutes=number), stream)
    assert broken() == [f"accounts.user {ada.pk}"]


def test_an_urgent_one_counts_and_may_be_the_fourth_but_no_other(ada):
    for number in range(4):
        sent(ada, NOON + timedelta(minutes=number), is_urgent=number == 3)
    assert broken() == []
    sent(ada, NOON + timedelta(hours=1))
    assert broken() == [f"accounts.user {ada.pk}"]


def test_a_week_is_that_before_each_email(ada):
    for day in (0, 5, 6, 7):
        sent(ada, NOON + day * DAY)
    assert broken(NOON + 8 * DAY) == []
    sent(ada, NOON + 7 * DAY + timedelta(hours=1))
    assert broken(NOON + 8 * DAY) == [f"accounts.user {ada.pk}"]
    assert broken(NOON + 20 * DAY) == []


def test_addresses_without_an_account_have_no_limit():
    for number in range(4):
        sent(None, NOON + timedelta(minutes=number), address="guest@example.org")
    assert broken() == []
