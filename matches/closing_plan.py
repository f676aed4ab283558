"""What a pair has planned for its end: the closing talk, which `meetings` knows of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from accounts.models import User

from .models import Match
from .signals import closing_plan_asked


@dataclass(frozen=True)
class TalkChoice:
    """A meeting that is ahead anyway; `url` makes it the closing talk (POST)."""

    when: str
    url: str


@dataclass(frozen=True)
class ClosingPlan:
    """The closing talk: `when` it is, "" without one; it is booked once both have confirmed it.

    It is over when it was booked and its time has passed, whether or not anyone has noted it.

    `url` shows the meeting, `forget_url` (POST) lets it be a meeting like the others. Without a
    talk, `plan_url` leads to the form of a new one and `choices` are the meetings ahead.
    """

    is_booked: bool = False
    is_over: bool = False
    when: str = ""
    url: str = ""
    forget_url: str = ""
    plan_url: str = ""
    choices: tuple[TalkChoice, ...] = ()


def closing_plan(match: Match, person: User, at: datetime) -> ClosingPlan:
    """Return the plan as `person`, one of the pair, sees it."""
    return _answer(match, person, at)


def talk_is_booked(match: Match, at: datetime) -> bool:
    """Return whether the closing talk of the pair's term is confirmed, or was held."""
    return _answer(match, None, at).is_booked


def talk_is_over(match: Match, at: datetime) -> bool:
    """Return whether the closing talk of the pair's term was booked and its time has passed."""
    return _answer(match, None, at).is_over


def _answer(match: Match, person: User | None, at: datetime) -> ClosingPlan:
    answers = closing_plan_asked.send(Match, match=match, person=person, at=at)
    return next((cast(ClosingPlan, plan) for _receiver, plan in answers), ClosingPlan())
