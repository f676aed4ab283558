"""The page before a meeting: agenda, earlier notes, open steps and questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from agreements.models import Goal

from .models import Agenda, Meeting, PrivateNote
from .presenters import Card, OpenStep, cards, open_steps
from .prompts import questions_for


@dataclass(frozen=True)
class Preparation:
    """The page before a meeting, for one of the pair."""

    card: Card
    agenda: Agenda | None
    is_mentee: bool
    may_write: bool
    last: Card | None
    steps: list[OpenStep]
    goals: list[str]
    questions: list[str]
    private_note: str

    @property
    def partner_name(self) -> str:
        return self.card.partner_name


def preparation(meeting: Meeting, reader: User, *, at: datetime) -> Preparation:
    """Return what `reader`, one of the pair, should see before `meeting`.

    Eight queries, however many meetings there were.
    """
    match = meeting.match
    found = cards(match, reader, at=at)
    card = next(row for row in found if row.meeting.pk == meeting.pk)
    earlier = [row for row in found if row.meeting.starts_at < meeting.starts_at]
    held = [row for row in earlier if row.meeting.state == Meeting.State.HELD]
    mine = PrivateNote.objects.visible_to(reader).filter(meeting=meeting).first()
    is_mentee = reader == match.mentee.person
    open_goals = Goal.objects.visible_to(reader).of_pair(match).open().not_erased()
    questions = questions_for(match, has_met=bool(held), at=at)
    return Preparation(
        card=card,
        agenda=card.agenda,
        is_mentee=is_mentee,
        may_write=card.may_prepare,
        last=held[0] if held else None,
        steps=open_steps(earlier),
        goals=[goal.text for goal in open_goals],
        questions=[] if is_mentee else [str(question) for question in questions],
        private_note=mine.text if mine else "",
    )
