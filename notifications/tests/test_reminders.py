from datetime import UTC, datetime, timedelta

import pytest

from notifications.reminders import due_reminder

SINCE = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "ordinal"), [(-1, None), (0, 1), (2.9, 1), (3, 2), (7, 3), (13.9, 3), (14, None)]
)
def test_only_the_latest_reminder_is_due(days, ordinal):
    found = due_reminder(SINCE + timedelta(days=days), since=SINCE, reminders=(3, 7))
    assert (found.ordinal if found else None) == ordinal


def test_a_reminder_expires_when_the_next_one_is_due():
    first, second, third = (
        due_reminder(SINCE + timedelta(days=days), since=SINCE, reminders=(3, 7), last_days=2)
        for days in (0, 3, 7)
    )
    assert (first.expires_at, second.expires_at) == (second.due_at, third.due_at)
    assert third.expires_at == SINCE + timedelta(days=9)
