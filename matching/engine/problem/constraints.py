"""Hard rules: what makes a pair impossible, each with a code that names the reason.

A rule that compares answers is a table over classes of people with equal answers; a rule about
named pairs is a list. An unknown answer forbids nothing by itself: the pair is *undecided* under
that rule and counted, unless the round says that unknown forbids too (code `<rule>_unknown`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from matching.engine.problem.arrays import (
    Bools,
    Classes,
    Ints,
    answered,
    classes_of,
    share_an_item,
)
from matching.engine.problem.people import IN_PERSON, ONLINE, PAIR_RULES, Pool, Side

RULE_CODES = (
    "readiness",  # one of the two is not ready to be matched
    "self_pair",  # both are the same person
    "same_employer",
    "reporting_line",  # one manages or appraises the other
    "conflict",  # a conflict of interest is declared
    "keep_apart",  # by the committee
    "ended_pair",  # an earlier match of these two has ended
    "avoid",  # one of them asked not to be matched with the other
    "language",  # they share none
    "mode_place",  # no common way of meeting, or too far apart
    "hours",  # they share no free time in the week
    "must_have",  # one of them lacks a trait that the other requires
    "both_ways",  # the same two would mentor each other; this direction fits less well
    "minimum",  # the fit is below the minimum of the criteria
    # of a round or of a table without reasons, not of the criteria:
    "capacity",  # the mentor has none in this round
    "min_score",  # the score is below the minimum score of this round
    "rejected",  # by the committee in this round
    "forbidden",  # -1 in a table without reasons
)
HARD_RULES = frozenset(RULE_CODES) - {"capacity", "min_score", "rejected", "forbidden"}
DEFAULT_HARD_RULES = HARD_RULES - {"hours"}
NEVER_WAIVED = frozenset({"self_pair"})


class HardConstraint(Protocol):
    """A rule of one pool."""

    @property
    def code(self) -> str: ...

    def forbids_pair(self, i: int, j: int) -> bool: ...

    def count(self) -> int:
        """Return the number of pairs that this rule forbids."""


@dataclass(frozen=True, eq=False)
class ClassConstraint:
    """forbidden = violated[class of mentee i, class of mentor j]."""

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
    """forbidden = the pairs in `pairs`."""

    code: str
    pairs: frozenset[tuple[int, int]]

    def forbids_pair(self, i: int, j: int) -> bool:
        return (i, j) in self.pairs

    def count(self) -> int:
        return len(self.pairs)


class Verdict(NamedTuple):
    """What a rule over answers says about each pair of classes; both tables are (C, K)."""

    classes: Classes
    violated: Bools
    undecided: Bools


class MeetingWays(NamedTuple):
    """How each pair of classes can meet; all tables are (C, K)."""

    classes: Classes  # by mode, place and travel, mode first
    online: Bools
    in_person: Bools
    unknown: Bools


def build_constraints(
    pool: Pool, rules: frozenset[str], unknown_forbids: frozenset[str]
) -> tuple[list[HardConstraint], dict[str, int]]:
    """Return the switched-on rules for this pool, and how many pairs each leaves undecided.

    The rules are in the order of RULE_CODES.
    """
    found: list[HardConstraint] = []
    undecided: dict[str, int] = {}
    for code in (c for c in RULE_CODES if c in rules):
        if code == "self_pair":
            found.append(PairConstraint(code, _self_pairs(pool)))
        elif code in PAIR_RULES:
            pairs = pool.pair_rows[code].tolist() if code in pool.pair_rows else []
            found.append(PairConstraint(code, frozenset((i, j) for i, j in pairs)))
        elif code in _ANSWER_RULES:
            verdict = _ANSWER_RULES[code](pool)
            if verdict is None:
                undecided[code] = len(pool.mentees) * len(pool.mentors)
                continue
            found.append(ClassConstraint(code, verdict.classes, verdict.violated))
            unknown = ClassConstraint(f"{code}_unknown", verdict.classes, verdict.undecided)
            undecided[code] = unknown.count()
            if code in unknown_forbids:
                found.append(unknown)
    return found, undecided


def meeting_ways(pool: Pool) -> MeetingWays | None:
    """Return how people can meet, by mode, place and travel; None if no one was asked."""
    mine, theirs = _mode_place_travel(pool.mentees), _mode_place_travel(pool.mentors)
    if mine is None or theirs is None:
        return None
    classes = classes_of(mine, theirs)
    mode, place, travel = (column[:, None] for column in classes.mentee_answers.T)
    mentor_mode, mentor_place, mentor_travel = classes.mentor_answers.T
    common = mode & mentor_mode
    online, in_person = (common & ONLINE) > 0, (common & IN_PERSON) > 0
    no_place = (place < 0) | (mentor_place < 0)
    in_reach = _in_reach(pool, place, mentor_place[None], np.maximum(travel, mentor_travel))
    unknown = (mode == 0) | (mentor_mode == 0) | (in_person & no_place & ~online)
    return MeetingWays(classes, online & ~unknown, in_person & in_reach & ~no_place, unknown)


def _mode_place_travel(side: Side) -> tuple[Ints, Ints, Ints] | None:
    if side.mode is None:
        return None
    place = np.full(len(side), -1) if side.place is None else side.place
    travel = np.zeros(len(side), np.int64) if side.max_travel is None else side.max_travel
    return side.mode, place, travel


def _in_reach(pool: Pool, here: Ints, there: Ints, minutes: Ints) -> Bools:
    if pool.travel is None:
        return np.asarray(here == there, dtype=np.bool_)
    distance = pool.travel[np.maximum(here, 0), np.maximum(there, 0)]
    return np.asarray((here == there) | ((distance >= 0) & (distance <= minutes)), dtype=np.bool_)


# Rules over answers: each returns None if no one was asked.


def _readiness(pool: Pool) -> Verdict:
    mine, theirs = (
        np.ones(len(side), np.bool_) if side.ready is None else side.ready
        for side in (pool.mentees, pool.mentors)
    )
    classes = classes_of(mine, theirs)
    violated = ~((classes.mentee_answers > 0) & (classes.mentor_answers > 0).T)
    return Verdict(classes, violated, np.zeros_like(violated))


def _same_employer(pool: Pool) -> Verdict | None:
    if pool.mentees.employer is None or pool.mentors.employer is None:
        return None
    classes = classes_of(pool.mentees.employer, pool.mentors.employer)
    mine, theirs = classes.mentee_answers, classes.mentor_answers.T
    unknown = (mine < 0) | (theirs < 0)
    return Verdict(classes, (mine == theirs) & ~unknown, unknown)


def _language(pool: Pool) -> Verdict | None:
    if pool.mentees.languages is None or pool.mentors.languages is None:
        return None
    classes = classes_of(pool.mentees.languages, pool.mentors.languages)
    mine, theirs = classes.mentee_answers > 0, classes.mentor_answers > 0
    unknown = ~answered(mine)[:, None] | ~answered(theirs)
    return Verdict(classes, ~share_an_item(mine, theirs) & ~unknown, unknown)


def _mode_place(pool: Pool) -> Verdict | None:
    ways = meeting_ways(pool)
    if ways is None:
        return None
    violated = ~(ways.online | ways.in_person | ways.unknown)
    return Verdict(ways.classes, violated, ways.unknown)


def _must_have(pool: Pool) -> Verdict:
    me, mo = pool.mentees, pool.mentors
    (mine, split), (theirs, mentor_split) = (
        _required_and_own_traits(me),
        _required_and_own_traits(mo),
    )
    classes = classes_of(mine, theirs)
    mentee, mentor = classes.mentee_answers, classes.mentor_answers
    violated = np.zeros((len(mentee), len(mentor)), np.bool_)
    if me.required_traits is not None and mo.traits is not None:
        violated |= share_an_item(mentee[:, :split] > 0, mentor[:, mentor_split:] <= 0)
    if mo.required_traits is not None and me.traits is not None:
        violated |= share_an_item(mentee[:, split:] <= 0, mentor[:, :mentor_split] > 0)
    return Verdict(classes, violated, np.zeros_like(violated))


def _required_and_own_traits(side: Side) -> tuple[tuple[Ints, Ints], int]:
    """Both answers, and how many columns the first has."""
    required, own = (
        np.zeros((len(side), 0), np.int64) if answers is None else answers
        for answers in (side.required_traits, side.traits)
    )
    return (required, own), required.shape[1]


def _self_pairs(pool: Pool) -> frozenset[tuple[int, int]]:
    _, me, mo = np.intersect1d(
        pool.mentees.people, pool.mentors.people, assume_unique=True, return_indices=True
    )
    return frozenset(zip(me.tolist(), mo.tolist(), strict=True))


_ANSWER_RULES: dict[str, Callable[[Pool], Verdict | None]] = {
    "readiness": _readiness,
    "same_employer": _same_employer,
    "language": _language,
    "mode_place": _mode_place,
    "must_have": _must_have,
}
