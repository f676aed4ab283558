"""Export and erasure of what goals hold about a person. States and dates stay, for the counts.

The goals of a pair are the mentee's; those of a mentor are the mentor's own. Whoever they belong to
takes their words along. A step or an older wording also goes with the person who wrote it.
"""

from __future__ import annotations

from accounts.mentions import Mentions
from accounts.models import User
from matches.models import MatchQuerySet
from workflow.models import Transition

from ..models import Goal, GoalChange, GoalStep
from ..models.goals import GoalQuerySet

WRITTEN = ("text", "measure", "why")


def export(user: User) -> list[dict[str, object]]:
    """Return the goals that `user` can read, with their steps and earlier words."""
    goals = Goal.objects.visible_to(user).not_erased()
    people = ("match__mentee__person", "match__mentor__person", "person")
    return [_export(goal, user) for goal in goals.select_related(*people)]


def _export(goal: Goal, user: User) -> dict[str, object]:
    rows = {"goal": goal}
    steps = GoalStep.objects.visible_to(user).filter(**rows)
    changes = GoalChange.objects.visible_to(user).filter(**rows)
    return {
        "with": goal.match.partner_of(user).name,
        "is_mine": goal.person_id == user.pk,
        "is_shared": goal.is_shared,
        **{name: getattr(goal, name) for name in WRITTEN},
        "target_on": goal.target_on,
        "state": goal.state,
        "reached_at": goal.reached_at,
        "steps": list(steps.values("text", "added_at", "done_at", "removed_at")),
        "changes": list(changes.values("kind", "at", "before", "before_on")),
    }


def erase(user: User) -> None:
    """Empty the goals of `user`; of others delete the steps and older words that `user` wrote."""
    empty(Goal.system.filter(person=user))
    GoalStep.system.filter(author=user).delete()
    GoalChange.system.filter(person=user).update(before="")


def empty(goals: GoalQuerySet) -> None:
    """Delete every word of `goals`; their states and dates stay."""
    pks = list(goals.values_list("pk", flat=True))
    GoalStep.system.filter(goal__in=pks).delete()
    GoalChange.system.filter(goal__in=pks).delete()
    Transition.system.about_any(Goal.system.filter(pk__in=pks)).update(why="")
    emptied = dict.fromkeys(WRITTEN, "")
    Goal.system.filter(pk__in=pks).update(**emptied, target_on=None, texts_erased=True)


def replace_mentions(mentions: Mentions, matches: MatchQuerySet) -> None:
    """Replace the name of an erased person in the goals of their pairs."""
    of_pair = {"goal__match__in": matches}
    mentions.replace_in(Goal.system.filter(match__in=matches), *WRITTEN)
    mentions.replace_in(GoalStep.system.filter(**of_pair), "text")
    mentions.replace_in(GoalChange.system.filter(**of_pair), "before")
