"""Free time that two people share, whatever their clocks say.

Free hours are told in local time, and clocks stand apart. How much of each part of a mentee's week a mentor is free
depends on the mentor's answer and on the clocks alone, so for all mentees on the same clock the shared time is one
matrix product over the parts of a week.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from matching.engine.problem.arrays import Bools, Ints, Points, answered, group_rows
from matching.engine.problem.people import Pool
from matching.engine.problem.score_terms import Hits, row_products

QUARTER = 15
WEEK = 7 * 24 * 60 // QUARTER
Week = tuple[Points, Ints]


@dataclass(frozen=True, eq=False)
class LocalWeek:
    """free (people, parts): 1 where a person is free in a part of the week; part (WEEK,): which part of it each quarter
    hour belongs to, from Monday 00:00 on. A part is all the time for which everybody gave the same answer."""

    free: Points
    part: Ints

    @classmethod
    def of(cls, hours: Ints) -> LocalWeek:
        slots = hours.shape[1]
        if WEEK % slots:
            raise ValueError(f"{slots} slots do not divide the week into quarter hours")
        packed = np.ascontiguousarray(np.packbits(hours > 0, axis=0).T)
        answers = (
            packed.view(np.dtype((np.void, packed.shape[1]))).reshape(-1)
            if len(hours)
            else np.zeros(slots)
        )
        _, first, part = np.unique(answers, return_index=True, return_inverse=True)
        return cls((hours[:, first] > 0).astype(np.float32), np.repeat(part, WEEK // slots))


@dataclass(frozen=True, eq=False)
class SharedHours:
    """points = each * min(limit, quarter hours a week in which both are free); of several sample weeks the least counts.

    mine and theirs: 1 where free in a part of the local week; my_clock (N, weeks) and their_clock (M, weeks): quarter
    hours east of UTC in each sample week."""

    mine: LocalWeek
    theirs: LocalWeek
    my_clock: Ints
    their_clock: Ints
    limit: int
    each: int

    @cached_property
    def _clocks(self) -> tuple[Ints, Ints]:
        """Different clocks of mentees, and which of them each mentee has."""
        return group_rows(self.my_clock)

    @property
    def clock(self) -> Ints:
        return self._clocks[1]

    @cached_property
    def _offered(self) -> list[list[Week]]:
        """For each clock of mentees and each sample week: quarter hours that each mentor has free in each part of a mentee's
        week (parts, M), and the mentors for whom that differs from the first week."""
        clocks, parts = self._clocks[0], self.mine.free.shape[1]
        offered = np.empty((*clocks.shape, parts, len(self.theirs.free)), np.float32)
        for theirs, mentors in _groups(self.their_clock):
            overlaps = self._overlaps(clocks - theirs)
            product = self.theirs.free[mentors] @ overlaps.reshape(len(overlaps), -1)
            offered[..., mentors] = product.T.reshape(*offered.shape[:-1], -1)
        return [
            [(week, np.flatnonzero((week != weeks[0]).any(axis=0))) for week in weeks]
            for weeks in offered
        ]

    def _overlaps(self, ahead: Ints) -> Points:
        """(their parts, *ahead.shape, my parts): quarter hours that they have in common on a clock so far ahead."""
        theirs, mine = self.theirs.free.shape[1], self.mine.free.shape[1]
        there = self.theirs.part * ahead.size + np.arange(ahead.size)[:, None]
        here = self.mine.part[(np.arange(WEEK) + ahead.reshape(-1, 1)) % WEEK]
        common = np.bincount(
            (there * mine + here).reshape(-1), minlength=theirs * ahead.size * mine
        )
        return common.reshape(theirs, *ahead.shape, mine).astype(np.float32)

    def add_to(self, out: Points, rows: Ints) -> None:
        for clock in np.unique(self.clock[rows]).tolist():
            here = self.clock[rows] == clock
            product = self._shared(self.mine.free[rows[here]] * np.float32(self.each), clock)
            np.minimum(product, np.float32(self.limit * self.each), out=product)
            if here.all():
                out += product
            else:
                out[here] += product

    def _shared(self, mine: Points, clock: int) -> Points:
        (offered, _), *others = self._offered[clock]
        least: Points = mine @ offered
        for week, differs in others:
            if len(differs):
                least[:, differs] = np.minimum(least[:, differs], mine @ week[:, differs])
        return least

    def amount(self, i: Ints, j: Ints) -> Ints:
        """Quarter hours that the pairs (i[k], j[k]) share."""
        found = np.zeros(len(i), np.int64)
        for clock in np.unique(self.clock[i]).tolist():
            k = np.flatnonzero(self.clock[i] == clock)
            found[k] = np.min(
                [
                    row_products(self.mine.free[i[k]], week[:, j[k]].T)
                    for week, _ in self._offered[clock]
                ],
                axis=0,
            )
        return found

    def of(self, i: Ints, j: Ints) -> Ints:
        return self.each * np.minimum(self.amount(i, j), self.limit)

    def hits(self, i: Ints, j: Ints) -> Hits:
        amount = self.amount(i, j)
        k = np.flatnonzero(amount * self.each)
        return k, amount[k], self.each * np.minimum(amount[k], self.limit)


@dataclass(frozen=True, eq=False)
class NoSharedTime:
    """Rule "hours": both said when they are free, and it is never at the same time."""

    term: SharedHours
    known: tuple[Bools, Bools]
    code: str = "hours"

    def close(self, allowed: Bools, rows: Ints) -> None:
        shared = np.zeros(allowed.shape, np.float32)
        self.term.add_to(shared, rows)
        allowed &= (shared > 0) | ~(self.known[0][rows, None] & self.known[1][None])

    def forbids_pair(self, i: int, j: int) -> bool:
        known = bool(self.known[0][i] and self.known[1][j])
        return known and not self.term.amount(np.array([i]), np.array([j]))[0]

    def count(self) -> int:
        allowed = np.ones((len(self.known[0]), len(self.known[1])), np.bool_)
        self.close(allowed, np.arange(len(allowed)))
        return int((~allowed).sum())


def shared_hours(
    pool: Pool, limit: int, each: int
) -> tuple[SharedHours, tuple[Bools, Bools]] | None:
    """The term for this pool and who said when they are free; None if nobody was asked."""
    me, mo = pool.mentees, pool.mentors
    if me.hours is None or mo.hours is None:
        return None
    mine, theirs = LocalWeek.of(me.hours), LocalWeek.of(mo.hours)
    weeks = different_weeks(me.utc_offset, mo.utc_offset)
    my_clock, their_clock = (_clock(side.utc_offset, len(side), weeks) for side in (me, mo))
    known = answered(me.hours), answered(mo.hours)
    return SharedHours(mine, theirs, my_clock, their_clock, limit, each), known


def _groups(clocks: Ints) -> list[tuple[Ints, Ints]]:
    """Each clock, and who is on it."""
    rows, kind = group_rows(clocks)
    return [(clock, np.flatnonzero(kind == k)) for k, clock in enumerate(rows)]


def different_weeks(mine: Ints | None, theirs: Ints | None) -> list[int]:
    """Sample weeks that can differ in what people share: not those in which everybody's clock moved together."""
    shifts = [
        np.zeros((1, 1), np.int64) if o is None else o.astype(np.int64) for o in (mine, theirs)
    ]
    weeks = max(s.shape[1] for s in shifts)
    everybody = np.vstack([s[:, np.minimum(np.arange(weeks), s.shape[1] - 1)] for s in shifts])
    moved = everybody - everybody[:1]
    return sorted(
        {int(np.flatnonzero((moved == moved[:, [k]]).all(axis=0))[0]) for k in range(weeks)}
    )


def _clock(offset: Ints | None, people: int, weeks: list[int]) -> Ints:
    if offset is None:
        return np.zeros((people, len(weeks)), np.int64)
    if (offset % QUARTER).any():
        raise ValueError("utc_offset must be whole quarter hours")
    return offset[:, np.minimum(weeks, offset.shape[1] - 1)].astype(np.int64) // QUARTER
