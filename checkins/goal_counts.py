"""Goals of pairs, counted with their closing survey and frozen: nobody's goal is told apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from django.db.models import F

from agreements.models import Goal

from .models import CheckIn


class StoredGoals(TypedDict):
    """Goals of the pairs of a wave, as `Wave.goals` stores them; other kinds store an empty one."""

    goals: int
    reached: int
    people: list[int]  # primary keys of the mentees with goals


def goals_of(checkins: Iterable[CheckIn]) -> StoredGoals:
    """Count the goals of the mentees in the pairs of these check-ins."""
    mine = Goal.system.filter(
        match__in={checkin.match_id for checkin in checkins}, person=F("match__mentee__person")
    )
    rows = list(mine.values_list("person", "state"))
    return StoredGoals(
        goals=len(rows),
        reached=sum(state == Goal.State.REACHED for _person, state in rows),
        people=sorted({person for person, _state in rows}),
    )
