"""Free time that two people share, whatever their time zones.

Free hours are given in local time. How much of each part of a mentee's week a mentor is free
depends only on the mentor's answer and on the two UTC offsets. So for all mentees with the same
offsets the shared time is one matrix product over the parts of a week.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from matching.engine.problem.arrays import Bools, Ints, Keys, Points, answered, group_rows
from matching.engine.problem.people import Pool
from matching.engine.problem.score_terms import Hits, row_products

QUARTER = 15  # minutes
WEEK = 7 * 24 * 60 // QUARTER  # quarter hours
SampleWeek = tuple[Points, Ints]


@dataclass(frozen=True, eq=False)
class LocalWeek:
    """When people are free in their local week.

    free (people, parts)   1 where a person is free in a part of the week
    part (WEEK,)           the part to which each quarter hour belongs, from Monday 00:00 on

    A part is all the time for which everyone gave the same answer, so there are few of them.
    """

    free: Points
    part: Ints

    @classmethod
    def of(cls, hours: Ints) -> LocalWeek:
        """Make it from slots (people, slots). Raises ValueError for slots of odd length."""
        slots = hours.shape[1]
        if WEEK % slots:
            raise ValueError(f"{slots} slots do not divide the week into quarter hours")
        packed = np.ascontiguousarray(np.packbits(hours > 0, axis=0).T)
        answers: Keys = np.zeros(slots)
        if len(hours):
            answers = packed.view(np.dtype((np.void, packed.shape[1]))).reshape(-1)
        _, first, part = np.unique(answers, return_index=True, return_inverse=True)
        return cls((hours[:, first] > 0).astype(np.float32), np.repeat(part, WEEK // slots))


@dataclass(frozen=True, eq=False)
class SharedHours:
    """points = each * min(limit, quarter hours a week in which both are free).

    mentees, mentors                 when they are free
    mentee_offset, mentor_offset     (N, weeks) and (M, weeks): quarter hours east of UTC in each
                                     sample week; the sample week with the least overlap counts
    """

    mentees: LocalWeek
    mentors: LocalWeek
    mentee_offset: Ints
    mentor_offset: Ints
    limit: int
    each: int

    @cached_property
    def _offsets(self) -> tuple[Ints, Ints]:
        """The different offsets of mentees, and which of them each mentee has."""
        return group_rows(self.mentee_offset)

    @property
    def offset_group(self) -> Ints:
        """(N,) mentees with the same offsets are in the same group."""
        return self._offsets[1]

    @cached_property
    def _mentor_weeks(self) -> list[list[SampleWeek]]:
        """For each offset of mentees and each sample week: the quarter hours that each mentor is
        free in each part of a mentee's week (parts, M), and the mentors for whom that differs from
        the first sample week."""
        offsets, parts = self._offsets[0], self.mentees.free.shape[1]
        free = np.empty((*offsets.shape, parts, len(self.mentors.free)), np.float32)
        for theirs, mentors in _by_offset(self.mentor_offset):
            overlaps = self._overlaps(offsets - theirs)
            product = self.mentors.free[mentors] @ overlaps.reshape(len(overlaps), -1)
            free[..., mentors] = product.T.reshape(*free.shape[:-1], -1)
        return [
            [(week, np.flatnonzero((week != weeks[0]).any(axis=0))) for week in weeks]
            for weeks in free
        ]

    def _overlaps(self, ahead: Ints) -> Points:
        """(mentor parts, *ahead.shape, mentee parts): quarter hours that these parts have in common
        when the mentee's clock is so far ahead."""
        theirs, mine = self.mentors.free.shape[1], self.mentees.free.shape[1]
        there = self.mentors.part * ahead.size + np.arange(ahead.size)[:, None]
        here = self.mentees.part[(np.arange(WEEK) + ahead.reshape(-1, 1)) % WEEK]
        common = np.bincount(
            (there * mine + here).reshape(-1), minlength=theirs * ahead.size * mine
        )
        return common.reshape(theirs, *ahead.shape, mine).astype(np.float32)

    def add_to(self, out: Points, rows: Ints) -> None:
        for group in np.unique(self.offset_group[rows]).tolist():
            here = self.offset_group[rows] == group
            product = self._shared(self.mentees.free[rows[here]] * np.float32(self.each), group)
            np.minimum(product, np.float32(self.limit * self.each), out=product)
            if here.all():
                out += product
            else:
                out[here] += product

    def _shared(self, mentees: Points, group: int) -> Points:
        """(mentees, M) the least over the sample weeks."""
        (first, _), *others = self._mentor_weeks[group]
        least: Points = mentees @ first
        for week, differs in others:
            if len(differs):
                least[:, differs] = np.minimum(least[:, differs], mentees @ week[:, differs])
        return least

    def amount(self, i: Ints, j: Ints) -> Ints:
        """Return the quarter hours a week that the pairs (i[k], j[k]) share."""
        found = np.zeros(len(i), np.int64)
        for group in np.unique(self.offset_group[i]).tolist():
            k = np.flatnonzero(self.offset_group[i] == group)
            free = self.mentees.free[i[k]]
            weeks = [row_products(free, week[:, j[k]].T) for week, _ in self._mentor_weeks[group]]
            found[k] = np.min(weeks, axis=0)
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
        """Clear `allowed` (rows, M) for these mentees where the rule forbids the pair."""
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
    """Return the term for this pool and who said when they are free; None if no one was asked.

    limit: quarter hours that earn all points; each: points per quarter hour. Raises ValueError for
    slots or offsets that are not whole quarter hours.
    """
    me, mo = pool.mentees, pool.mentors
    if me.hours is None or mo.hours is None:
        return None
    mine, theirs = LocalWeek.of(me.hours), LocalWeek.of(mo.hours)
    weeks = different_weeks(me.utc_offset, mo.utc_offset)
    my_offset, their_offset = (_quarters(s.utc_offset, len(s), weeks) for s in (me, mo))
    known = answered(me.hours), answered(mo.hours)
    return SharedHours(mine, theirs, my_offset, their_offset, limit, each), known


def different_weeks(mine: Ints | None, theirs: Ints | None) -> list[int]:
    """Return the sample weeks that can differ in what people share.

    mine (N, K), theirs (M, K): offsets. A week in which all clocks changed together is left out.
    """
    offsets = [
        np.zeros((1, 1), np.int64) if o is None else o.astype(np.int64) for o in (mine, theirs)
    ]
    weeks = max(o.shape[1] for o in offsets)
    everyone = np.vstack([o[:, np.minimum(np.arange(weeks), o.shape[1] - 1)] for o in offsets])
    relative = everyone - everyone[:1]
    return sorted(
        {int(np.flatnonzero((relative == relative[:, [k]]).all(axis=0))[0]) for k in range(weeks)}
    )


def _by_offset(offsets: Ints) -> list[tuple[Ints, Ints]]:
    """Each offset, and who has it."""
    rows, group = group_rows(offsets)
    return [(offset, np.flatnonzero(group == k)) for k, offset in enumerate(rows)]


def _quarters(offset: Ints | None, people: int, weeks: list[int]) -> Ints:
    if offset is None:
        return np.zeros((people, len(weeks)), np.int64)
    if (offset % QUARTER).any():
        raise ValueError("utc_offset must be whole quarter hours")
    return offset[:, np.minimum(weeks, offset.shape[1] - 1)].astype(np.int64) // QUARTER
