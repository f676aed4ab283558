"""What matters most to each person: one criterion that counts half more in their pairs.

The points of a pair are scaled back to the most that any pair can have, so a mark moves points
between criteria and never makes someone's pairs worth more than those of others. If both people
marked a criterion, both marks count. Points for waiting are no part of a fit and stay as they are.

Points stay whole. The fit is rounded down, and its parts are rounded so that they add up to it:
each is rounded down, and the points left over go to the largest remainders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.engine.problem.arrays import Ints, Points
from matching.engine.problem.people import Pool
from matching.engine.problem.score_terms import ScorePart

# Criteria that a person may mark; their number from 1 is what `Side.matters_most` holds. Wishes
# are bounded because ranks can be used tactically, and waiting is not about the two people.
MARKABLE = ("understands", "can_help", "practical", "way_of_working", "industry")
PLAIN = 2  # parts are counted in halves: each mark adds one half to two


@dataclass(frozen=True, eq=False)
class MattersMost:
    """The marks of a pool, and the parts that they lift.

    parts            all parts of a fit: those of a score without waiting
    mentee, mentor   (N,), (M,) number of the marked criterion in MARKABLE from 1, 0 without a mark
    """

    parts: tuple[ScorePart, ...]
    mentee: Ints
    mentor: Ints

    @classmethod
    def of(cls, pool: Pool, parts: Sequence[ScorePart]) -> MattersMost | None:
        """Return the marks of a pool; None if no one marked a criterion that counts.

        Raises ValueError for a number that stands for no criterion.
        """
        fit = tuple(part for part in parts if part.name != "waiting")
        marks = [_marks(side.matters_most, len(side)) for side in (pool.mentees, pool.mentors)]
        found = cls(fit, *marks)
        return found if any(found.most[one].any() for one in marks) else None

    @property
    def total(self) -> int:
        """The most points of a fit."""
        return sum(part.max_points for part in self.parts)

    @property
    def most(self) -> Ints:
        """(len(MARKABLE) + 1,) the most points of each criterion; 0 without a mark."""
        sums = [sum(p.max_points for p in self.parts if p.criterion == name) for name in MARKABLE]
        return np.array([0, *sums], dtype=np.int64)

    def names(self, rows: Ints, columns: Ints) -> tuple[list[str], list[str]]:
        """Return the criteria that these mentees and these mentors marked, "" without a mark."""
        names = ("", *MARKABLE)
        both = self.mentee[rows].tolist(), self.mentor[columns].tolist()
        mentees, mentors = ([names[number] for number in one] for one in both)
        return mentees, mentors

    def scale(self, fit: Points, rows: Ints) -> None:
        """Count the marks in the fit (rows, M) of these mentees, in place; below 0 is forbidden."""
        halves = np.zeros(fit.shape, np.float32)
        for number, name in enumerate(MARKABLE, start=1):
            marks = (self.mentee[rows] == number)[:, None] + (self.mentor == number).astype(np.int8)
            parts = [part for part in self.parts if part.criterion == name]
            if not parts or not marks.any():
                continue
            points = np.zeros(fit.shape, np.float32)
            for term in (term for part in parts for term in part.terms):
                term.add_to(points, rows)
            halves += points * marks
        most, total = self.most, self.total
        divisor = PLAIN * total + most[self.mentee[rows]][:, None] + most[self.mentor]
        lifted = PLAIN * fit.astype(np.int64) + halves.astype(np.int64)
        np.copyto(fit, (lifted * total // divisor).astype(np.float32), where=fit >= 0)

    def shared_out(self, points: Ints, mentee: Ints, mentor: Ints) -> Ints:
        """Return the points (parts, ...) of pairs with the marks of these people counted.

        mentee, mentor: the marks of the two, broadcast over the pairs. The parts add up to the
        scaled fit.
        """
        most, total = self.most, self.total
        number = {name: at for at, name in enumerate(MARKABLE, start=1)}
        own = np.array([number.get(part.criterion, -1) for part in self.parts])
        own = own.reshape(-1, *(1,) * (points.ndim - 1))
        lifted = points * (PLAIN + (own == mentee) + (own == mentor)) * total
        divisor = PLAIN * total + most[mentee] + most[mentor]
        whole, rest = np.divmod(lifted, divisor)
        left = lifted.sum(axis=0) // divisor - whole.sum(axis=0)
        order = np.argsort(-rest, axis=0, kind="stable")
        place = np.argsort(order, axis=0, kind="stable")
        return np.asarray(whole + (place < left), dtype=np.int64)


def points_by_part(
    parts: Sequence[ScorePart], marks: MattersMost | None, rows: Ints, columns: Ints
) -> dict[str, Ints]:
    """Return the points of each part for the pairs (rows[k], columns[k]), with marks counted."""
    found = {
        part.name: sum((t.of(rows, columns) for t in part.terms), np.zeros(len(rows), np.int64))
        for part in parts
    }
    if marks is not None and marks.parts:
        fit = np.stack([found[part.name] for part in marks.parts])
        shares = marks.shared_out(fit, marks.mentee[rows], marks.mentor[columns])
        found |= {part.name: one for part, one in zip(marks.parts, shares, strict=True)}
    return found


def most_with_marks(most: Mapping[str, int], marks: Iterable[str]) -> dict[str, int]:
    """Return the most points of each criterion in a pair with these marks, rounded down.

    most: criterion -> its most points in a pair without marks.
    """
    lifted = [code for code in marks if most.get(code)]
    total = sum(points for name, points in most.items() if name != "waiting")
    divisor = PLAIN * total + sum(most[code] for code in lifted)
    return {
        name: points
        if name == "waiting" or not lifted
        else points * (PLAIN + lifted.count(name)) * total // divisor
        for name, points in most.items()
    }


def _marks(given: Ints | None, size: int) -> Ints:
    if given is None:
        return np.zeros(size, np.int64)
    if given.size and (given.min() < 0 or given.max() > len(MARKABLE)):
        raise ValueError(f"matters_most must be between 0 and {len(MARKABLE)}")
    return given.astype(np.int64)
