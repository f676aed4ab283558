"""Locks for the verbs of goals, and who may use them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match
from matches.pair_lock import lock_row

from ..models import Goal

NOT_OF_PAIR = _("Only the two people of a pair can change its goals.")
NOT_YOURS = _("This goal is your partner's own. Only they can change it.")
ENDED = _("Your pair has ended, so its goals can be read but no longer changed.")
ERASED = _("The words of this goal were erased, so it can no longer be changed.")
# What the verbs change; `match` stays as it was loaded, with its people.
CHANGING = tuple(
    field.attname for field in Goal._meta.concrete_fields if field.name not in {"id", "match"}
)


def lock_match(match: Match, *, by: User) -> None:
    """Lock an open match until the end of the transaction.

    Raises ActionNotAllowed outside the pair and after its end.
    """
    if by not in match.people:
        raise ActionNotAllowed(NOT_OF_PAIR)
    if lock_row(match.pk) == Match.State.CLOSED:
        raise ActionNotAllowed(ENDED)


def lock_goal(goal: Goal, *, by: User) -> None:
    """Lock the match of `goal` and read the goal again.

    Raises ActionNotAllowed for anyone who may not change it, and after the end of the pair.
    """
    lock_match(goal.match, by=by)
    rows = Goal.objects.visible_to(by)
    if not rows.filter(pk=goal.pk).exists():
        raise ActionNotAllowed(NOT_YOURS)
    goal.refresh_from_db(fields=CHANGING, from_queryset=rows)
    if goal.texts_erased:
        raise ActionNotAllowed(ERASED)
    if not goal.may_be_changed_by(by):
        raise ActionNotAllowed(NOT_YOURS)
