"""What time does to meetings; run about once in two minutes, and running it twice changes nothing.

A proposal whose times have all passed lapses. Meetings ahead of a match that has ended are
cancelled: the e-mails about the ending say so, none is sent about the meetings.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from matches.ending_texts import MATCH_ENDED
from matches.models import Match
from matches.pair_lock import lock_row
from matches.signals import pair_changed
from notifications.outbox import cancel_about
from notifications.reconcilers import reconciler
from workflow.states import move

from .locking import CHANGING
from .models import Meeting
from .notices import notify_pair

State = Meeting.State
WHY = "the match has ended"
LOOKS_BACK = timedelta(days=30)  # for matches that ended: longer than any downtime


@reconciler
def lapse_unanswered(at: datetime) -> None:
    """End the wait for answers to times that have all passed.

    A meeting that has a date keeps it, and both are told; one without becomes *not answered*.
    """
    people = ("match__mentee__person", "match__mentor__person")
    for meeting in Meeting.objects.unanswered(at).select_related(*people):
        _lapse(meeting, at)


@transaction.atomic
def _lapse(meeting: Meeting, at: datetime) -> None:
    lock_row(meeting.match_id)
    meeting.refresh_from_db(fields=CHANGING)
    if not meeting.is_unanswered(at):
        return  # answered a moment ago
    changes: dict[str, object] = {"awaiting": None, "sequence": meeting.sequence + 1}
    if meeting.state == State.PROPOSED:
        move(meeting, State.LAPSED, by=None, at=at, why="not answered", **changes)
        pair_changed.send(Match, matches=[meeting.match_id])
        return
    Meeting.objects.filter(pk=meeting.pk).update(**changes)
    meeting.times.all().delete()
    meeting.refresh_from_db(fields=CHANGING)
    notify_pair(meeting, by=None, at=at)


@reconciler
def cancel_of_ended_matches(at: datetime) -> None:
    """Cancel what is proposed or confirmed for later in matches that ended lately."""
    cancel_ahead(Match.objects.closed_since(at - LOOKS_BACK), at=at)


def cancel_ahead(matches: QuerySet[Match], *, at: datetime) -> None:
    """Cancel what is proposed or confirmed for later in `matches`, and the e-mails about it.

    Of a date that has passed, other times that are still suggested are withdrawn.
    """
    theirs = Meeting.objects.filter(match__in=matches)
    suggested = theirs.filter(awaiting__isnull=False, lapses_at__gt=at)
    for meeting in (theirs.ahead(at) | suggested).select_related("match"):
        _cancel(meeting, at)


@transaction.atomic
def _cancel(meeting: Meeting, at: datetime) -> None:
    lock_row(meeting.match_id)
    meeting.refresh_from_db(fields=CHANGING)
    changes: dict[str, object] = {"awaiting": None, "sequence": meeting.sequence + 1}
    if meeting.is_ahead(at):
        move(meeting, State.CANCELLED, by=None, at=at, why=WHY, **changes)
        cancel_about(meeting, why=MATCH_ENDED, at=at)
    elif meeting.has_open_proposal:
        Meeting.objects.filter(pk=meeting.pk).update(**changes, lapses_at=None)
        meeting.times.all().delete()
        cancel_about(meeting, why=MATCH_ENDED, at=at)
