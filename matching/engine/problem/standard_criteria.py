"""The standard criteria of `criteria.Criteria` as parts of a score.

Each function returns the part for one pool, or None when the question was not asked.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from matching.engine.problem import way_of_working
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
from matching.engine.problem.hours import QUARTER, shared_hours
from matching.engine.problem.people import Pool
from matching.engine.problem.score_terms import (
    ClassTable,
    Linear,
    PairList,
    ScorePart,
    Term,
    unless_unknown,
)

LEVELS = {"situations": (0, 7, 10), "topics": (0, 5, 8, 10)}  # tenths that each level earns
PRIORITIES, TENTHS = 3, 10
RANK_PERCENT = (100, 75, 50, 35, 25)
MENTEE_SHARE = 60  # percent of the points for wishes
BEST_GAP, NO_GAP = (3, 12), (0, 25)  # years
WAITING_ROUNDS = 2

Maker = Callable[[Pool, Criteria], ScorePart | None]


def parts(pool: Pool, criteria: Criteria) -> list[ScorePart]:
    """Return all parts of a score: standard criteria with a weight, then the custom criteria."""
    made = [
        make(pool, criteria)
        for name, make in _STANDARD.items()
        if criteria.points(name.split(".")[0])
    ]
    standard = [part for part in made if part is not None]
    return standard + [criterion.part(pool) for criterion in criteria.custom]


def unanswered(pool: Pool, criteria: Criteria) -> list[str]:
    """Return the weighted standard criteria that no answers of this pool can feed.

    No one on one of the sides answered, no one named anyone, or no one was left out before: every
    pair would earn the same.
    """
    fed: dict[str, bool] = {}
    for name, make in _STANDARD.items():
        criterion = name.split(".")[0]
        if criteria.points(criterion):
            part = make(pool, criteria)
            is_fed = part is not None and _is_fed(part, pool)
            fed[criterion] = fed.get(criterion, False) or is_fed
    return [name for name, is_fed in fed.items() if not is_fed]


def _is_fed(part: ScorePart, pool: Pool) -> bool:
    if part.name == "waiting":
        return bool((pool.mentees.waiting > 0).any()) if pool.mentees.waiting is not None else False
    if part.criterion == "wishes":
        return bool(len(pool.pair_rows[f"{part.name.split('.')[1]}_wishes"]))
    return not (part.unknown[0].all() or part.unknown[1].all())


def _by_level(name: str, field: str) -> Maker:
    """Share the points of a criterion out over what the mentee marked, in proportion to its weight
    or priority; the mentor's level earns 0, 5, 7, 8 or 10 tenths of each share."""

    def make(pool: Pool, criteria: Criteria) -> ScorePart | None:
        asked: Ints | None = getattr(pool.mentees, field)
        offered: Ints | None = getattr(pool.mentors, field)
        if asked is None or offered is None:
            return None
        _check_levels(field, asked, PRIORITIES)
        _check_levels(field, offered, len(LEVELS[field]) - 1)
        if asked.shape[1] != offered.shape[1]:
            raise ValueError(
                f"{field}: {asked.shape[1]} columns for mentees, {offered.shape[1]} for mentors"
            )
        most = criteria.points(name)
        total = np.maximum(asked.sum(axis=1, keepdims=True, dtype=np.int64), 1)
        shares = (most * np.arange(PRIORITIES + 1) // (total * TENTHS)).astype(np.float32)
        per_tenth = np.take_along_axis(shares, asked, axis=1)
        tenths = np.array(LEVELS[field], np.float32).take(offered)
        known = (answered(asked), answered(offered))
        terms = (Linear(per_tenth, tenths), *unless_unknown(_neutral(most, criteria), *known))
        return _part(name, terms, most, known)

    return make


def hours(pool: Pool, criteria: Criteria) -> ScorePart | None:
    """Points for shared free time, all of them from `criteria.enough_minutes` a week on.

    The first term is a `SharedHours`, from which the rule "hours" is made too.
    """
    most, enough = criteria.practical_points("hours"), criteria.enough_minutes // QUARTER
    found = shared_hours(pool, enough, most // enough)
    if found is None:
        return None
    term, known = found
    terms: tuple[Term, ...] = (term, *unless_unknown(_neutral(most, criteria), *known))
    return _part("practical.hours", terms, most, known)


def _place(pool: Pool, criteria: Criteria) -> ScorePart | None:
    """All points for meeting in the way that both want; half if the mentee hoped to meet in person
    and only a call is possible."""
    ways = meeting_ways(pool)
    if ways is None:
        return None
    classes, most = ways.classes, criteria.practical_points("place")
    mode, mentor_mode = classes.mentee_answers[:, 0], classes.mentor_answers[:, 0]
    online_only = np.where(mode > 1, most // 2, most)[:, None]
    table = np.where(ways.in_person, most, np.where(ways.online, online_only, 0))
    table = np.where(ways.unknown, _neutral(most, criteria), table).astype(np.float32)
    known = ((mode > 0)[classes.mentee], (mentor_mode > 0)[classes.mentor])
    return _part("practical.place", (ClassTable(classes, table),), most, known)


def _language(pool: Pool, criteria: Criteria) -> ScorePart | None:
    """All points for a language in which both are fluent, half for one that is a working language
    of one of them."""
    mine, theirs = pool.mentees.languages, pool.mentors.languages
    if mine is None or theirs is None:
        return None
    most, classes = criteria.practical_points("language"), classes_of(mine, theirs)
    mentee, mentor = classes.mentee_answers, classes.mentor_answers
    table = np.zeros((len(mentee), len(mentor)), np.float32)
    for level, points in ((1, most // 2), (2, most)):
        table[share_an_item(mentee >= level, mentor >= level)] = points
    return _neutral_unless_answered("practical.language", classes, table, most, criteria)


def _rhythm(pool: Pool, criteria: Criteria) -> ScorePart | None:
    """All points for the same rhythm, half for the next one."""
    most = criteria.practical_points("rhythm")

    def share(difference: Ints) -> Floats:
        return np.asarray(np.maximum(2 - abs(difference), 0) / 2, dtype=np.float64)

    return _by_difference(pool, criteria, "practical.rhythm", "rhythm", most, share)


def _years(pool: Pool, criteria: Criteria) -> ScorePart | None:
    """All points for 3 to 12 years more, falling to none at 0 and at 25."""
    rise, fall = BEST_GAP[0] - NO_GAP[0], NO_GAP[1] - BEST_GAP[1]

    def share(difference: Ints) -> Floats:
        nearest = np.minimum((difference - NO_GAP[0]) / rise, (NO_GAP[1] - difference) / fall)
        return np.asarray(np.clip(nearest, 0.0, 1.0), dtype=np.float64)

    return _by_difference(pool, criteria, "gap", "years", criteria.points("gap"), share)


def _by_difference(
    pool: Pool,
    criteria: Criteria,
    name: str,
    field: str,
    most: int,
    share: Callable[[Ints], Floats],
) -> ScorePart | None:
    """A share of the points that depends on the mentor's number minus the mentee's."""
    mine: Ints | None = getattr(pool.mentees, field)
    theirs: Ints | None = getattr(pool.mentors, field)
    if mine is None or theirs is None:
        return None
    classes = classes_of(mine, theirs)
    mentee, mentor = classes.mentee_answers, classes.mentor_answers
    # the small number undoes float rounding, so that a whole share gives whole points
    table = np.floor(most * share(mentor.T - mentee) + 1e-6).astype(np.float32)
    table[mentee[:, 0] < 0] = table[:, mentor[:, 0] < 0] = _neutral(most, criteria)
    return _part(name, (ClassTable(classes, table),), most, (mine >= 0, theirs >= 0))


def _industry(pool: Pool, criteria: Criteria) -> ScorePart | None:
    """All points if the mentor knows an industry that the mentee wants to hear about."""
    mine, theirs = pool.mentees.industries, pool.mentors.industries
    if mine is None or theirs is None:
        return None
    most, classes = criteria.points("industry"), classes_of(mine, theirs)
    shared = share_an_item(classes.mentee_answers > 0, classes.mentor_answers > 0)
    return _neutral_unless_answered("industry", classes, shared * np.float32(most), most, criteria)


def _neutral_unless_answered(
    name: str, classes: Classes, table: Points, most: int, criteria: Criteria
) -> ScorePart:
    mine, theirs = answered(classes.mentee_answers), answered(classes.mentor_answers)
    table[~mine] = table[:, ~theirs] = _neutral(most, criteria)
    known = (mine[classes.mentee], theirs[classes.mentor])
    return _part(name, (ClassTable(classes, table),), most, known)


def _wishes(by: str) -> Maker:
    """Points by rank for those whom one side ("mentee" or "mentor") named."""
    percent = MENTEE_SHARE if by == "mentee" else 100 - MENTEE_SHARE

    def make(pool: Pool, criteria: Criteria) -> ScorePart:
        i, j, rank = pool.pair_rows[f"{by}_wishes"].T
        most = criteria.points("wishes") * percent // 100
        points = most * np.array(RANK_PERCENT)[np.minimum(rank, len(RANK_PERCENT)) - 1] // 100
        known = (np.ones(len(pool.mentees), np.bool_), np.ones(len(pool.mentors), np.bool_))
        return _part(f"wishes.{by}", (PairList(i, j, points),), most, known)

    return make


def _waiting(pool: Pool, criteria: Criteria) -> ScorePart | None:
    """All points after WAITING_ROUNDS rounds without a mentor."""
    if pool.mentees.waiting is None:
        return None
    most = criteria.points("waiting")
    rounds = np.clip(pool.mentees.waiting, 0, WAITING_ROUNDS).astype(np.int64)
    points = (most * rounds // WAITING_ROUNDS)[:, None].astype(np.float32)
    ones = np.ones((len(pool.mentors), 1), np.float32)
    known = (np.ones(len(points), np.bool_), np.ones(len(ones), np.bool_))
    return _part("waiting", (Linear(points, ones),), most, known)


def _part(name: str, terms: tuple[Term, ...], most: int, known: tuple[Bools, Bools]) -> ScorePart:
    return ScorePart(name, terms, most, (~known[0], ~known[1]))


def _neutral(most: int, criteria: Criteria) -> int:
    """Points where an answer is missing."""
    return most * criteria.neutral_percent // 100


def _check_levels(field: str, values: Ints, top: int) -> None:
    if values.size and (values.min() < 0 or values.max() > top):
        raise ValueError(f"{field} must be between 0 and {top}")


_STANDARD: dict[str, Maker] = {
    "understands": _by_level("understands", "situations"),
    "can_help": _by_level("can_help", "topics"),
    "practical.hours": hours,
    "practical.place": _place,
    "practical.language": _language,
    "practical.rhythm": _rhythm,
    way_of_working.NAME: way_of_working.part,
    "wishes.mentee": _wishes("mentee"),
    "wishes.mentor": _wishes("mentor"),
    "gap": _years,
    "industry": _industry,
    "waiting": _waiting,
}
