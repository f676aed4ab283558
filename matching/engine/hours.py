"""Free time that two people share, whatever their clocks say.

Free hours are told in local time, and clocks stand apart. How much of each part of a mentee's week a mentor is free
depends on the mentor's answer and on the clocks alone, so for all mentees on the same clock the shared time is one
matrix product over the parts of a week.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from matching.engine.arrays import Bools, Ints, Points, answered, classes
from matching.engine.people import Pool
from matching.engine.terms import Hits, row_products

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
        answers = packed.view(np.dtype((np.void, packed.shape[1]))).reshape(-1) if len(hours) else np.zeros(slots)
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
        return classes(self.my_clock)

    @property
    def clock(self) -> Ints:
        return self._clocks[1]

    @cached_property
    def _kept(self) -> dict[int, list[Week]]:
        return {}

    @cached_property
    def _mentors(self) -> list[tuple[Ints, Ints, Points]]:
        """Clock, mentors on that clock, their free hours."""
        clocks, kind = classes(self.their_clock)
        groups = ((clock, np.flatnonzero(kind == k)) for k, clock in enumerate(clocks))
        return [(clock, mentors, self.theirs.free[mentors]) for clock, mentors in groups]

    def _offered(self, clock: int) -> list[Week]:
        """For each sample week: what `_in_parts` tells (M, parts), and the mentors for whom it differs from the first."""
        if clock not in self._kept:
            weeks = self._in_parts(self._clocks[0][clock])
            self._kept[clock] = [(week, np.flatnonzero((week != weeks[0]).any(axis=1))) for week in weeks]
        return self._kept[clock]

    def _in_parts(self, mine: Ints) -> list[Points]:
        """Quarter hours that each mentor has free in each part of a mentee's week on this clock, for each sample week."""
        size = len(self.theirs.free), self.mine.free.shape[1]
        weeks = [np.empty(size, np.float32, order="F") for _ in mine]
        for theirs, mentors, free in self._mentors:
            for week, ahead in zip(weeks, (mine - theirs).tolist(), strict=True):
                week[mentors] = free @ self._overlap(ahead)
        return weeks

    def _overlap(self, ahead: int) -> Points:
        """Quarter hours that the parts of their week have in common with those of mine, on a clock so far ahead."""
        shape = self.theirs.free.shape[1], self.mine.free.shape[1]
        both = self.theirs.part * shape[1] + self.mine.part.take(np.arange(ahead, ahead + WEEK), mode="wrap")
        return np.bincount(both, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float32)

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
        (offered, _), *others = self._offered(clock)
        least: Points = mine @ offered.T
        for week, differs in others:
            least[:, differs] = np.minimum(least[:, differs], mine @ week[differs].T)
        return least

    def amount(self, i: Ints, j: Ints) -> Ints:
        """Quarter hours that the pairs (i[k], j[k]) share."""
        found = np.zeros(len(i), np.int64)
        for clock in np.unique(self.clock[i]).tolist():
            k = np.flatnonzero(self.clock[i] == clock)
            found[k] = np.min(
                [row_products(self.mine.free[i[k]], week[j[k]]) for week, _ in self._offered(clock)], axis=0
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

    def close(self, open_: Bools, rows: Ints) -> None:
        shared = np.zeros(open_.shape, np.float32)
        self.term.add_to(shared, rows)
        open_ &= (shared > 0) | ~(self.known[0][rows, None] & self.known[1][None])

    def stops(self, i: int, j: int) -> bool:
        known = bool(self.known[0][i] and self.known[1][j])
        return known and not self.term.amount(np.array([i]), np.array([j]))[0]

    def count(self) -> int:
        open_ = np.ones((len(self.known[0]), len(self.known[1])), np.bool_)
        self.close(open_, np.arange(len(open_)))
        return int((~open_).sum())


def shared_hours(pool: Pool, limit: int, each: int) -> tuple[SharedHours, tuple[Bools, Bools]] | None:
    """The term for this pool and who said when they are free; None if nobody was asked."""
    me, mo = pool.mentees, pool.mentors
    if me.hours is None or mo.hours is None:
        return None
    mine, theirs = LocalWeek.of(me.hours), LocalWeek.of(mo.hours)
    weeks = different_weeks(me.utc_offset, mo.utc_offset)
    my_clock, their_clock = (_clock(side.utc_offset, len(side), weeks) for side in (me, mo))
    known = answered(me.hours), answered(mo.hours)
    return SharedHours(mine, theirs, my_clock, their_clock, limit, each), known


def different_weeks(mine: Ints | None, theirs: Ints | None) -> list[int]:
    """Sample weeks that can differ in what people share: not those in which everybody's clock moved together."""
    shifts = [np.zeros((1, 1), np.int64) if o is None else o.astype(np.int64) for o in (mine, theirs)]
    weeks = max(s.shape[1] for s in shifts)
    everybody = np.vstack([s[:, np.minimum(np.arange(weeks), s.shape[1] - 1)] for s in shifts])
    moved = everybody - everybody[:1]
    return sorted({int(np.flatnonzero((moved == moved[:, [k]]).all(axis=0))[0]) for k in range(weeks)})


def _clock(offset: Ints | None, people: int, weeks: list[int]) -> Ints:
    if offset is None:
        return np.zeros((people, len(weeks)), np.int64)
    if (offset % QUARTER).any():
        raise ValueError("utc_offset must be whole quarter hours")
    return offset[:, np.minimum(weeks, offset.shape[1] - 1)].astype(np.int64) // QUARTER
