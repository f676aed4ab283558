"""Locks for the verbs of meetings: two people who act at the same second act one after the other.

Each verb locks the pair first (`matches.pair_lock`), then it reads the meeting again.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match
from matches.pair_lock import lock_row

from .models import Meeting

NOT_OF_PAIR = _("Only the two people of a match can change its meetings.")
ENDED = _("This match has ended, so its meetings can't be changed.")
# What the verbs change; `match` stays as it was loaded, with its people.
CHANGING = (
    "state",
    "on",
    "wall_time",
    "zone",
    "starts_at",
    "minutes",
    "mode",
    "proposed_by",
    "awaiting",
    "lapses_at",
    "moves",
    "sequence",
    "recorded_at",
)


class MeetingChanged(ActionNotAllowed):
    """The meeting has changed since the person saw it; the page shows it as it is now."""


def lock_match(match: Match, *, by: User) -> None:
    """Lock an open match until the end of the transaction.

    Raises ActionNotAllowed outside the pair and after the end of the match.
    """
    if by not in match.people:
        raise ActionNotAllowed(NOT_OF_PAIR)
    if lock_row(match.pk) == Match.State.CLOSED:
        raise ActionNotAllowed(ENDED)


def lock_meeting(meeting: Meeting, *, by: User) -> None:
    """Lock the match of `meeting` and read the meeting again. Raises as `lock_match`."""
    lock_match(meeting.match, by=by)
    meeting.refresh_from_db(fields=CHANGING)


def check_unchanged(meeting: Meeting, expected_sequence: int | None) -> None:
    """Raise MeetingChanged if the meeting is no longer the one that the person saw."""
    if expected_sequence is not None and meeting.sequence != expected_sequence:
        raise MeetingChanged(
            _("This meeting has just been changed. Check what it says now, then try again.")
        )
