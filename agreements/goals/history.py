"""What happened to a goal: who, when, what, and the words from before. The latest comes first."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from matches.models import Match
from workflow.models import Transition

from ..models import Goal, GoalChange, GoalStep

MOST_ENTRIES = 60  # shown; all are kept


class Entry(TypedDict):
    """One row of the `timeline` component."""

    at: datetime
    title: str
    text: str


def history_of(goal: Goal, steps: list[GoalStep], reader: User) -> list[Entry]:
    """Return what happened to `goal`, which `reader` may see, with its `steps`. Two queries."""
    names = _names(goal, reader)
    entries = [*_changes(goal, reader, names), *_states(goal, names), *_of_steps(steps, names)]
    return sorted(entries, key=lambda entry: entry["at"], reverse=True)[:MOST_ENTRIES]


def earlier_measures(goal: Goal, reader: User) -> list[GoalChange]:
    """Return the changes of the measure, each with what it was before, the latest first."""
    changes = GoalChange.objects.visible_to(reader).filter(goal=goal, kind=GoalChange.Kind.MEASURE)
    return list(changes.order_by("-at", "-pk"))


def first_measures(match: Match, reader: User) -> dict[int, str]:
    """Return by goal what its measure was at first, where it has changed since."""
    kind = GoalChange.Kind.MEASURE
    rows = GoalChange.objects.visible_to(reader).filter(goal__match=match, kind=kind)
    latest_first = rows.order_by("-at", "-pk").values_list("goal", "before")
    return dict(latest_first)


def _names(goal: Goal, reader: User) -> dict[int | None, str]:
    partner = goal.match.partner_of(reader)
    other = next(person for person in goal.match.people if person.pk != reader.pk)
    return {
        reader.pk: _("You"),
        other.pk: partner.first_name or partner.name,
        None: _("Your agreement"),
    }


def _entry(at: datetime, what: str, who: str, text: str = "") -> Entry:
    return {"at": at, "title": _("%(what)s (%(who)s)") % {"what": what, "who": who}, "text": text}


def _changes(goal: Goal, reader: User, names: dict[int | None, str]) -> list[Entry]:
    return [
        _entry(row.at, row.get_kind_display(), names[row.person_id], _before(row))
        for row in GoalChange.objects.visible_to(reader).filter(goal=goal)
    ]


def _before(row: GoalChange) -> str:
    before = date_format(row.before_on, "DATE_FORMAT") if row.before_on else row.before
    return _("Before: %(words)s") % {"words": before} if before else ""


def _states(goal: Goal, names: dict[int | None, str]) -> list[Entry]:
    return [
        _entry(row.at, str(Goal.State(row.to_state).label), names[row.by_id])
        for row in Transition.objects.of(goal)
    ]


def _of_steps(steps: list[GoalStep], names: dict[int | None, str]) -> list[Entry]:
    found = []
    for step in steps:
        found.append(_entry(step.added_at, _("Step added"), names[step.author_id], step.text))
        if step.done_at:
            found.append(_entry(step.done_at, _("Step done"), names[step.done_by_id], step.text))
    return found
