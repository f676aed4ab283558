"""What the pages of goals show."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from matches.models import Match

from ..models import Goal, GoalStep
from . import history, steps

State = Goal.State
# What the button for a change of state says, by (from, to).
BUTTONS: dict[tuple[str, str], Promise] = {
    (State.NOT_STARTED, State.UNDER_WAY): gettext_lazy("Start"),
    (State.NOT_STARTED, State.PARKED): gettext_lazy("Park it for now"),
    (State.UNDER_WAY, State.NOT_STARTED): gettext_lazy("Not started after all"),
    (State.UNDER_WAY, State.PARKED): gettext_lazy("Park it for now"),
    (State.REACHED, State.UNDER_WAY): gettext_lazy("Not reached after all"),
    (State.PARKED, State.UNDER_WAY): gettext_lazy("Take it up again"),
}


@dataclass(frozen=True)
class Card:
    """A goal on the list, with how many of its steps are done."""

    goal: Goal
    done: int = 0
    total: int = 0

    @property
    def steps_label(self) -> str:
        """Say how many steps are done; "" without steps."""
        if not self.total:
            return ""
        words = ngettext("%(done)s of %(total)s step", "%(done)s of %(total)s steps", self.total)
        return words % {"done": self.done, "total": self.total}


@dataclass(frozen=True)
class GoalList:
    """The goals of a pair, and those of the mentor that the reader may see."""

    pair: list[Card] = field(default_factory=list)
    mentor: list[Card] = field(default_factory=list)

    @property
    def counted(self) -> list[Card]:
        """The goals that the ring counts: all but those that are parked."""
        return [card for card in self.pair if card.goal.state != State.PARKED]

    @property
    def reached(self) -> int:
        return len([card for card in self.counted if card.goal.state == State.REACHED])

    @property
    def label(self) -> str:
        total = len(self.counted)
        words = ngettext(
            "%(done)s of %(total)s goal reached", "%(done)s of %(total)s goals reached", total
        )
        return words % {"done": self.reached, "total": total}


def goal_list(match: Match, reader: User) -> GoalList:
    """Return the goals that `reader`, one of the pair, may see: open ones first. Two queries."""
    goals = list(Goal.objects.visible_to(reader).not_erased().filter(match=match))
    counts: dict[int, list[bool]] = defaultdict(list)
    rows = GoalStep.objects.of_goals(goals).filter(removed_at=None)
    for goal_id, done_at in rows.order_by().values_list("goal", "done_at"):
        counts[goal_id].append(done_at is not None)
    cards: dict[bool, list[Card]] = {True: [], False: []}
    order = [State.UNDER_WAY, State.NOT_STARTED, State.REACHED, State.PARKED]
    for goal in sorted(goals, key=lambda row: order.index(State(row.state))):
        goal.match = match
        done = counts[goal.pk]
        cards[goal.is_of_pair].append(Card(goal, sum(done), len(done)))
    return GoalList(cards[True], cards[False])


def url_of(goal: Goal) -> str:
    """Return the path of the page of a goal."""
    return reverse("agreements:goal-detail", args=[goal.public_id])


def buttons(goal: Goal, user: User) -> list[dict[str, object]]:
    """Return the changes of state that `user` can make with one click; reaching has a page."""
    if not goal.may_be_changed_by(user):
        return []
    return [
        {"state": str(to), "label": label}
        for (was, to), label in BUTTONS.items()
        if was == goal.state
    ]


def goal_page(goal: Goal, reader: User) -> dict[str, object]:
    """Return the context of the page of `goal`, which `reader`, one of the pair, may see."""
    found = steps.steps_of(goal, reader)
    present = [step for step in found if step.removed_at is None]
    removed = [step for step in found if step.removed_at is not None]
    done = len([step for step in present if step.done_at])
    may_change = goal.may_be_changed_by(reader)
    measures = history.earlier_measures(goal, reader)
    return {
        "goal": goal,
        "match": goal.match,
        "program": goal.match.program,
        "partner": goal.match.partner_of(reader),
        "is_own": goal.person_id == reader.pk,
        "readers": readers_of(goal, reader),
        "steps": present,
        "removed": removed if may_change else [],
        "card": Card(goal, done, len(present)),
        "buttons": buttons(goal, reader),
        "may_reach": may_change and State.REACHED in Goal.TRANSITIONS[goal.state],
        "may_change": may_change,
        "may_add_step": may_change and len(present) < steps.MAX_STEPS,
        "most_steps": steps.MAX_STEPS,
        "measures": measures,
        "history": history.history_of(goal, found, reader),
    }


def readers_of(goal: Goal, reader: User) -> str:
    """Say who reads this goal."""
    if not goal.is_shared:
        return _("Only you can read this page.")
    return _("Only the two of you can read this page. The committee can't.")
