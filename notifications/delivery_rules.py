"""When a letter may arrive: not at night, not on weekends, not more than a few a week, not what was turned off.

Hours are wall time in the recipient's zone. An hour that a clock change skips is moved forward, one that comes twice
counts at its first coming.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .kinds import Stream
from .models import MutedStream, Notification
from .sender_policy import SenderPolicy

WEEK = timedelta(days=7)
SATURDAY = 5


@dataclass(frozen=True)
class Wait:
    """Not now; `why` is used as the end of the letter if it expires before `until`."""

    until: datetime
    why: str


def is_quiet(local: datetime, house: SenderPolicy) -> bool:
    """Whether letters that can wait do wait at this local time."""
    begins, ends = house.quiet_from_hour, house.quiet_until_hour
    if local.weekday() >= SATURDAY:
        return True
    if begins <= ends:
        return begins <= local.hour < ends
    return local.hour >= begins or local.hour < ends


def next_open_hour(at: datetime, zone: str, house: SenderPolicy) -> datetime:
    """Return `at` if it is an allowed hour in `zone`, else the moment when quiet hours end next."""
    local = at.astimezone(ZoneInfo(zone))
    if not is_quiet(local, house):
        return at
    for days in range(4):  # from Friday night to Monday morning at most
        for hour in (0, house.quiet_until_hour):  # a weekend ends at midnight, a night at its hour
            wall = datetime.combine(
                local.date() + timedelta(days=days), time(hour), tzinfo=local.tzinfo
            )
            opening = wall.astimezone(UTC)
            if opening >= at and not is_quiet(opening.astimezone(local.tzinfo), house):
                return opening
    raise AssertionError("a week has working days")


def weekly_slot(row: Notification, at: datetime, house: SenderPolicy) -> datetime:
    """Return `at` if one more letter that is not essential fits into the recipient's week, else when it will."""
    others = Notification.system.filter(recipient=row.recipient_id)
    others = others.exclude(stream=Stream.ESSENTIAL).exclude(pk=row.pk)
    moments = (
        others.filter(sent_at__gt=at - WEEK).order_by("sent_at").values_list("sent_at", flat=True)
    )
    sent = [moment for moment in moments if moment]
    if len(sent) >= house.weekly_letters:
        return sent[-house.weekly_letters] + WEEK
    leaving = others.filter(state=Notification.State.SENDING).count()
    if len(sent) + leaving >= house.weekly_letters:
        # Another process may be taking the last place. Both step back, for times that differ.
        return at + timedelta(seconds=random.uniform(30, 90))
    return at


def is_silenced(row: Notification, at: datetime) -> bool:
    return (
        MutedStream.objects.holding(at).filter(person=row.recipient_id, stream=row.stream).exists()
    )


def wait_for_manners(
    row: Notification, zone: str, house: SenderPolicy, at: datetime
) -> Wait | None:
    """Return why and until when a letter that is not urgent has to wait, or None when it may leave."""
    opens = next_open_hour(at, zone, house)
    if opens > at:
        return Wait(opens, "quiet hours")
    if row.stream != Stream.ESSENTIAL and row.recipient_id is not None:
        slot = weekly_slot(row, at, house)
        if slot > at:
            return Wait(slot, "weekly limit")
    return None
