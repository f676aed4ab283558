"""The possible mentors of one mentee, compared by criterion, with what choosing each would cost.

Costs are for one change at a time; two changes that cost nothing alone can have a cost together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db.models import Exists, OuterRef
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models import Application, ApplicationExperience
from matches.match_creation import capacity_of
from matches.vocabulary_text import Vocabulary, join_words
from programs.committee_admin import state_tone

from ..criteria import can_be_waived, criterion_labels, own_criteria, rule_text
from ..engine import Change, InfeasibleRules, WhatIf
from ..explanations.comparison import Cell, Dimensions
from ..explanations.explanation_text import CAUTION_TEXTS, cost_text
from ..explanations.explanations import Explanation, explain
from ..models import Proposal
from ..models.proposals import PERSON_FIELDS
from ..recusal import ViewerContext
from ..rounds.minutes import moved_text
from ..rounds.plan_updates import plan_of
from ..storage.solver_state import Decisions, SolverState

SHOWN, CLOSED_SHOWN, MOVES_SHOWN, SWAPS_SHOWN = 6, 4, 2, 15
CLOSED_LOOKED_AT = 40
Band = Proposal.Band
QUOTED = 160  # characters of a person's own words


@dataclass(frozen=True)
class Candidate:
    """A mentor to compare; `rules` forbid the pair, `if_chosen` says what choosing it would do."""

    mentor: Application
    explanation: Explanation
    cells: dict[str, Cell]
    places: str
    if_chosen: list[str]
    labels: Mapping[str, str] = field(default_factory=dict)  # of all criteria of the round
    is_current: bool = False
    is_rejected: bool = False
    rules: list[str] = field(default_factory=list)
    quote: str = ""
    can_be_waived: bool = False

    @property
    def named_cells(self) -> list[tuple[object, Cell]]:
        return [(self.labels[name], cell) for name, cell in self.cells.items()]

    @property
    def points(self) -> list[int]:
        """Points per criterion, in the order of the table of points."""
        parts = self.explanation.parts
        return [parts[code] for code in self.labels if code in parts]

    @property
    def cautions(self) -> list[object]:
        return [CAUTION_TEXTS[code] for code in self.explanation.cautions if code in CAUTION_TEXTS]

    @property
    def tone(self) -> str:
        return state_tone(self.explanation.band)

    @property
    def band_label(self) -> str:
        return str(Band(self.explanation.band).label)


@dataclass(frozen=True)
class Comparison:
    open: list[Candidate]
    closed: list[Candidate]
    more: int  # further mentors who would be possible
    hidden: int  # mentors with whom the member has a conflict of interest
    parts: list[tuple[str, str]]  # (criterion, its name) of the table of points
    swaps: list[
        int
    ]  # mentees (applications) with whom this one could change places, the best first
    has_rejections: bool  # whether mentors were rejected for this mentee
    vocabulary: Vocabulary  # the vocabularies as they were read for it


def compare(viewer: ViewerContext, row: Proposal, *, show_all: bool = False) -> Comparison:
    """Return the possible mentors, best first, and the best forbidden ones with their rules."""
    solver, decisions = SolverState.load(viewer.round), Decisions.of(viewer.round)
    i = solver.row[row.mentee_id]
    seen = [j for j, pk in enumerate(solver.mentors) if pk not in viewer.conflicted]
    order = _order(solver, i, int(plan_of(solver).mu[i]), seen)
    open_ = [j for j in order if solver.table.S[i, j] >= 0]
    closed = _nearest_closed(solver, i, [j for j in order if solver.table.S[i, j] < 0])
    shown = open_ if show_all else open_[:SHOWN]
    made = _CandidateBuilder(viewer, solver, decisions, row, [*shown, *closed])
    explained = explain(solver, [(i, j) for j in (*shown, *closed)])
    cards = [
        made.candidate(i, j, explanation)
        for j, explanation in zip((*shown, *closed), explained, strict=True)
    ]
    criteria = [
        (name, label)
        for name, label in made.labels.items()
        if explained and name in explained[0].parts
    ]
    hidden, more = len(solver.mentors) - len(seen), len(open_) - len(shown)
    swaps, open_cards, closed_cards = _swaps(solver, i), cards[: len(shown)], cards[len(shown) :]
    return Comparison(
        open_cards,
        closed_cards,
        more,
        hidden,
        criteria,
        swaps,
        bool(made.rejected),
        made.vocabulary,
    )


def _swaps(solver: SolverState, i: int) -> list[int]:
    """Return mentees who could swap mentors with mentee i if no one else moves, best first."""
    mu, S = plan_of(solver).mu, solver.table.S
    if mu[i] < 0:
        return []
    others = np.flatnonzero((mu >= 0) & (mu != mu[i]))
    mine, theirs, now = (
        S[rows, columns].astype(np.int64)
        for rows, columns in ((i, mu[others]), (others, mu[i]), (others, mu[others]))
    )
    possible = (mine >= 0) & (theirs >= 0)
    gain = (mine + theirs - now)[possible]
    best = others[possible][np.argsort(-gain, kind="stable")]
    return [solver.mentees[k] for k in best[:SWAPS_SHOWN].tolist()]


def _order(solver: SolverState, i: int, current: int, mentors: list[int]) -> list[int]:
    """Sort by score, the current mentor first; ties by stable key, the same for everyone."""
    at = np.array(mentors, dtype=np.int64)
    best = at[np.argsort(-solver.table.S[i, at].astype(np.int64), kind="stable")].tolist()
    return sorted(best, key=lambda j: j != current)


def _nearest_closed(solver: SolverState, i: int, closed: list[int]) -> list[int]:
    """Return, of the best forbidden mentors, those that the fewest rules forbid."""
    if not closed:
        return []
    table = solver.explained
    raw = dict(zip(closed, table.raw(i, closed).tolist(), strict=True))
    best = sorted(closed, key=lambda j: (-raw[j], j))[:CLOSED_LOOKED_AT]
    codes = dict(zip(best, table.why_not_of(i, best), strict=True))
    nearest = sorted(best, key=lambda j: (len(codes[j]), -raw[j], j))
    return [j for j in nearest if "self_pair" not in codes[j]][:CLOSED_SHOWN]


class _CandidateBuilder:
    """Builds the candidates of one mentee; reads what all of them need once."""

    def __init__(
        self,
        viewer: ViewerContext,
        solver: SolverState,
        decisions: Decisions,
        row: Proposal,
        shown: list[int],
    ) -> None:
        self.solver, self.row = solver, row
        self.vocabulary = Vocabulary(viewer.round.program)
        self.criteria = viewer.round.criteria
        self.labels = criterion_labels(self.criteria)
        most = solver.explained.max_points()
        self.dimensions = Dimensions(self.vocabulary, most, own_criteria(self.criteria))
        self.plan = plan_of(solver)
        self.rejected = {mentor for mentee, mentor in decisions.forbids if mentee == row.mentee_id}
        is_free = not row.is_pinned and not row.is_excluded
        self.trial = WhatIf(solver.working(decisions), self.plan) if is_free else None
        i = solver.row[row.mentee_id]
        self.changes = {j: self._change(i, j) for j in shown}
        self.codes = dict(zip(shown, solver.explained.why_not_of(i, shown), strict=True))
        self.load = np.bincount(self.plan.mu[self.plan.mu >= 0], minlength=len(solver.mentors))
        moved = {
            pk
            for change in self.changes.values()
            if change
            for one in self._moved(change)
            for pk in one
            if pk
        }
        found = self._read({solver.mentors[j] for j in shown} | moved - viewer.conflicted)
        self.mentors = {j: found[solver.mentors[j]] for j in shown}
        self.names = {pk: str(one.person) for pk, one in found.items()}
        for mentor in self.mentors.values():
            mentor.cohort = viewer.round.cohort

    @staticmethod
    def _read(ids: set[int]) -> dict[int, Any]:
        """Read mentors and people who would move; `is_quotable` ones share an experience."""
        shared = ApplicationExperience.objects.filter(application=OuterRef("pk"), is_shared=True)
        rows = (
            Application.objects.filter(pk__in=ids)
            .select_related("person")
            .annotate(is_quotable=Exists(shared))
        )
        return rows.only("situation", *PERSON_FIELDS).in_bulk()

    def candidate(self, i: int, j: int, explanation: Explanation) -> Candidate:
        mentor, codes = self.mentors[j], self.codes[j]
        return Candidate(
            mentor=mentor,
            explanation=explanation,
            cells=self.dimensions.cells(explanation, codes),
            places=_("%(used)s of %(places)s taken")
            % {"used": self._used(j, mentor), "places": capacity_of(mentor)},
            if_chosen=self._if_chosen(j),
            labels=self.labels,
            is_current=mentor.pk == self.row.mentor_id,
            is_rejected=mentor.pk in self.rejected,
            rules=[str(rule_text(code, self.criteria)) for code in codes],
            quote=self._quote(mentor),
            can_be_waived=bool(codes) and all(map(can_be_waived, codes)),
        )

    def _used(self, j: int, mentor: Application) -> int:
        """Count mentees in this plan and in open matches, whose places are not in the round."""
        return int(self.load[j]) + max(capacity_of(mentor) - int(self.plan.capacity[j]), 0)

    def _change(self, i: int, j: int) -> Change | None:
        """Try "Choose" on a copy of the plan; None if the pair can't be chosen."""
        is_closed = self.solver.table.S[i, j] < 0 or self.solver.mentors[j] in self.rejected
        if self.trial is None or self.plan.mu[i] == j or is_closed:
            return None
        try:
            change = self.trial.pin(i, j)
        except InfeasibleRules:
            return None
        self.trial.undo()
        return change

    def _moved(self, change: Change) -> list[list[int | None]]:
        """Return who else would move, as application ids, at most MOVES_SHOWN."""
        at, solver = self.solver.mentor_at, self.solver
        moved = [[solver.mentees[a], at(b), at(c)] for a, b, c in change.reassignments]
        return [one for one in moved if one[0] != self.row.mentee_id][:MOVES_SHOWN]

    def _if_chosen(self, j: int) -> list[str]:
        """Describe the cost of choosing, and who would have to move."""
        change = self.changes[j]
        if change is None:
            return []
        lines = [cost_text(-change.pairs_gained, -change.points_gained)]
        lines += [moved_text(one, self.names) for one in self._moved(change)]
        more = len(change.reassignments) - 1 - MOVES_SHOWN
        if more > 0:
            lines.append(
                ngettext("%(count)s more moves", "%(count)s more move", more) % {"count": more}
            )
        return lines

    @staticmethod
    def _quote(mentor: Any) -> str:
        """Return the mentor's own words, if they share an experience with their match."""
        return Truncator(mentor.situation).chars(QUOTED) if mentor.is_quotable else ""


def own_answers(application: Application, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """Return what a person wrote and marked, for the top of the page; no confidential answers."""
    lives = [
        vocabulary.experience(pk)
        for pk in application.experience_rows.values_list("experience", flat=True)
    ]
    topics = [vocabulary.topic(pk) for pk in application.topic_rows.values_list("topic", flat=True)]
    rows = [
        {"key": _("In their own words"), "value": application.situation},
        {"key": _("Hopes for"), "value": application.hopes},
        {"key": _("Going through"), "value": join_words(lives, 6)},
        {"key": _("Would like help with"), "value": join_words(topics, 6)},
        {"key": _("Matters most"), "value": application.get_matters_most_display()},
    ]
    return [row for row in rows if row["value"]]
