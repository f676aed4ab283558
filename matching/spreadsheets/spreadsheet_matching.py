"""Match two files: the best pairs with their points, and why others are unmatched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import tablib
from django.utils.translation import gettext as _

from applications.importing import Record
from matching.criteria import WEIGHTS
from matching.engine import (
    UNMATCHED,
    Plan,
    Pool,
    Prices,
    Rules,
    ScoreTable,
    score,
    solve,
    verify,
    why_unmatched,
)
from matching.explanations.explanation_text import fix_text, why_left_out
from matching.rounds.proposal_rows import as_codes
from programs.spreadsheets import Cell, protected

from .spreadsheet_criteria import SpreadsheetCriteria
from .spreadsheet_pool import make_pool


@dataclass(frozen=True)
class SpreadsheetMatching:
    """The plan for two files; `plan.certificate` says whether it is proven optimal."""

    pool: Pool
    table: ScoreTable
    plan: Plan
    mentees: Mapping[str, Record]
    mentors: Mapping[str, Record]
    labels: Mapping[str, str]

    @property
    def is_proven(self) -> bool:
        return self.plan.certificate and verify(
            self.table, self.pool.capacity, self.plan.rules, self.plan
        )

    @property
    def allowed(self) -> int:
        """How many pairs no rule forbids."""
        return int((self.table.S >= 0).sum())

    def dataset(self) -> tablib.Dataset:
        """Return one row per mentee: both people, points in total and per criterion, and why."""
        parts = list(self.table.max_points())
        heads = [
            _("Mentee id"),
            _("Mentee"),
            _("Mentor id"),
            _("Mentor"),
            _("Points"),
            *(self.labels[name] for name in parts),
            _("Why"),
        ]
        data = tablib.Dataset(headers=heads, title=_("Pairs"))
        prices = (
            Prices(self.table, self.plan)
            if (self.plan.mu == UNMATCHED).any() and len(self.pool.mentors)
            else None
        )
        for i, j in enumerate(self.plan.mu.tolist()):
            data.append(
                [
                    protected(cell)
                    for cell in (
                        self._left_out(i, prices, parts)
                        if j == UNMATCHED
                        else self._pair(i, j, parts)
                    )
                ]
            )
        return data

    def _pair(self, i: int, j: int, parts: Sequence[str]) -> list[Cell]:
        points = {name: int(value[0]) for name, value in self.table.parts(i, [j]).items()}
        why = ", ".join(
            f"{self.labels[name]} {points[name]}" for name in parts if points[name]
        ) or _("allowed, and no one fits better")
        mentee, mentor = self._mentee(i), self._mentor(j)
        row = [
            mentee.key,
            mentee.values["name"],
            mentor.key,
            mentor.values["name"],
            int(self.table.S[i, j]),
        ]
        return [*row, *(points[name] for name in parts), why]

    def _left_out(self, i: int, prices: Prices | None, parts: Sequence[str]) -> list[Cell]:
        mentee = self._mentee(i)
        return [
            mentee.key,
            mentee.values["name"],
            "",
            "",
            "",
            *("" for _name in parts),
            self._why_left_out(i, prices),
        ]

    def _why_left_out(self, i: int, prices: Prices | None) -> str:
        if prices is None:
            return _("There is no mentor.")
        why = as_codes(
            why_unmatched(self.table, self.plan, i, prices), range(len(self.pool.mentors))
        )
        mentors = range(len(self.pool.mentors))
        names = {j: str(self._mentor(j).values["name"]) for j in mentors}
        return " ".join(
            [why_left_out(why, names), *(fix_text(fix, names) for fix in why["fixes"][:1])]
        )

    def _mentee(self, i: int) -> Record:
        return self.mentees[str(self.pool.mentees.ids[i])]

    def _mentor(self, j: int) -> Record:
        return self.mentors[str(self.pool.mentors.ids[j])]


def propose(
    mentees: Sequence[Record], mentors: Sequence[Record], spec: SpreadsheetCriteria
) -> SpreadsheetMatching:
    """Score and solve. Raises InvalidCriteria (a BadMap) or ValueError naming what does not fit."""
    pool, criteria = make_pool(mentees, mentors, spec)
    table = score(pool, criteria)
    plan = solve(
        table, pool.capacity, Rules(objective=cast("Literal['most', 'best']", spec.objective))
    )
    labels = {code: str(label) for code, (label, _help) in WEIGHTS.items()} | {
        one.name: one.label for one in spec.own
    }
    return SpreadsheetMatching(
        pool,
        table,
        plan,
        {one.key: one for one in mentees},
        {one.key: one for one in mentors},
        labels,
    )
