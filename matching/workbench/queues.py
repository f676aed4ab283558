"""The lists of a plan: which rows each holds, and what is true of every pair.

A warning that every pair has says something about the cohort, not about a pair. It is shown once
above the list, and no list of pairs to check is made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ..models import Proposal

Band = Proposal.Band
State = Proposal.State
FEWEST_PAIRS = 3  # with fewer nothing is called true of every pair
UNSURE = (Band.POSSIBLE, Band.THIN)


@dataclass(frozen=True)
class Group:
    """Rows of a plan that are alike in what the lists ask for."""

    count: int
    band: str
    state: str
    is_paired: bool
    is_changed: bool
    cautions: tuple[str, ...]


@dataclass(frozen=True)
class Queue:
    """One list: its condition in the database, and the same for a `Group`.

    `own` is the condition that a pair has a warning of its own. Lists without a tab are reached
    from the figures.
    """

    label: str | Promise
    rows: Callable[[Q], Q]
    holds: Callable[[Group, bool], bool]
    has_tab: bool = True


PAIRED = Q(mentor__isnull=False)
QUEUES: dict[str, Queue] = {
    "all": Queue(gettext_lazy("All"), lambda own: Q(), lambda group, own: True),
    "look": Queue(
        gettext_lazy("To check"),
        lambda own: PAIRED & Q(state=State.PROPOSED) & (own | Q(band__in=UNSURE)),
        lambda group, own: (
            group.is_paired and group.state == State.PROPOSED and (own or group.band in UNSURE)
        ),
    ),
    "thin": Queue(
        Band.THIN.label,
        lambda own: PAIRED & Q(band=Band.THIN),
        lambda group, own: group.is_paired and group.band == Band.THIN,
    ),
    "possible": Queue(
        Band.POSSIBLE.label,
        lambda own: PAIRED & Q(band=Band.POSSIBLE),
        lambda group, own: group.is_paired and group.band == Band.POSSIBLE,
    ),
    "warnings": Queue(
        gettext_lazy("Warnings of their own"),
        lambda own: PAIRED & own,
        lambda group, own: group.is_paired and own,
    ),
    "pinned": Queue(
        gettext_lazy("Pinned"),
        lambda own: Q(state=State.PINNED),
        lambda group, own: group.state == State.PINNED,
    ),
    "unmatched": Queue(
        gettext_lazy("Unmatched"), lambda own: ~PAIRED, lambda group, own: not group.is_paired
    ),
    "changed": Queue(
        gettext_lazy("Changed since the last draft"),
        lambda own: Q(is_changed=True),
        lambda group, own: group.is_changed,
    ),
    "pairs": Queue(
        gettext_lazy("Pairs"),
        lambda own: PAIRED,
        lambda group, own: group.is_paired,
        has_tab=False,
    ),
    "strong": Queue(
        Band.STRONG.label,
        lambda own: PAIRED & Q(band=Band.STRONG),
        lambda group, own: group.is_paired and group.band == Band.STRONG,
        has_tab=False,
    ),
    "good": Queue(
        Band.GOOD.label,
        lambda own: PAIRED & Q(band=Band.GOOD),
        lambda group, own: group.is_paired and group.band == Band.GOOD,
        has_tab=False,
    ),
}


class PlanLists:
    """The counts of every list, and the warnings that all pairs share, from one query."""

    def __init__(self, rows: QuerySet[Proposal]) -> None:
        """Count `rows`, those of the plan that the member sees."""
        self.groups = _groups(rows)
        self.shared = _shared_cautions(self.groups)
        self.counts = {
            name: sum(one.count for one in self.groups if queue.holds(one, self.has_own(one)))
            for name, queue in QUEUES.items()
        }

    def has_own(self, group: Group) -> bool:
        """Return whether the pairs of a group have a warning that not every pair has."""
        return not self.shared.issuperset(group.cautions)

    def filter(self, name: str) -> Q:
        """Return the condition of a list, for the database."""
        return QUEUES[name].rows(self._own())

    def _own(self) -> Q:
        found = ~Q(cautions=[])
        for cautions in {one.cautions for one in self.groups if one.cautions}:
            if self.shared.issuperset(cautions):
                found &= ~Q(cautions=list(cautions))
        return found


def _groups(rows: QuerySet[Proposal]) -> list[Group]:
    is_paired = ExpressionWrapper(PAIRED, BooleanField())
    found: Iterable[Any] = (
        rows.order_by()
        .values("band", "state", "is_changed", "cautions", is_paired=is_paired)
        .annotate(count=Count("pk"))
    )
    return [Group(**{**one, "cautions": tuple(one["cautions"])}) for one in found]


def _shared_cautions(groups: list[Group]) -> frozenset[str]:
    """Return the warnings that every pair has."""
    paired = [set(one.cautions) for one in groups if one.is_paired]
    if sum(one.count for one in groups if one.is_paired) < FEWEST_PAIRS:
        return frozenset()
    return frozenset(set.intersection(*paired))
