"""From people and criteria to a table of scores."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace

import numpy as np

from matching.engine.problem import standard_criteria
from matching.engine.problem.arrays import Ints, compact
from matching.engine.problem.batching import PENALTY, BatchScorer
from matching.engine.problem.constraints import (
    HARD_RULES,
    NEVER_WAIVED,
    HardConstraint,
    build_constraints,
)
from matching.engine.problem.criteria import Criteria
from matching.engine.problem.hours import NoSharedTime, SharedHours
from matching.engine.problem.matters_most import MattersMost, points_by_part
from matching.engine.problem.people import Pool
from matching.engine.problem.score_table import (
    FORBIDDEN,
    VERSION,
    Reasons,
    ScoreTable,
)

# Without answers to these, the same people have the hash that they had before they were asked.
LATER_FIELDS = frozenset({"way_of_working", "matters_most"})
Override = tuple[str, str, Iterable[str]]
Pair = tuple[int, int]


def score(
    pool: Pool, criteria: Criteria, overrides: Iterable[Override] = (), *, batch: int | None = None
) -> ScoreTable:
    """Score every pair of the pool; -1 where a hard rule forbids it.

    overrides: (mentee id, mentor id, rule codes) that the committee waived for that pair.
    batch: mentees scored at a time (default: what fits in the cache); never changes the result.
    Rows and columns follow `pool.mentees.ids` and `pool.mentors.ids`. Raises ValueError for an
    unknown id or rule, for a rule that cannot be waived, and for criteria that could give 2^20
    points or more.
    """
    scoring = _Scoring(pool, criteria, overrides)
    scores = np.empty(scoring.shape, scoring.dtype)
    scorer = scoring.scorer()
    for rows in scorer.batches(np.arange(len(scores)), batch):
        scores[rows] = scorer.scores(rows)
    scoring.apply_waivers(scores)
    one_way = scoring.one_way_only(scores)
    for i, j in one_way:
        scores[i, j] = FORBIDDEN
    ids = {"mentee_ids": pool.mentees.ids.tolist(), "mentor_ids": pool.mentors.ids.tolist()}
    return ScoreTable(scores, reasons=scoring.reasons(one_way, scoring.digest()), **ids)


def with_reasons(
    table: ScoreTable, pool: Pool, criteria: Criteria, overrides: Iterable[Override] = ()
) -> ScoreTable:
    """Return a stored table of `score(pool, criteria, overrides)` with its reasons.

    Scores only the people who are on both sides; all numbers and the digest are taken from `table`.
    Raises ValueError when the table is about other people than the pool.
    """
    if not (
        np.array_equal(table.mentee_ids, pool.mentees.ids)
        and np.array_equal(table.mentor_ids, pool.mentors.ids)
    ):
        raise ValueError("the table is about other people than the pool")
    scoring = _Scoring(pool, criteria, overrides)
    one_way = frozenset[Pair]()
    both, _ = scoring.on_both_sides()
    if len(both):
        scores, scorer = np.full(scoring.shape, FORBIDDEN, scoring.dtype), scoring.scorer()
        for rows in scorer.batches(both):
            scores[rows] = scorer.scores(rows)
        scoring.apply_waivers(scores)
        one_way = scoring.one_way_only(scores)
    ids = {"mentee_ids": table.mentee_ids.tolist(), "mentor_ids": table.mentor_ids.tolist()}
    return ScoreTable(table.S, reasons=scoring.reasons(one_way, ""), digest=table.digest, **ids)


class _Scoring:
    """Everything that goes into the scores of a round: parts, rules, minimum and waivers."""

    def __init__(self, pool: Pool, criteria: Criteria, overrides: Iterable[Override]) -> None:
        self.pool, self.criteria = pool, criteria
        self.parts = standard_criteria.parts(pool, criteria)
        most = sum(part.max_points for part in self.parts)
        if most >= PENALTY:
            raise ValueError(
                f"these criteria could give {most} points; fewer than {PENALTY} are counted exactly"
            )
        self.constraints, self.undecided = build_constraints(
            pool, criteria.rules, criteria.unknown_forbids
        )
        self.constraints += [rule for part in self.parts for rule in part.constraints]
        self.constraints += _shared_time(pool, criteria)
        self.matters_most = MattersMost.of(pool, self.parts)
        self.waived = _waived(pool, overrides, {rule.code for rule in self.constraints})
        self.minimum = criteria.minimum if "minimum" in criteria.rules else 0
        self.shape = len(pool.mentees), len(pool.mentors)
        self.dtype = np.int16 if most < 2**15 else np.int32

    def scorer(self) -> BatchScorer:
        return BatchScorer(
            self.shape, self.parts, self.constraints, self.minimum, self.matters_most
        )

    def reasons(self, one_way: frozenset[Pair], digest: str) -> Reasons:
        return Reasons(
            parts=tuple(self.parts),
            constraints=tuple(self.constraints),
            minimum=self.minimum,
            waived=self.waived,
            one_way=one_way,
            digest=digest,
            undecided=self.undecided,
            matters_most=self.matters_most,
        )

    def apply_waivers(self, scores: Ints) -> None:
        """Allow the pairs for which the committee waived every rule that forbids them."""
        for (i, j), codes in self.waived.items():
            pair = np.array([i]), np.array([j])
            points = {
                name: int(one[0])
                for name, one in points_by_part(self.parts, self.matters_most, *pair).items()
            }
            total = sum(points.values())
            enough = "minimum" in codes or total - points.get("waiting", 0) >= self.minimum
            forbidden = any(
                rule.code not in codes and rule.forbids_pair(i, j) for rule in self.constraints
            )
            scores[i, j] = total if enough and not forbidden else FORBIDDEN

    def on_both_sides(self) -> tuple[Ints, Ints]:
        """Rows and columns of the people who are on both sides, in the order of mentees' keys."""
        people = self.pool.mentees.people, self.pool.mentors.people
        _, me, mo = np.intersect1d(*people, assume_unique=True, return_indices=True)
        order = np.argsort(me, kind="stable")
        return me[order], mo[order]

    def one_way_only(self, scores: Ints) -> frozenset[Pair]:
        """Pairs that rule "both_ways" forbids, because two people must not mentor each other.

        The better direction stays allowed; on a tie the one whose mentee has the higher key. A
        direction for which both_ways is waived wins.
        """
        if "both_ways" not in self.criteria.rules:
            return frozenset()
        me, mo = self.on_both_sides()
        there = scores[np.ix_(me, mo)].astype(np.int64)
        for a, b in np.argwhere(there >= 0).tolist():
            if "both_ways" in self.waived.get((int(me[a]), int(mo[b])), frozenset()):
                there[a, b] = np.iinfo(np.int64).max
        tie = (there == there.T) & np.triu(np.ones(there.shape, np.bool_), 1)
        worse = (there < there.T) | tie
        forbidden = np.argwhere((there >= 0) & (there.T >= 0) & worse)
        return frozenset((int(me[a]), int(mo[b])) for a, b in forbidden)

    def digest(self) -> str:
        """sha256 of everything that went into the scores, the same on every machine."""
        sha = hashlib.sha256(f"engine {VERSION}".encode())
        for side in (self.pool.mentees, self.pool.mentors):
            for f in fields(side):
                value = getattr(side, f.name)
                if value is not None or f.name not in LATER_FIELDS:
                    _feed(sha.update, f.name, value)
        for name in ("pair_rows", "travel"):
            _feed(sha.update, name, getattr(self.pool, name))
        for f in fields(self.criteria):
            _feed(sha.update, f.name, getattr(self.criteria, f.name))
        _feed(sha.update, "waived", {str(pair): codes for pair, codes in self.waived.items()})
        return sha.hexdigest()


def _shared_time(pool: Pool, criteria: Criteria) -> list[HardConstraint]:
    part = standard_criteria.hours(pool, criteria) if "hours" in criteria.rules else None
    if part is None:
        return []
    term = next(t for t in part.terms if isinstance(t, SharedHours))
    return [NoSharedTime(replace(term, limit=1, each=1), (~part.unknown[0], ~part.unknown[1]))]


def _waived(
    pool: Pool, overrides: Iterable[Override], in_force: set[str]
) -> dict[Pair, frozenset[str]]:
    """Rule codes that are waived, by pair of positions."""
    found: dict[Pair, frozenset[str]] = {}
    for mentee, mentor, codes in sorted((a, b, tuple(sorted(set(c)))) for a, b, c in overrides):
        wrong = set(codes) - in_force - HARD_RULES | set(codes) & NEVER_WAIVED
        if wrong:
            raise ValueError(
                f"rule {min(wrong)!r} cannot be waived (for {mentee!r} and {mentor!r})"
            )
        pair = (pool.mentees.index(mentee), pool.mentors.index(mentor))
        found[pair] = found.get(pair, frozenset()) | set(codes)
    return found


def _feed(update: Callable[[bytes | memoryview], None], name: str, value: object) -> None:
    """Add a value to the hash: arrays by shape and little-endian content, sets and mappings in
    order."""
    update(f"\0{name}=".encode())
    if isinstance(value, np.ndarray):
        update(f"{value.shape}".encode())
        if value.dtype.kind == "U":
            update("\0".join(value.tolist()).encode())
        else:
            numbers = compact(value.astype(np.int8) if value.dtype == np.bool_ else value)
            update(f"{numbers.itemsize}".encode())
            update(np.ascontiguousarray(numbers, numbers.dtype.newbyteorder("<")).data)
    elif isinstance(value, Mapping):
        for key, inner in sorted(value.items()):
            _feed(update, str(key), inner)
    else:
        update(repr(sorted(value) if isinstance(value, frozenset) else value).encode())
