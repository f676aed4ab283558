"""Reflections at the end: each alone, saved at any time, read by the author only.

1. Both can write one while the pair is closing and after it has ended, until texts are erased.
2. No one waits for it: the partner can write theirs, and the pair can be closed, without it.
3. It changes nothing that others see. The state of a goal is what the pair says together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match, MatchQuerySet

from .models import Goal, GoalReflection, Reflection


@dataclass(frozen=True)
class GoalAnswer:
    """What someone says about one goal; both may be empty."""

    outcome: str = ""
    learned: str = ""


def may_reflect(match: Match) -> bool:
    """Whether the two of `match` can write a reflection."""
    is_ending = match.state in {Match.State.CLOSING, Match.State.CLOSED}
    is_mistake = match.closed_kind == Match.Closed.IN_ERROR
    return is_ending and not is_mistake and match.texts_erased_at is None


def goals_of(match: Match, author: User) -> list[Goal]:
    """Return the goals of the pair, and for the mentor those of their own."""
    goals = Goal.objects.visible_to(author).not_erased().filter(match=match)
    mentee = match.mentee.person_id
    found = list(goals.filter(person__in={mentee, author.pk}))
    return sorted(found, key=lambda goal: goal.person_id != mentee)


def reflection_of(match: Match, author: User) -> Reflection | None:
    """Return what `author` has written, None while there is nothing."""
    return Reflection.objects.visible_to(author).filter(match=match).first()


def goal_answers(reflection: Reflection | None, author: User) -> dict[str, GoalAnswer]:
    """Return {goal key: answer} of the author's own reflection."""
    if reflection is None:
        return {}
    rows = GoalReflection.objects.visible_to(author).filter(reflection=reflection)
    return {row.goal_key: GoalAnswer(row.outcome, row.learned) for row in rows}


@transaction.atomic
def save(
    match: Match,
    *,
    by: User,
    learned: str,
    next_steps: str,
    goals: Mapping[str, GoalAnswer],
    at: datetime | None = None,
) -> Reflection:
    """Store the reflection of `by`, in place of an earlier one. `goals` is by `Goal.key`.

    Raises ActionNotAllowed outside the pair, before the pair is closing, and once the texts of the
    pair were erased.
    """
    at = at or timezone.now()
    if by not in match.people:
        raise ActionNotAllowed(_("Only the two people of a pair can do this."))
    locked = Match.objects.select_for_update(no_key=True, of=("self",)).get(pk=match.pk)
    if not may_reflect(locked):
        raise ActionNotAllowed(_("You can look back when your time together is coming to its end."))
    values = {"learned": learned, "next_steps": next_steps, "saved_at": at}
    reflection, _is_new = Reflection.system.update_or_create(
        match=match, author=by, defaults=values
    )
    known = {goal.key for goal in goals_of(match, by)}
    rows = [
        GoalReflection(
            reflection=reflection,
            goal_key=key,
            outcome=goals[key].outcome,
            learned=goals[key].learned,
        )
        for key in sorted(known & set(goals))
    ]
    GoalReflection.system.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["reflection", "goal_key"],
        update_fields=["outcome", "learned"],
    )
    return reflection


def erase_all(matches: MatchQuerySet, *, author: User | None = None) -> None:
    """Delete the reflections on `matches`, or only those of `author`."""
    found = Reflection.system.filter(match__in=matches)
    if author is not None:
        found = found.filter(author=author)
    GoalReflection.system.filter(reflection__in=found).delete()
    found.delete()
