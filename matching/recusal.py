"""Conflicts of interest inside a round.

A member never decides about themself or about someone they have a conflict of interest with. A
change that would move such a person is refused to them, also when the engine moves that person
only to make room. The review and the publication need a member without a conflict in the plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self, TypeVar

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from applications.models.applications import ApplicationQuerySet
from programs.models import conflicts_with

from .models import Proposal, Round, RoundEntry
from .models.proposals import EntryQuerySet, PairRowQuerySet, ProposalQuerySet

PairRows = TypeVar("PairRows", bound=PairRowQuerySet)

CONFLICT_MESSAGE = _(
    "This change affects someone you have a conflict of interest with. Please ask another member."
)


@dataclass(frozen=True)
class ViewerContext:
    """A committee member who reads or changes one round.

    `conflicted` holds the applications of the round's cohort whose person is the member or someone
    they have a conflict of interest with. It is read once for a request or a change, passed on,
    and never kept on a row. Whoever makes one has found the round through `visible_to(user)`.
    """

    round: Round
    user: User
    conflicted: frozenset[int]

    @classmethod
    def of(cls, round_: Round, user: User, *, has_conflicts: bool = True) -> Self:
        """Read whom `user` has a conflict with; not needed when `cohort_has_conflicts` said no."""
        if not has_conflicts:
            return cls(round_, user, frozenset())
        rows = Application.objects.filter(conflicts_with(user, "person"), cohort=round_.cohort_id)
        return cls(round_, user, frozenset(rows.order_by().values_list("pk", flat=True)))

    def proposals(self) -> ProposalQuerySet:
        """Return the rows of the plan and the rejected pairs, as `visible_to` would."""
        return self._without_conflicts(Proposal.objects.all())

    def entries(self) -> EntryQuerySet:
        """Return the decisions in the minutes, as `visible_to` would."""
        return self._without_conflicts(RoundEntry.objects.all())

    def _without_conflicts(self, rows: PairRows) -> PairRows:
        found = rows.filter(round=self.round)
        if self.conflicted:
            found = found.exclude(Q(mentee__in=self.conflicted) | Q(mentor__in=self.conflicted))
        return found.scoped("committee without conflict")

    def mentors(self) -> ApplicationQuerySet:
        """Return the submitted applications of mentors whom the member may decide about."""
        rows = Application.objects.mentors().filter(cohort=self.round.cohort_id)
        submitted = rows.exclude(state=Application.State.DRAFT)
        return submitted.exclude(pk__in=self.conflicted) if self.conflicted else submitted

    def refuse_if_conflicted(self, applications: Iterable[int | None]) -> None:
        """Raise ActionNotAllowed if one of these applications is of a conflicted person."""
        if not self.conflicted.isdisjoint(pk for pk in applications if pk is not None):
            raise ActionNotAllowed(CONFLICT_MESSAGE)


def cohort_has_conflicts(user: User) -> Exists:
    """Annotate rounds with whether `user` has a conflict with anyone in the cohort; rarely so."""
    people = Application.objects.filter(conflicts_with(user, "person"), cohort=OuterRef("cohort"))
    return Exists(people)


def has_conflict(user: User, round_: Round) -> bool:
    """Return whether `user` has a conflict of interest with anyone in the plan of the round."""
    rows = Proposal.system.filter(round=round_).in_plan()
    return rows.filter(conflicts_with(user, "mentee__person", "mentor__person")).exists()
