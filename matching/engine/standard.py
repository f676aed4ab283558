"""The standard criteria of `criteria.Criteria` as parts of a score. Each function gives None when nobody was asked."""

from __future__ import annotations

from collections.abc import Callable
from math import gcd

import numpy as np

from matching.engine.arrays import Bools, Floats, Ints, Points, answered, as_keys, classes, share_an_item
from matching.engine.barriers import meeting_ways
from matching.engine.blocks import Part
from matching.engine.criteria import Criteria
from matching.engine.people import Pool
from matching.engine.terms import Capped, Classed, Linear, Listed, Term, unless_unknown

WEEK = 7 * 24 * 60
QUARTER = 15
LEVELS = {"situations": (0, 7, 10), "topics": (0, 5, 8, 10)}
TENTHS = 10
RANK_PERCENT = (100, 75, 50, 35, 25)
MENTEE_SHARE = 60
BEST_GAP, NO_GAP = (3, 12), (0, 25)
WAITING_ROUNDS = 2


def parts(pool: Pool, criteria: Criteria) -> list[Part]:
    """All lines of a score for this pool: standard criteria with a weight, then the program's own blocks."""
    made = [make(pool, criteria) for name, make in _STANDARD.items() if criteria.points(name.split(".")[0])]
    return [p for p in made if p is not None] + [b.part(pool) for b in criteria.blocks]


def _by_level(name: str, field: str) -> Callable[[Pool, Criteria], Part | None]:
    """Points of a criterion are shared out over what the mentee marked, in proportion to its weight or priority; the
    mentor's level earns 0, 5, 7, 8 or 10 tenths of each share."""

    def make(pool: Pool, criteria: Criteria) -> Part | None:
        asked, offered = getattr(pool.mentees, field), getattr(pool.mentors, field)
        if asked is None or offered is None:
            return None
        _check_levels(field, asked, 3)
        _check_levels(field, offered, len(LEVELS[field]) - 1)
        if asked.shape[1] != offered.shape[1]:
            raise ValueError(f"{field}: {asked.shape[1]} columns for mentees, {offered.shape[1]} for mentors")
        most, total = criteria.points(name), np.maximum(asked.sum(axis=1, keepdims=True, dtype=np.int64), 1)
        each = (most * asked.astype(np.int64) // (total * TENTHS)).astype(np.float32)
        tenths = np.array(LEVELS[field], np.float32)[offered]
        known = (answered(asked), answered(offered))
        earned = Linear(each, tenths)
        return _part(name, (earned, *unless_unknown(_neutral(most, criteria), *known)), most, known)

    return make


def hours(pool: Pool, criteria: Criteria) -> Part | None:
    me, mo = pool.mentees, pool.mentors
    if me.hours is None or mo.hours is None:
        return None
    known = (answered(me.hours), answered(mo.hours))
    step = _grid(me.hours, me.utc_offset, mo.hours, mo.utc_offset)
    samples = [
        _shared_minutes(_in_utc(me.hours, me.utc_offset, k, step), _in_utc(mo.hours, mo.utc_offset, k, step), step)
        for k in _different_weeks(me.utc_offset, mo.utc_offset)
    ]
    enough = criteria.enough_minutes // QUARTER
    most = criteria.practical_points("hours")
    neutral = unless_unknown(_neutral(most, criteria), *known)
    return _part("practical.hours", (Capped(samples, enough, most // enough), *neutral), most, known)


def _different_weeks(mine: Ints | None, theirs: Ints | None) -> list[int]:
    """Sample weeks that can differ in what people share: not those in which everybody's clock moved together."""
    shifts = [np.zeros((1, 1), np.int64) if o is None else o.astype(np.int64) for o in (mine, theirs)]
    weeks = max(s.shape[1] for s in shifts)
    everybody = np.vstack([s[:, np.minimum(np.arange(weeks), s.shape[1] - 1)] for s in shifts])
    moved = everybody - everybody[:1]
    return sorted({int(np.flatnonzero((moved == moved[:, [k]]).all(axis=0))[0]) for k in range(weeks)})


def _grid(mine: Ints, my_offset: Ints | None, theirs: Ints, their_offset: Ints | None) -> int:
    """Longest slot in minutes that divides everybody's slots and offsets."""
    step = 0
    for hours, offset in ((mine, my_offset), (theirs, their_offset)):
        if WEEK % hours.shape[1] or (WEEK // hours.shape[1]) % QUARTER:
            raise ValueError(f"{hours.shape[1]} slots do not divide the week into quarter hours")
        step = gcd(step, WEEK // hours.shape[1])
        for minutes in [] if offset is None else np.unique(offset).tolist():
            step = gcd(step, int(minutes))
    if step % QUARTER:
        raise ValueError("utc_offset must be whole quarter hours")
    return step


def _in_utc(hours: Ints, offset: Ints | None, week: int, step: int) -> Bools:
    """Local weekly slots as slots of `step` minutes in UTC: local time is UTC + offset."""
    fine = np.repeat(hours > 0, WEEK // hours.shape[1] // step, axis=1)
    if offset is None:
        return fine
    shift = offset[:, min(week, offset.shape[1] - 1)] // step
    for slots in np.unique(shift).tolist():
        here = shift == slots
        fine[here] = np.roll(fine[here], -slots, axis=1)
    return fine


def _shared_minutes(mine: Bools, theirs: Bools, step: int) -> tuple[Points, Points]:
    """Features whose product is the shared time in quarter hours; equal slots are merged, empty ones dropped."""
    packed = np.packbits(np.vstack([mine, theirs]), axis=0).T
    _, first, times = np.unique(as_keys(packed), return_index=True, return_counts=True)
    used = answered(mine.T)[first] & answered(theirs.T)[first]
    first, quarters = first[used], (times[used] * step // QUARTER).astype(np.float32)
    return mine[:, first].astype(np.float32) * quarters, theirs[:, first].astype(np.float32)


def _place(pool: Pool, criteria: Criteria) -> Part | None:
    """All points for meeting the way both want; half where one hoped to meet in person and only a call is possible."""
    ways = meeting_ways(pool)
    if ways is None:
        return None
    klass, online, face, unknown = ways
    most = criteria.practical_points("place")
    mode = np.zeros(len(klass), np.int64) if pool.mentees.mode is None else pool.mentees.mode
    hoped = np.zeros(len(online), bool)
    hoped[klass] = mode > 1
    table = np.where(face, most, np.where(online, np.where(hoped[:, None], most // 2, most), 0))
    known = (mode > 0, pool.mentors.mode > 0 if pool.mentors.mode is not None else np.zeros(len(pool.mentors), bool))
    table = np.where(unknown, _neutral(most, criteria), table).astype(np.float32)
    return _part("practical.place", Classed(klass, table), most, known)


def _language(pool: Pool, criteria: Criteria) -> Part | None:
    """All points for a language in which both are fluent, half for one in which one of them is at work."""
    mine, theirs = pool.mentees.languages, pool.mentors.languages
    if mine is None or theirs is None:
        return None
    most, (rows, klass) = criteria.practical_points("language"), classes(mine)
    table = np.zeros((len(rows), len(theirs)))
    for level, points in ((1, most // 2), (2, most)):
        shared = share_an_item(rows >= level, theirs >= level)
        table[shared] = points
    known = (answered(mine), answered(theirs))
    table[~answered(rows)] = table[:, ~known[1]] = _neutral(most, criteria)
    return _part("practical.language", Classed(klass, table.astype(np.float32)), most, known)


def _rhythm(pool: Pool, criteria: Criteria) -> Part | None:
    """All points for the same rhythm, half for the next one."""
    most = criteria.practical_points("rhythm")
    return _by_difference(pool, criteria, "practical.rhythm", "rhythm", most, lambda d: np.maximum(2 - abs(d), 0) / 2)


def _years(pool: Pool, criteria: Criteria) -> Part | None:
    """All points for 3 to 12 years more, falling to none at 0 and at 25."""
    low, high = BEST_GAP[0] - NO_GAP[0], NO_GAP[1] - BEST_GAP[1]

    def share(d: Ints) -> Floats:
        return np.clip(np.minimum((d - NO_GAP[0]) / low, (NO_GAP[1] - d) / high), 0.0, 1.0).astype(np.float64)

    return _by_difference(pool, criteria, "gap", "years", criteria.points("gap"), share)


def _by_difference(
    pool: Pool, criteria: Criteria, name: str, field: str, most: int, share: Callable[[Ints], Floats]
) -> Part | None:
    mine, theirs = getattr(pool.mentees, field), getattr(pool.mentors, field)
    if mine is None or theirs is None:
        return None
    rows, klass = classes(mine)
    table = np.floor(most * share(theirs[None].astype(np.int64) - rows) + 1e-6)
    table[(rows < 0)[:, 0]] = table[:, theirs < 0] = _neutral(most, criteria)
    return _part(name, Classed(klass, table.astype(np.float32)), most, (mine >= 0, theirs >= 0))


def _industry(pool: Pool, criteria: Criteria) -> Part | None:
    """All points if the mentor knows one of the industries that the mentee wants to hear about."""
    mine, theirs = pool.mentees.industries, pool.mentors.industries
    if mine is None or theirs is None:
        return None
    most, known = criteria.points("industry"), (answered(mine), answered(theirs))
    rows, klass = classes(mine)
    table = np.where(share_an_item(rows > 0, theirs > 0), most, 0)
    table[~answered(rows)] = table[:, ~known[1]] = _neutral(most, criteria)
    return _part("industry", Classed(klass, table.astype(np.float32)), most, known)


def _wishes(by: str) -> Callable[[Pool, Criteria], Part | None]:
    def make(pool: Pool, criteria: Criteria) -> Part | None:
        i, j, rank = pool.listed[f"{by}_wishes"].T
        most = criteria.points("wishes") * (MENTEE_SHARE if by == "mentee" else 100 - MENTEE_SHARE) // 100
        points = most * np.array(RANK_PERCENT)[np.minimum(rank, len(RANK_PERCENT)) - 1] // 100
        known = (np.ones(len(pool.mentees), bool), np.ones(len(pool.mentors), bool))
        return _part(f"wishes.{by}", Listed(i, j, points), most, known)

    return make


def _waiting(pool: Pool, criteria: Criteria) -> Part | None:
    if pool.mentees.waiting is None:
        return None
    most = criteria.points("waiting")
    points = most * np.clip(pool.mentees.waiting, 0, WAITING_ROUNDS).astype(np.int64) // WAITING_ROUNDS
    one = np.ones((len(pool.mentors), 1), np.float32)
    known = (np.ones(len(points), bool), np.ones(len(one), bool))
    return _part("waiting", Linear(points[:, None].astype(np.float32), one), most, known)


def _part(name: str, terms: Term | tuple[Term, ...], most: int, known: tuple[Bools, Bools]) -> Part:
    several = terms if isinstance(terms, tuple) else (terms,)
    return Part(name, several, most, (~known[0], ~known[1]))


def _neutral(most: int, criteria: Criteria) -> int:
    return most * criteria.neutral_percent // 100


def _check_levels(field: str, values: Ints, top: int) -> None:
    if values.size and (values.min() < 0 or values.max() > top):
        raise ValueError(f"{field} must be between 0 and {top}")


_STANDARD: dict[str, Callable[[Pool, Criteria], Part | None]] = {
    "understands": _by_level("understands", "situations"),
    "can_help": _by_level("can_help", "topics"),
    "practical.hours": hours,
    "practical.place": _place,
    "practical.language": _language,
    "practical.rhythm": _rhythm,
    "wishes.mentee": _wishes("mentee"),
    "wishes.mentor": _wishes("mentor"),
    "gap": _years,
    "industry": _industry,
    "waiting": _waiting,
}
