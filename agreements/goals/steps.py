"""Steps towards a goal: add, tick, put in another order, remove and put back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User

from ..models import Goal, GoalStep
from .goal_locks import lock_goal

MAX_STEPS = 20
MAX_REMOVED = 20  # how many of those that were removed can be put back


def steps_of(goal: Goal, reader: User) -> list[GoalStep]:
    """Return all steps of `goal` that `reader` may see, those that were removed too."""
    return list(GoalStep.objects.visible_to(reader).filter(goal=goal))


@transaction.atomic
def add_step(goal: Goal, text: str, *, by: User, at: datetime | None = None) -> GoalStep:
    """Add a step at the end; the same words again (a second click) return the step that is there.

    Raises ActionNotAllowed with too many steps, and as `goal_locks.lock_goal`.
    """
    lock_goal(goal, by=by)
    present = _present(goal, by)
    for step in present:
        if step.text == text and step.done_at is None:
            return step
    _check_number(present)
    return GoalStep.objects.create(
        goal=goal,
        text=text,
        position=_next_position(present),
        author=by,
        added_at=at or timezone.now(),
    )


@transaction.atomic
def set_done(step: GoalStep, *, is_done: bool, by: User, at: datetime | None = None) -> None:
    """Tick a step, or take the tick away; a second click changes nothing.

    Raises ActionNotAllowed for a step that was removed, and as `goal_locks.lock_goal`.
    """
    _lock(step, by)
    if step.removed_at is not None:
        raise ActionNotAllowed(_("This step was removed. Put it back first."))
    if is_done and step.done_at is None:
        step.done_at, step.done_by = at or timezone.now(), by
    elif not is_done:
        step.done_at, step.done_by = None, None
    step.save(update_fields=["done_at", "done_by"])


@transaction.atomic
def move_step(step: GoalStep, *, up: bool, by: User) -> None:
    """Let a step change places with the one before or after it; at the end nothing happens.

    Raises ActionNotAllowed as `goal_locks.lock_goal`.
    """
    _lock(step, by)
    rows = _present(step.goal, by)
    here = next((place for place, row in enumerate(rows) if row.pk == step.pk), None)
    there = None if here is None else here - 1 if up else here + 1
    if here is None or there is None or not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for position, row in enumerate(rows):
        row.position = position
    GoalStep.objects.visible_to(by).bulk_update(rows, ["position"])


@transaction.atomic
def remove_step(step: GoalStep, *, by: User, at: datetime | None = None) -> None:
    """Remove a step, which can be put back. A second click changes nothing.

    Of many that were removed the oldest go for good. Raises as `goal_locks.lock_goal`.
    """
    _lock(step, by)
    if step.removed_at is None:
        step.removed_at = at or timezone.now()
        step.save(update_fields=["removed_at"])
    removed = GoalStep.objects.visible_to(by).filter(goal=step.goal, removed_at__isnull=False)
    for row in removed.order_by("-removed_at", "-pk")[MAX_REMOVED:]:
        row.delete()


@transaction.atomic
def restore_step(step: GoalStep, *, by: User) -> None:
    """Put a removed step back, at the end. A second click changes nothing.

    Raises ActionNotAllowed with too many steps, and as `goal_locks.lock_goal`.
    """
    _lock(step, by)
    if step.removed_at is None:
        return
    present = _present(step.goal, by)
    _check_number(present)
    step.removed_at, step.position = None, _next_position(present)
    step.save(update_fields=["removed_at", "position"])


def _lock(step: GoalStep, by: User) -> None:
    """Lock the goal of `step` and read the step again."""
    lock_goal(step.goal, by=by)
    rows = GoalStep.objects.visible_to(by)
    fields = ["position", "done_at", "done_by", "removed_at"]
    step.refresh_from_db(fields=fields, from_queryset=rows)


def _present(goal: Goal, reader: User) -> list[GoalStep]:
    return [step for step in steps_of(goal, reader) if step.removed_at is None]


def _next_position(steps: list[GoalStep]) -> int:
    return max((step.position for step in steps), default=-1) + 1


def _check_number(steps: list[GoalStep]) -> None:
    if len(steps) >= MAX_STEPS:
        text = _("A goal has at most %(most)s steps. Remove one that you no longer need first.")
        raise ActionNotAllowed(text % {"most": MAX_STEPS})
