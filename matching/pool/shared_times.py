"""Usual times that two people share all year, in the mentee's local week."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accounts.models.people import SLOTS

from .feature_arrays import SLOT_HOURS

Indexes = NDArray[np.int64]
HOUR = 60
PARTS_OF_AN_HOUR = 4  # the finest clock: quarters
MASK = SLOT_HOURS.astype(np.float32).T  # (hours of the week, slots)


def shared_slots(pool: Any, rows: Indexes, columns: Indexes) -> list[list[str]]:
    """For each pair (rows[k], columns[k]) the slots of which both have an hour or more."""
    mine, theirs = pool.mentees.hours[rows] > 0, pool.mentors.hours[columns] > 0
    ahead = pool.mentees.utc_offset[rows].astype(np.int64) - pool.mentors.utc_offset[columns]
    long_enough = np.zeros((len(rows), len(SLOTS)), bool)
    shifts, kind = np.unique(ahead, axis=0, return_inverse=True)
    for number, minutes in enumerate(shifts.tolist()):
        here = np.flatnonzero(kind.reshape(-1) == number)
        long_enough[here] = _hours_in_slots(mine[here], theirs[here], minutes) >= 1
    k, slot = np.nonzero(long_enough)
    names = [SLOTS[number] for number in slot.tolist()]
    ends = accumulate(np.bincount(k, minlength=len(rows)).tolist(), initial=0)
    return [names[first:last] for first, last in pairwise(ends)]


def _hours_in_slots(
    mine: NDArray[np.bool_], theirs: NDArray[np.bool_], minutes: list[int]
) -> NDArray[np.floating]:
    """Return (n, slots) shared hours; the mentor's clock is behind by `minutes` in each week."""
    fine = 1 if all(one % HOUR == 0 for one in minutes) else PARTS_OF_AN_HOUR
    common, other = np.repeat(mine, fine, axis=1), np.repeat(theirs, fine, axis=1)
    for one in set(minutes):
        common &= np.roll(other, one * fine // HOUR, axis=1)
    return common.astype(np.float32) @ np.repeat(MASK, fine, axis=0) / fine
