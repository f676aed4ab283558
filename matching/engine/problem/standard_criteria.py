"""The standard criteria of `criteria.Criteria` as parts of a score. Each function gives None when nobody was asked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from matching.engine.problem.arrays import (
    Bools,
    Classes,
    Floats,
    Ints,
    Points,
    answered,
    classes_of,
    share_an_item,
)
from matching.engine.problem.constraints import meeting_ways
from matching.engine.problem.criteria import Criteria
from matching.engine.problem.custom_criteria import Part
from matching.engine.problem.hours import QUARTER, shared_hours
from matching.engine.problem.people import Pool
from matching.engine.problem.score_terms import ClassTable, Linear, PairList, Term, unless_unknown

LEVELS = {"situations": (0, 7, 10), "topics": (0, 5, 8, 10)}
PRIORITIES, TENTHS = 3, 10
RANK_PERCENT = (100, 75, 50, 35, 25)
MENTEE_SHARE = 60
BEST_GAP, NO_GAP = (3, 12), (0, 25)
WAITING_ROUNDS = 2


def parts(pool: Pool, criteria: Criteria) -> list[Part]:
    """All lines of a score for this pool: standard criteria with a weight, then the program's own blocks."""
    made = [
        make(pool, criteria)
        for name, make in _STANDARD.items()
        if criteria.points(name.split(".")[0])
    ]
    return [p for p in made if p is not None] + [b.part(pool) for b in criteria.custom]


def _by_level(name: str, field: str) -> Callable[[Pool, Criteria], Part | None]:
    """Points of a criterion are shared out over what the mentee marked, in proportion to its weight or priority; the
    mentor's level earns 0, 5, 7, 8 or 10 tenths of each share."""

    def make(pool: Pool, criteria: Criteria) -> Part | None:
        asked, offered = getattr(pool.mentees, field), getattr(pool.mentors, field)
        if asked is None or offered is None:
            return None
        _check_levels(field, asked, PRIORITIES)
        _check_levels(field, offered, len(LEVELS[field]) - 1)
        if asked.shape[1] != offered.shape[1]:
            raise ValueError(
                f"{field}: {asked.shape[1]} columns for mentees, {offered.shape[1]} for mentors"
            )
        most, total = (
            criteria.points(name),
            np.maximum(asked.sum(axis=1, keepdims=True, dtype=np.int64), 1),
        )
        shares = (most * np.arange(PRIORITIES + 1) // (total * TENTHS)).astype(np.float32)
        each = np.take_along_axis(shares, asked, axis=1)
        tenths = np.array(LEVELS[field], np.float32).take(offered)
        known = (answered(asked), answered(offered))
        earned = Linear(each, tenths)
        return _part(name, (earned, *unless_unknown(_neutral(most, criteria), *known)), most, known)

    return make


def hours(pool: Pool, criteria: Criteria) -> Part | None:
    most, enough = criteria.practical_points("hours"), criteria.enough_minutes // QUARTER
    found = shared_hours(pool, enough, most // enough)
    if found is None:
        return None
    term, known = found
    return _part(
        "practical.hours", (term, *unless_unknown(_neutral(most, criteria), *known)), most, known
    )


def _place(pool: Pool, criteria: Criteria) -> Part | None:
    """All points for meeting the way both want; half where one hoped to meet in person and only a call is possible."""
    ways = meeting_ways(pool)
    if ways is None:
        return None
    people, online, face, unknown = ways
    most, mode, mode_o = criteria.practical_points("place"), people.mine[:, 0], people.theirs[:, 0]
    online_only = np.where(mode > 1, most // 2, most)[:, None]
    table = np.where(face, most, np.where(online, online_only, 0))
    table = np.where(unknown, _neutral(most, criteria), table).astype(np.float32)
    known = ((mode > 0)[people.mentee], (mode_o > 0)[people.mentor])
    return _part("practical.place", ClassTable(people, table), most, known)


def _language(pool: Pool, criteria: Criteria) -> Part | None:
    """All points for a language in which both are fluent, half for one in which one of them is at work."""
    mine, theirs = pool.mentees.languages, pool.mentors.languages
    if mine is None or theirs is None:
        return None
    most, people = criteria.practical_points("language"), classes_of(mine, theirs)
    table = np.zeros((len(people.mine), len(people.theirs)), np.float32)
    for level, points in ((1, most // 2), (2, most)):
        table[share_an_item(people.mine >= level, people.theirs >= level)] = points
    return _neutral_unless_known("practical.language", people, table, most, criteria)


def _rhythm(pool: Pool, criteria: Criteria) -> Part | None:
    """All points for the same rhythm, half for the next one."""
    most = criteria.practical_points("rhythm")
    return _by_difference(
        pool, criteria, "practical.rhythm", "rhythm", most, lambda d: np.maximum(2 - abs(d), 0) / 2
    )


def _years(pool: Pool, criteria: Criteria) -> Part | None:
    """All points for 3 to 12 years more, falling to none at 0 and at 25."""
    low, high = BEST_GAP[0] - NO_GAP[0], NO_GAP[1] - BEST_GAP[1]

    def share(d: Ints) -> Floats:
        return np.clip(np.minimum((d - NO_GAP[0]) / low, (NO_GAP[1] - d) / high), 0.0, 1.0).astype(
            np.float64
        )

    return _by_difference(pool, criteria, "gap", "years", criteria.points("gap"), share)


def _by_difference(
    pool: Pool,
    criteria: Criteria,
    name: str,
    field: str,
    most: int,
    share: Callable[[Ints], Floats],
) -> Part | None:
    mine, theirs = getattr(pool.mentees, field), getattr(pool.mentors, field)
    if mine is None or theirs is None:
        return None
    people = classes_of(mine, theirs)
    table = np.floor(most * share(people.theirs.T - people.mine) + 1e-6).astype(np.float32)
    table[people.mine[:, 0] < 0] = table[:, people.theirs[:, 0] < 0] = _neutral(most, criteria)
    return _part(name, ClassTable(people, table), most, (mine >= 0, theirs >= 0))


def _industry(pool: Pool, criteria: Criteria) -> Part | None:
    """All points if the mentor knows one of the industries that the mentee wants to hear about."""
    mine, theirs = pool.mentees.industries, pool.mentors.industries
    if mine is None or theirs is None:
        return None
    most, people = criteria.points("industry"), classes_of(mine, theirs)
    table = share_an_item(people.mine > 0, people.theirs > 0) * np.float32(most)
    return _neutral_unless_known("industry", people, table, most, criteria)


def _neutral_unless_known(
    name: str, people: Classes, table: Points, most: int, criteria: Criteria
) -> Part:
    mine, theirs = answered(people.mine), answered(people.theirs)
    table[~mine] = table[:, ~theirs] = _neutral(most, criteria)
    return _part(
        name, ClassTable(people, table), most, (mine[people.mentee], theirs[people.mentor])
    )


def _wishes(by: str) -> Callable[[Pool, Criteria], Part | None]:
    def make(pool: Pool, criteria: Criteria) -> Part | None:
        i, j, rank = pool.listed[f"{by}_wishes"].T
        most = (
            criteria.points("wishes")
            * (MENTEE_SHARE if by == "mentee" else 100 - MENTEE_SHARE)
            // 100
        )
        points = most * np.array(RANK_PERCENT)[np.minimum(rank, len(RANK_PERCENT)) - 1] // 100
        known = (np.ones(len(pool.mentees), bool), np.ones(len(pool.mentors), bool))
        return _part(f"wishes.{by}", PairList(i, j, points), most, known)

    return make


def _waiting(pool: Pool, criteria: Criteria) -> Part | None:
    if pool.mentees.waiting is None:
        return None
    most = criteria.points("waiting")
    points = (
        most * np.clip(pool.mentees.waiting, 0, WAITING_ROUNDS).astype(np.int64) // WAITING_ROUNDS
    )
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
