"""Pairs who named each other; the committee may approve one, which pins it."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from applications.models import Application, NamedWish
from applications.named_wishes import people_named
from matches.vocabulary_text import join_words
from programs.models import conflicts_with

from ..criteria import rule_text
from ..models import Proposal, Round
from ..rounds.plan_updates import load_plan
from ..storage.solver_state import SolverState

MENTEE, MENTOR = Application.Role.MENTEE, Application.Role.MENTOR


@dataclass(frozen=True)
class MutualPair:
    """Two people who named each other; `rules` says why they can't be matched, or is empty."""

    mentee: Application
    mentor: Application
    row: Proposal
    rules: str

    @property
    def is_pinned(self) -> bool:
        return self.row.is_pinned and self.row.mentor_id == self.mentor.pk


def mutual_pairs(round_: Round, user: User) -> list[MutualPair]:
    """Return the pairs that the member may decide about, by name of the mentee.

    Raises ActionNotAllowed before the first run.
    """
    solver, _decisions = load_plan(round_)
    everyone = Application.objects.filter(pk__in=[*solver.mentees, *solver.mentors])
    seen = everyone.exclude(conflicts_with(user, "person"))
    people = {(one.role, one.person_id): one for one in seen.select_related("person")}
    wishes = _wishes(round_, user)
    both = [
        (people[MENTEE, person], people[MENTOR, named])
        for role, person, named in wishes
        if role == MENTEE
        and (MENTOR, named, person) in wishes
        and {(MENTEE, person), (MENTOR, named)} <= people.keys()
    ]
    rows = Proposal.objects.visible_to(user).filter(
        round=round_, mentee__in=[mentee.pk for mentee, _mentor in both]
    )
    on_table = {row.mentee_id: row for row in rows.in_plan().select_related("mentor__person")}
    return [
        MutualPair(mentee, mentor, on_table[mentee.pk], _rules(solver, mentee, mentor))
        for mentee, mentor in sorted(both, key=lambda pair: pair[0].person.name)
        if mentee.pk in on_table
    ]


def _wishes(round_: Round, user: User) -> set[tuple[str, int, int]]:
    """(role of the one who wishes, that person, the person named), as far as `user` reads them."""
    readable = Application.objects.readable_in_full_by(user).filter(cohort=round_.cohort_id)
    people = set(readable.values_list("role", "person"))
    return {
        (role, person, named)
        for role, kind, person, named, _rank in people_named(round_.cohort)
        if kind == NamedWish.Kind.PREFER and (role, person) in people
    }


def _rules(solver: SolverState, mentee: Application, mentor: Application) -> str:
    i, j = solver.row[mentee.pk], solver.column[mentor.pk]
    if solver.table.S[i, j] >= 0:
        return ""
    return join_words(
        rule_text(code, solver.round.criteria) for code in solver.explained.why_not(i, j)
    )
