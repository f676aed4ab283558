"""Counts the e-mails of each kind by week, so that no page has to read a million of them.

The running week is counted anew every few minutes, from the e-mails that ended in it, and the last
one until a day after its end. Counting twice gives the same; what a crash lost is counted again.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count

from .models import Notification, WeeklyCount
from .models.merged_items import is_merged
from .models.outbox import NotificationQuerySet
from .reconcilers import reconciler

COUNT_EVERY = timedelta(minutes=5)
COUNT_ON = timedelta(days=1)  # after the end of a week
WEEK = timedelta(days=7)
State = Notification.State
COLUMNS = {
    State.SENT: "sent",
    State.FAILED: "failed",
    State.CANCELLED: "not_sent",
    State.EXPIRED: "not_sent",
}


def monday_of(at: datetime) -> date:
    """Return the first day of the week of `at`, in UTC."""
    day = at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


@reconciler
def count_weeks(at: datetime) -> None:
    """Count the running week, and the one before while its last e-mails may be missing."""
    monday = monday_of(at)
    weeks = [monday]
    if at < _start(monday) + COUNT_ON:
        weeks.append(monday - WEEK)
    for week in weeks:
        recent = WeeklyCount.objects.filter(week=week, counted_at__gt=at - COUNT_EVERY)
        if not recent.exists():
            count_week(week, at=at)


def count_week(week: date, *, at: datetime) -> None:
    """Count the e-mails that ended or came back in the week that begins on `week`, a Monday."""
    start = _start(week)
    span = (start, start + WEEK)
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    ended = Notification.system.filter(ended_at__gte=span[0], ended_at__lt=span[1])
    ended = ended.exclude(is_merged())  # what was told together is one e-mail
    for kind, state, number in _by(ended, "kind", "state"):
        counts[kind][COLUMNS[State(state)]] += number
    bounced = Notification.system.filter(bounced_at__gte=span[0], bounced_at__lt=span[1])
    bounced = bounced.exclude(bounce=Notification.Bounce.SPAM)  # it arrived
    for kind, number in _by(bounced, "kind"):
        counts[kind]["bounced"] += number
    columns = ("sent", "failed", "not_sent", "bounced")
    rows = [
        WeeklyCount(
            kind=kind, week=week, counted_at=at, **{name: found.get(name, 0) for name in columns}
        )
        for kind, found in counts.items()
    ]
    WeeklyCount.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["kind", "week"],
        update_fields=[*columns, "counted_at"],
    )


def held_by_kind() -> dict[str, int]:
    """Return how many e-mails of each kind are on hold now."""
    held = Notification.system.filter(state=State.HELD)
    return {kind: number for kind, number in _by(held, "kind")}  # noqa: C416  # of two columns


def _start(week: date) -> datetime:
    return datetime.combine(week, time(), tzinfo=UTC)


def _by(rows: NotificationQuerySet, *columns: str) -> list[tuple]:
    """Count rows by columns; the number comes last."""
    return list(rows.order_by().values_list(*columns).annotate(number=Count("pk")))
