"""Hard rules: what makes a pair impossible, each with a code, so that every "no" can be answered by a name.

A rule that compares answers is a table over classes of mentees (people with the same answer), a rule about named pairs
is a list. Unknown answers never forbid by themselves: the pair is *undecided* under that rule and counted, unless the
round says that unknown forbids too (then the code is `<rule>_unknown`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from matching.engine.problem.arrays import Bools, Classes, Ints, answered, classes_of, share_an_item
from matching.engine.problem.people import IN_PERSON, ONLINE, PAIR_RULES, Pool, Side

RULE_LABELS = {
    "readiness": "One of the two is not ready to be matched",
    "self_pair": "Both are the same person",
    "same_employer": "Both work for the same employer",
    "reporting_line": "One manages or appraises the other",
    "conflict": "A conflict of interest is declared",
    "keep_apart": "The committee keeps these two apart",
    "ended_pair": "An earlier match of these two has ended",
    "avoid": "One of them asked not to be matched with the other",
    "language": "They share no language",
    "mode_place": "They cannot meet: no common way of meeting, or too far apart",
    "hours": "They share no free time in the week",
    "must_have": "Something that one of them must have is missing in the other",
    "both_ways": "The same two people would mentor each other; this direction fits less well",
    "minimum": "The fit is below the minimum of this round",
    "capacity": "The mentor has no place in this round",
    "min_score": "The fit is below the minimum score of this round",
    "rejected": "The committee said no to this pair in this round",
    "forbidden": "This pair is marked as not allowed",
}
HARD_RULES = frozenset(RULE_LABELS) - {"capacity", "min_score", "rejected", "forbidden"}
DEFAULT_HARD_RULES = HARD_RULES - {"hours"}
NEVER_WAIVED = frozenset({"self_pair"})


class HardConstraint(Protocol):
    @property
    def code(self) -> str: ...

    def forbids_pair(self, i: int, j: int) -> bool: ...

    def count(self) -> int:
        """Number of pairs that this rule forbids."""


@dataclass(frozen=True, eq=False)
class ClassConstraint:
    """forbidden = broken[kind of mentee i, kind of mentor j]."""

    code: str
    classes: Classes
    violated: Bools

    def forbids_pair(self, i: int, j: int) -> bool:
        return bool(self.violated[self.classes.mentee[i], self.classes.mentor[j]])

    def count(self) -> int:
        mentees, mentors = (np.bincount(k) for k in (self.classes.mentee, self.classes.mentor))
        return int(mentees @ self.violated.astype(np.int64) @ mentors)


@dataclass(frozen=True, eq=False)
class PairConstraint:
    """forbidden = the pairs listed."""

    code: str
    pairs: frozenset[tuple[int, int]]

    def forbids_pair(self, i: int, j: int) -> bool:
        return (i, j) in self.pairs

    def count(self) -> int:
        return len(self.pairs)


# A rule over answers gives (kinds of people, broken (C, K), undecided (C, K)), or None if nobody was asked.
Verdict = tuple[Classes, Bools, Bools] | None


def _readiness(pool: Pool) -> Verdict:
    me, mo = pool.mentees.ready, pool.mentors.ready
    me = np.ones(len(pool.mentees), bool) if me is None else me
    mo = np.ones(len(pool.mentors), bool) if mo is None else mo
    found = classes_of(me, mo)
    violated = ~((found.mine > 0) & (found.theirs > 0).T)
    return found, violated, np.zeros_like(violated)


def _self_pairs(pool: Pool) -> frozenset[tuple[int, int]]:
    _, me, mo = np.intersect1d(
        pool.mentees.people, pool.mentors.people, assume_unique=True, return_indices=True
    )
    return frozenset(zip(me.tolist(), mo.tolist(), strict=True))


def _same_employer(pool: Pool) -> Verdict:
    if pool.mentees.employer is None or pool.mentors.employer is None:
        return None
    found = classes_of(pool.mentees.employer, pool.mentors.employer)
    mine, theirs = found.mine, found.theirs.T
    unknown = (mine < 0) | (theirs < 0)
    return found, (mine == theirs) & ~unknown, unknown


def _language(pool: Pool) -> Verdict:
    if pool.mentees.languages is None or pool.mentors.languages is None:
        return None
    found = classes_of(pool.mentees.languages, pool.mentors.languages)
    shared = share_an_item(found.mine > 0, found.theirs > 0)
    unknown = ~answered(found.mine)[:, None] | ~answered(found.theirs)
    return found, ~shared & ~unknown, unknown


def meeting_ways(pool: Pool) -> tuple[Classes, Bools, Bools, Bools] | None:
    """How people can meet, by mode, place and travel, mode first.

    Returns their kinds, and three tables (C, K): can meet online, can meet in person, cannot be told."""
    mine, theirs = _mode_place_travel(pool.mentees), _mode_place_travel(pool.mentors)
    if mine is None or theirs is None:
        return None
    found = classes_of(mine, theirs)
    mode, place, travel = (c[:, None] for c in found.mine.T)
    mode_o, place_o, travel_o = found.theirs.T
    both = mode & mode_o
    online, face = (both & ONLINE) > 0, (both & IN_PERSON) > 0
    placeless = (place < 0) | (place_o < 0)
    near = _near(pool, place, place_o[None], np.maximum(travel, travel_o))
    unknown = (mode == 0) | (mode_o == 0) | (face & placeless & ~online)
    return found, online & ~unknown, face & near & ~placeless, unknown


def _mode_place_travel(side: Side) -> tuple[Ints, Ints, Ints] | None:
    if side.mode is None:
        return None
    place = np.full(len(side), -1) if side.place is None else side.place
    travel = np.zeros(len(side), np.int64) if side.max_travel is None else side.max_travel
    return side.mode, place, travel


def _near(pool: Pool, here: Ints, there: Ints, minutes: Ints) -> Bools:
    if pool.travel is None:
        return np.asarray(here == there, dtype=np.bool_)
    distance = pool.travel[np.maximum(here, 0), np.maximum(there, 0)]
    return np.asarray((here == there) | ((distance >= 0) & (distance <= minutes)), dtype=np.bool_)


def _mode_place(pool: Pool) -> Verdict:
    ways = meeting_ways(pool)
    if ways is None:
        return None
    found, online, face, unknown = ways
    return found, ~(online | face | unknown), unknown


def _must_have(pool: Pool) -> Verdict:
    me, mo = pool.mentees, pool.mentors
    (mine, split), (theirs, split_o) = _musts_and_has(me), _musts_and_has(mo)
    found = classes_of(mine, theirs)
    violated = np.zeros((len(found.mine), len(found.theirs)), bool)
    if me.musts is not None and mo.has is not None:
        violated |= share_an_item(found.mine[:, :split] > 0, found.theirs[:, split_o:] <= 0)
    if mo.musts is not None and me.has is not None:
        violated |= share_an_item(found.mine[:, split:] <= 0, found.theirs[:, :split_o] > 0)
    return found, violated, np.zeros_like(violated)


def _musts_and_has(side: Side) -> tuple[tuple[Ints, Ints], int]:
    """Both answers, and how many columns the first has."""
    musts, has = (
        np.zeros((len(side), 0), np.int64) if c is None else c for c in (side.musts, side.has)
    )
    return (musts, has), musts.shape[1]


_ANSWERS: dict[str, Callable[[Pool], Verdict]] = {
    "readiness": _readiness,
    "same_employer": _same_employer,
    "language": _language,
    "mode_place": _mode_place,
    "must_have": _must_have,
}


def build_constraints(
    pool: Pool, rules: frozenset[str], unknown_forbids: frozenset[str]
) -> tuple[list[HardConstraint], dict[str, int]]:
    """The switched-on rules for this pool, in the order of LABELS, and how many pairs each leaves undecided."""
    found: list[HardConstraint] = []
    undecided: dict[str, int] = {}
    for code in (c for c in RULE_LABELS if c in rules):
        if code == "self_pair":
            found.append(PairConstraint(code, _self_pairs(pool)))
        elif code in PAIR_RULES:
            pairs = pool.listed[code].tolist() if code in pool.listed else []
            found.append(PairConstraint(code, frozenset((i, j) for i, j in pairs)))
        elif code in _ANSWERS:
            verdict = _ANSWERS[code](pool)
            if verdict is None:
                undecided[code] = len(pool.mentees) * len(pool.mentors)
                continue
            people, violated, unknown = verdict
            found.append(ClassConstraint(code, people, violated))
            open_question = ClassConstraint(f"{code}_unknown", people, unknown)
            undecided[code] = open_question.count()
            if code in unknown_forbids:
                found.append(open_question)
    return found, undecided
