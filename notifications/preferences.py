"""Which streams of e-mail a person receives. Every change may be repeated or made concurrently."""

from __future__ import annotations

from datetime import datetime, timedelta

from .kinds import KINDS, OF_MEMBERS, Stream
from .models import MutedStream, UnsubscribedAddress, WeeklyReader
from .recipients import Account
from .work_hours import is_member

PAUSE_DAYS = 30
CAN_BE_MUTED = tuple(stream for stream in Stream if stream != Stream.ESSENTIAL)


def offered(person: Account) -> list[Stream]:
    """Return the streams that a page offers a person: those of which they may get an e-mail."""
    used = {kind.stream for kind in KINDS.values()}
    if not is_member(person):
        used.difference_update(OF_MEMBERS)
    return [stream for stream in CAN_BE_MUTED if stream in used]


def mute(person: Account, *streams: str, at: datetime, until: datetime | None = None) -> None:
    """Send no more e-mails of `streams`, for good or until `until`.

    Raises ValueError for the essential stream.
    """
    if not set(streams) <= set(CAN_BE_MUTED):
        raise ValueError("essential e-mails cannot be muted")
    rows = [
        MutedStream(person_id=person.pk, stream=stream, since=at, until=until) for stream in streams
    ]
    MutedStream.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["person", "stream"],
        update_fields=["since", "until"],
    )


def is_muted(person: Account, stream: str, at: datetime) -> bool:
    """Return whether a person has turned off e-mails of `stream` at `at`."""
    return MutedStream.objects.active(at).filter(person=person.pk, stream=stream).exists()


def unsubscribe_address(address_key: str, *, at: datetime) -> None:
    """Remember an address, by its hash, whose owner wants no e-mail they have not asked for."""
    row = UnsubscribedAddress(address_key=address_key, since=at)
    UnsubscribedAddress.objects.bulk_create([row], ignore_conflicts=True)


def is_unsubscribed(address_key: str) -> bool:
    """Return whether the owner of an address wants no e-mail that they have not asked for."""
    return UnsubscribedAddress.objects.filter(address_key=address_key).exists()


def pause(person: Account, *, at: datetime) -> datetime:
    """Send only essential e-mails for `PAUSE_DAYS`; return when the pause ends.

    Streams that are muted for good stay muted after it.
    """
    until = at + timedelta(days=PAUSE_DAYS)
    muted = MutedStream.objects.filter(person=person.pk, until=None)
    for_good = set(muted.values_list("stream", flat=True))
    mute(person, *(stream for stream in CAN_BE_MUTED if stream not in for_good), at=at, until=until)
    return until


def set_wanted_streams(person: Account, wanted: set[str], *, at: datetime) -> None:
    """Unmute the `wanted` streams, also where they are paused, and mute the others on offer.

    A stream that is paused and not wanted stays paused, so that its pause still ends by itself.
    """
    MutedStream.objects.filter(person=person.pk, stream__in=wanted).delete()
    decided = {*wanted, *muted_streams(person, at)}
    mute(person, *(stream for stream in offered(person) if stream not in decided), at=at)


def muted_streams(person: Account, at: datetime) -> dict[str, datetime | None]:
    """Return the streams muted at `at`, each with the end of its pause or None."""
    muted = MutedStream.objects.filter(person=person.pk).active(at)
    return dict(muted.values_list("stream", "until"))


def reads_weekly(person: Account) -> bool:
    """Return whether a member hears on Mondays only what there is to read."""
    return WeeklyReader.objects.filter(person=person.pk).exists()


def choose_rhythm(person: Account, *, is_weekly: bool, at: datetime) -> None:
    """Tell a member what there is to read once a week, or on every weekday."""
    if is_weekly:
        row = WeeklyReader(person_id=person.pk, since=at)
        WeeklyReader.objects.bulk_create([row], ignore_conflicts=True)
    else:
        WeeklyReader.objects.filter(person=person.pk).delete()
