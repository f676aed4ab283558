"""Explain the scores of pairs, as codes and ids that can be stored, never as sentences.

`why` of a pair holds what is true of it:

u           [[experience, "lived" or "accompanied"]]
h           [[topic, urgency, level]]
slots       shared usual times, in the mentee's local week
minutes     shared time a week
meet        ["online", "in_person"], what both can do
languages   ids
rhythm      "same" or "near"
ways        [[question, answer]] on how to work together, where both gave the same answer
matters     {"mentee" or "mentor": criterion that matters most to them}
wish        ["mentee", "mentor"], who asked for the other
ahead       years of experience that the mentor has more
industries  ids
waiting     rounds that left the mentee out
unknown     criteria without an answer
asked       [experiences, topics] that the mentee named
own         criteria of the program's own questions that earned points

`explanation_text` turns them into text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from applications.models import WAY_QUESTIONS

from ..criteria import WAY_OF_WORKING
from ..engine import ScoreTable
from ..models import Proposal
from ..own_criteria import is_own
from ..pool.shared_times import shared_slots
from ..storage.solver_state import SolverState

Band = Proposal.Band
BANDS = ((0.60, Band.STRONG), (0.45, Band.GOOD), (0.28, Band.POSSIBLE), (0.0, Band.THIN))
PART_BANDS = ((0.65, Band.STRONG), (0.40, Band.GOOD), (0.15, Band.POSSIBLE), (0.0, Band.THIN))
GAPS = {
    "u_none",
    "h_none",
    "times_none",
}  # with one of these nothing is "Strong", whatever the points
BONUS = ("waiting", "wishes")  # on top of a fit, not part of the full measure
QUARTER = 15

DEPTH_NAMES = ("", "accompanied", "lived")
ONLINE, IN_PERSON = 1, 2
WAYS: tuple[list[str], ...] = ([], ["online"], ["in_person"], ["online", "in_person"])
RHYTHMS = ("same", "near")


One = TypeVar("One")
Integers = NDArray[np.integer]  # of any width


@dataclass(frozen=True)
class Explanation:
    """Score, fit and reason codes of one pair, as stored with its proposal."""

    score: int
    band: str
    parts: dict[str, int]
    why: dict[str, Any]
    cautions: list[str] = field(default_factory=list)

    @property
    def fields(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ("score", "band", "parts", "why", "cautions")}


def band_of(points: int, most: int, bands: Iterable[tuple[float, str]] = BANDS) -> str:
    """Return the band for `points` of at most `most`."""
    share = points / most if most else 0.0
    return next((band for least, band in bands if share >= least), Band.THIN)


def full_measure(most: Mapping[str, int]) -> int:
    """Return the points of a pair that fits in every way; wishes and waiting come on top."""
    return sum(points for name, points in most.items() if name not in BONUS)


def explain(solver: SolverState, pairs: Iterable[tuple[int, int]]) -> list[Explanation]:
    """Explain pairs (row, column), in their order, in one pass over arrays."""
    wanted = list(pairs)
    if not wanted:
        return []
    facts = _Facts(solver, *np.array(wanted).T)
    bands, cautions = facts.bands(), facts.cautions()
    rows = zip(facts.points(), facts.reasons(), bands, cautions, strict=True)
    return [
        Explanation(sum(parts.values()), band, parts, why, codes)
        for parts, why, band, codes in rows
    ]


class _Facts:
    """What is true of many pairs (rows[k], columns[k]); lists and arrays have one entry each."""

    def __init__(
        self, solver: SolverState, rows: NDArray[np.int64], columns: NDArray[np.int64]
    ) -> None:
        self.rows, self.columns, self.size = rows, columns, len(rows)
        self.table: ScoreTable = solver.explained
        self.ids = solver.columns
        # Any: a Side declares arrays as optional that it fills when it is made.
        self.me = cast("Any", solver.pool.mentees)
        self.mo = cast("Any", solver.pool.mentors)
        self.parts = self.table.parts_of(rows, columns)
        self.unknown = self.table.unknown_of(rows, columns)
        self.asked = [
            np.count_nonzero(marks[rows], axis=1) for marks in (self.me.situations, self.me.topics)
        ]
        self.lived = self._lived()
        self.helps = self._helps()
        self.slots = shared_slots(solver.pool, rows, columns)
        self.only_one = np.count_nonzero(solver.table.S[rows] >= 0, axis=1) == 1

    def points(self) -> list[dict[str, int]]:
        names = list(self.parts)
        each = zip(*(points.tolist() for points in self.parts.values()), strict=True)
        return [dict(zip(names, row, strict=True)) for row in each]

    def bands(self) -> list[str]:
        """Return the band of each pair; one with a gap is never "Strong"."""
        fit = sum(
            (points for name, points in self.parts.items() if name != "waiting"),
            np.zeros(self.size, np.int64),
        )
        share = fit / (full_measure(self.table.max_points()) or 1)
        least, names = zip(*reversed(BANDS), strict=True)
        band = np.searchsorted(least, share, side="right") - 1
        gaps = [mask for code, mask in self._doubts if code in GAPS]
        band[(band == len(names) - 1) & np.any(gaps, axis=0)] -= 1
        self.thin = band <= 0
        return [str(names[number]) for number in np.maximum(band, 0).tolist()]

    def cautions(self) -> list[list[str]]:
        """Return the codes of what a person should check before a pair is made."""
        found: list[list[str]] = [[] for _pair in range(self.size)]
        lifted = self.table.reasons.waived if self.table.reasons else {}
        pairs = zip(self.rows.tolist(), self.columns.tolist(), strict=True) if lifted else ()
        waived_pairs = np.array([pair in lifted for pair in pairs], bool)
        for code, mask in (
            *self._doubts,
            ("only_one", self.only_one),
            ("thin", self.thin),
            ("override", waived_pairs),
        ):
            for k in np.flatnonzero(mask).tolist():
                found[k].append(code)
        return found

    @cached_property
    def _doubts(self) -> list[tuple[str, NDArray[np.bool_]]]:
        no = np.zeros(self.size, bool)
        situations, topics = (asked > 0 for asked in self.asked)
        lived, helps, shared = (
            np.array(list(map(bool, one)), bool) for one in (self.lived, self.helps, self.slots)
        )
        u, h = self.unknown.get("understands", no), self.unknown.get("can_help", no)
        times = self.unknown.get("practical.hours", no)
        return [
            ("u_unknown", u & ~situations),
            ("u_mentor_unknown", u & situations),
            ("u_none", ~u & ~lived),
            ("h_unknown", h & ~topics),
            ("h_mentor_unknown", h & topics),
            ("h_none", ~h & ~helps),
            ("times_unknown", times),
            ("times_none", ~times & ~shared),
            ("place_unknown", self.unknown.get("practical.place", no)),
        ]

    def reasons(self) -> list[dict[str, object]]:
        """Return the `why` of each pair, without empty values."""
        columns: dict[str, Sequence[object]] = {
            "u": self.lived,
            "h": self.helps,
            "slots": self.slots,
            "minutes": self._minutes(),
            "meet": self._ways(),
            "languages": self._both("languages"),
            "industries": self._both("industries"),
            "rhythm": self._rhythm(),
            "ways": self._ways_in_common(),
            "matters": self._matters(),
            "wish": self._wishes(),
            "ahead": self._ahead(),
            "waiting": self.me.waiting[self.rows].tolist(),
            "unknown": self._not_known(),
            "asked": np.column_stack(self.asked).tolist(),
            "own": self._own(),
        }
        rows = zip(*columns.values(), strict=True)
        return [
            {name: value for name, value in zip(columns, row, strict=True) if value} for row in rows
        ]

    def _hits(self, name: str) -> tuple[Integers, Integers, Integers]:
        return self.table.hits_in(name, self.rows, self.columns)

    def _lived(self) -> list[list[object]]:
        k, column, _points = self._hits("understands")
        depth = self.mo.situations[self.columns[k], column].tolist()
        ids = self.ids["experiences"]
        hits = [[ids[c], DEPTH_NAMES[d]] for c, d in zip(column.tolist(), depth, strict=True)]
        return grouped(k, hits, self.size)

    def _helps(self) -> list[list[object]]:
        k, column, _points = self._hits("can_help")
        urgent, level = (
            self.me.topics[self.rows[k], column].tolist(),
            self.mo.topics[self.columns[k], column].tolist(),
        )
        ids = self.ids["topics"]
        hits = [[ids[c], u, v] for c, u, v in zip(column.tolist(), urgent, level, strict=True)]
        return grouped(k, hits, self.size)

    def _minutes(self) -> list[int]:
        k, quarters, _points = self._hits("practical.hours")
        minutes = np.zeros(self.size, np.int64)
        minutes[k] = quarters * QUARTER
        return minutes.tolist()

    def _ways(self) -> list[list[str]]:
        """Return how two people can meet; in person only if both named the same place."""
        both = self.me.mode[self.rows] & self.mo.mode[self.columns]
        here = self.me.place[self.rows]
        near = (here >= 0) & (here == self.mo.place[self.columns])
        return [WAYS[way] for way in np.where(near, both, both & ONLINE).tolist()]

    def _both(self, name: str) -> list[list[int]]:
        k, column = np.nonzero(
            (getattr(self.me, name)[self.rows] > 0) & (getattr(self.mo, name)[self.columns] > 0),
        )
        ids = self.ids[name]
        return grouped(k, [ids[c] for c in column.tolist()], self.size)

    def _rhythm(self) -> list[str]:
        mine, theirs = self.me.rhythm[self.rows], self.mo.rhythm[self.columns]
        apart = np.where(
            (mine < 0) | (theirs < 0), len(RHYTHMS), np.minimum(abs(mine - theirs), len(RHYTHMS))
        )
        return [(*RHYTHMS, "")[one] for one in apart.tolist()]

    def _ways_in_common(self) -> list[list[list[str]]]:
        """Return [question, answer] of what both answered alike, where that counts."""
        if WAY_OF_WORKING not in self.parts or self.me.way_of_working is None:
            return [[] for _pair in range(self.size)]
        mine = self.me.way_of_working[self.rows]
        same = (mine > 0) & (mine == self.mo.way_of_working[self.columns])
        k, question = np.nonzero(same)
        answers = mine[k, question].tolist()
        said = [
            [WAY_QUESTIONS[q].code, WAY_QUESTIONS[q].answers[answer - 1].code]
            for q, answer in zip(question.tolist(), answers, strict=True)
        ]
        return grouped(k, said, self.size)

    def _matters(self) -> list[dict[str, str]]:
        both = zip(*self.table.matters_most_of(self.rows, self.columns), strict=True)
        return [
            {side: code for side, code in zip(("mentee", "mentor"), codes, strict=True) if code}
            for codes in both
        ]

    def _wishes(self) -> list[list[str]]:
        named: list[list[str]] = [[] for _pair in range(self.size)]
        for side in ("mentee", "mentor"):
            for k in self._hits(f"wishes.{side}")[0].tolist():
                named[k].append(side)
        return named

    def _ahead(self) -> list[int]:
        mine, theirs = self.me.years[self.rows], self.mo.years[self.columns]
        return np.where((mine >= 0) & (theirs >= 0), theirs - mine, 0).tolist()

    def _own(self) -> list[list[str]]:
        names = [name for name in self.parts if is_own(name)]
        if not names:
            return [[] for _pair in range(self.size)]
        earned = np.column_stack([self.parts[name] for name in names]) > 0
        k, column = np.nonzero(earned)
        return grouped(k, [names[c] for c in column.tolist()], self.size)

    def _not_known(self) -> list[list[str]]:
        names = list(self.unknown)
        k, column = np.nonzero(np.column_stack(list(self.unknown.values())))
        return grouped(k, [names[c] for c in column.tolist()], self.size)


def grouped(k: Integers, values: Sequence[One], size: int) -> list[list[One]]:
    """Return one list for each number below `size`; values[n] belongs to the ascending k[n]."""
    ends = accumulate(np.bincount(k, minlength=size).tolist(), initial=0)
    return [list(values[first:last]) for first, last in pairwise(ends)]
