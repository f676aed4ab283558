"""What a person may turn off, and the verbs for it. Each one may come twice, from two places at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from .kinds import KINDS, Stream
from .models import MutedStream

PAUSE = timedelta(days=30)
CAN_BE_SILENCED = tuple(stream for stream in Stream if stream != Stream.ESSENTIAL)


def offered() -> list[Stream]:
    """The streams that a page offers: those that some letter belongs to."""
    used = {kind.stream for kind in KINDS.values()}
    return [stream for stream in CAN_BE_SILENCED if stream in used]


def silence(person: Any, *streams: str, at: datetime, until: datetime | None = None) -> None:
    """No more letters of `streams`, for good or until a moment. Raises ValueError for what is essential."""
    if not set(streams) <= set(CAN_BE_SILENCED):
        raise ValueError("essential letters cannot be turned off")
    rows = [MutedStream(person=person, stream=stream, since=at, until=until) for stream in streams]
    unique, changed = ["person", "stream"], ["since", "until"]
    MutedStream.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=unique, update_fields=changed
    )


def pause(person: Any, *, at: datetime) -> datetime:
    """Nothing but essential letters for 30 days. What was turned off for good stays so. Return the end of the pause."""
    until = at + PAUSE
    off = set(
        MutedStream.objects.filter(person=person, until=None).values_list("stream", flat=True)
    )
    silence(
        person, *(stream for stream in CAN_BE_SILENCED if stream not in off), at=at, until=until
    )
    return until


def choose(person: Any, wanted: set[str], *, at: datetime) -> None:
    """Set every stream that is offered: the wanted ones are sent, the others are off. Ends a pause of a wanted one."""
    MutedStream.objects.filter(person=person, stream__in=wanted).delete()
    silence(person, *(stream for stream in offered() if stream not in wanted), at=at)


def silenced(person: Any, at: datetime) -> dict[str, datetime | None]:
    """The streams that are off now, each with the end of its pause or None."""
    return dict(
        MutedStream.objects.filter(person=person).holding(at).values_list("stream", "until")
    )
