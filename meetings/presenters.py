"""The list of meetings as its page shows it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from matches.models import Match

from .models import Agenda, LogEntry, Meeting

OPEN = {Meeting.State.PROPOSED, Meeting.State.SET}


@dataclass(frozen=True)
class Card:
    """A meeting with what the pair wrote about it, and what the reader may do."""

    meeting: Meeting
    agenda: Agenda | None
    entries: list[LogEntry]
    may_answer: bool
    may_log: bool
    may_move: bool

    @property
    def is_open(self) -> bool:
        return self.meeting.state in OPEN


def cards(match: Match, reader: User, *, at: datetime) -> list[Card]:
    """Return the meetings of `match` for `reader`, one of the pair, the latest first."""
    agendas = Agenda.objects.visible_to(reader).filter(meeting__match=match)
    agenda_of = {row.meeting_id: row for row in agendas}
    entries_of: dict[int, list[LogEntry]] = defaultdict(list)
    entries = LogEntry.objects.visible_to(reader).filter(meeting__match=match)
    for entry in entries.select_related("author"):
        entries_of[entry.meeting_id].append(entry)
    found = []
    for meeting in Meeting.objects.of(reader).filter(match=match):
        meeting.match = match  # loaded with its people
        may_log = meeting.may_be_recorded_by(reader, at)
        found.append(
            Card(
                meeting=meeting,
                agenda=agenda_of.get(meeting.pk),
                entries=entries_of[meeting.pk],
                may_answer=meeting.may_be_answered_by(reader),
                may_log=may_log,
                may_move=meeting.may_be_moved_by(reader) and not may_log,
            )
        )
    return found
