"""When an e-mail may be sent: outside quiet hours, not on weekends, a few a week, no muted streams.

Hours are in the recipient's time zone. An hour that a clock change skips moves forward; one that
occurs twice counts the first time.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .kinds import LIMITED
from .models import MutedStream, Notification
from .models.merged_items import is_merged
from .models.outbox import NotificationQuerySet
from .reasons import QUIET_HOURS, WEEKLY_LIMIT
from .sender_policy import SenderPolicy

WEEK = timedelta(days=7)
SATURDAY = 5


@dataclass(frozen=True)
class Wait:
    """Not now; `why` is the code of the row's reason if it expires before `until`."""

    until: datetime
    why: str


def is_quiet(local: datetime, policy: SenderPolicy) -> bool:
    """Return whether e-mails that are not urgent wait at this local time."""
    begins, ends = policy.quiet_from_hour, policy.quiet_until_hour
    if local.weekday() >= SATURDAY:
        return True
    if begins <= ends:
        return begins <= local.hour < ends
    return local.hour >= begins or local.hour < ends  # over midnight


def next_allowed_time(at: datetime, zone: str, policy: SenderPolicy) -> datetime:
    """Return `at` if it is outside quiet hours in the time zone `zone`, else when they end."""
    local = at.astimezone(ZoneInfo(zone))
    if not is_quiet(local, policy):
        return at
    for days in range(4):  # from Friday night to Monday morning at most
        day = local.date() + timedelta(days=days)
        for hour in (0, policy.quiet_until_hour):  # a weekend ends at midnight, a night at its hour
            wall = datetime.combine(day, time(hour), tzinfo=local.tzinfo)
            # Through UTC and back: a wall time that the clock change skips becomes a real one.
            end = wall.astimezone(UTC)
            if end >= at and not is_quiet(end.astimezone(local.tzinfo), policy):
                return end
    raise AssertionError("a week has working days")


def next_weekly_slot(row: Notification, at: datetime, policy: SenderPolicy) -> datetime:
    """Return `at` if the recipient's weekly limit allows this e-mail, else when it will."""
    sent, sending = _sent_in_week(row, at)
    if len(sent) >= policy.weekly_emails:
        return sent[-policy.weekly_emails] + WEEK
    if len(sent) + sending >= policy.weekly_emails:
        # Another process may be using the last slot. Both wait, for different times.
        return at + timedelta(seconds=random.uniform(30, 90))
    return at


def counted() -> NotificationQuerySet:
    """Return the e-mails of all people that count towards the weekly limit, sent or not.

    Things that were told together count as the one e-mail that told them. Urgent ones count, and
    are sent all the same.
    """
    return Notification.system.filter(stream__in=LIMITED).exclude(is_merged())


def slots_left(row: Notification, at: datetime, policy: SenderPolicy) -> int:
    """Return how many e-mails of limited streams its recipient may still get, this one included."""
    sent, sending = _sent_in_week(row, at)
    return policy.weekly_emails - len(sent) - sending


def _sent_in_week(row: Notification, at: datetime) -> tuple[list[datetime], int]:
    """Return when its recipient got other e-mails that count, and how many are being sent."""
    others = counted().filter(recipient=row.recipient_id).exclude(pk=row.pk)
    recent = others.filter(sent_at__gt=at - WEEK).order_by("sent_at")
    sent = [sent_at for sent_at in recent.values_list("sent_at", flat=True) if sent_at]
    return sent, others.filter(state=Notification.State.SENDING).count()


def is_muted(row: Notification, at: datetime) -> bool:
    """Return whether the recipient has muted the stream of this e-mail."""
    muted = MutedStream.objects.active(at)
    return muted.filter(person=row.recipient_id, stream=row.stream).exists()


def required_wait(row: Notification, zone: str, policy: SenderPolicy, at: datetime) -> Wait | None:
    """Return until when an e-mail that is not urgent has to wait, or None if it may be sent."""
    allowed = next_allowed_time(at, zone, policy)
    if allowed > at:
        return Wait(allowed, QUIET_HOURS)
    if row.stream in LIMITED and row.recipient_id is not None:
        slot = next_weekly_slot(row, at, policy)
        if slot > at:
            return Wait(slot, WEEKLY_LIMIT)
    return None
