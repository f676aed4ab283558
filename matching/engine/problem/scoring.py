"""From people and criteria to a table of scores, in tiles that stay in the cache."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

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
from matching.engine.problem.people import Pool
from matching.engine.problem.score_table import FORBIDDEN, VERSION, Reasons, ScoreTable

Override = tuple[str, str, Iterable[str]]
Pair = tuple[int, int]


def score(
    pool: Pool, criteria: Criteria, overrides: Iterable[Override] = (), *, batch: int | None = None
) -> ScoreTable:
    """Scores of every pair of the pool, -1 where a hard rule forbids it.

    overrides: (mentee id, mentor id, rule codes) that the committee set aside for that pair. `tile` is the number of
    mentees scored at a time (default: what stays in the cache) and never changes the result. Rows and columns follow
    `pool.mentees.ids` and `pool.mentors.ids`. Raises ValueError for an unknown id or rule, for a rule that cannot be
    lifted, and for criteria that could give 2^20 points or more.
    """
    recipe = _Recipe(pool, criteria, overrides)
    scores = np.empty(recipe.shape, recipe.dtype)
    scorer = recipe.scorer()
    for rows in scorer.batches(np.arange(len(scores)), batch):
        scores[rows] = scorer.scores(rows)
    recipe.waiver_gain(scores)
    coupled = recipe.couple(scores)
    for i, j in coupled:
        scores[i, j] = FORBIDDEN
    ids = {"mentee_ids": pool.mentees.ids.tolist(), "mentor_ids": pool.mentors.ids.tolist()}
    return ScoreTable(scores, reasons=recipe.reasons(coupled, recipe.digest()), **ids)


def with_reasons(
    table: ScoreTable, pool: Pool, criteria: Criteria, overrides: Iterable[Override] = ()
) -> ScoreTable:
    """A stored table of `score(pool, criteria, overrides)` with its reasons made again, without scoring every pair.

    The numbers are taken over as they are, with their digest. Raises ValueError when the table is about other people."""
    same = np.array_equal(table.mentee_ids, pool.mentees.ids) and np.array_equal(
        table.mentor_ids, pool.mentors.ids
    )
    if not same:
        raise ValueError("the table is about other people than the pool")
    recipe = _Recipe(pool, criteria, overrides)
    coupled = frozenset[Pair]()
    both, _ = recipe.on_both_sides()
    if len(both):
        scores, scorer = np.full(recipe.shape, FORBIDDEN, recipe.dtype), recipe.scorer()
        for rows in scorer.batches(both):
            scores[rows] = scorer.scores(rows)
        recipe.waiver_gain(scores)
        coupled = recipe.couple(scores)
    ids = {"mentee_ids": table.mentee_ids.tolist(), "mentor_ids": table.mentor_ids.tolist()}
    return ScoreTable(table.S, reasons=recipe.reasons(coupled, ""), digest=table.digest, **ids)


class _Recipe:
    """Everything that goes into the scores of a round: lines, rules, minimum, and what the committee set aside."""

    def __init__(self, pool: Pool, criteria: Criteria, overrides: Iterable[Override]) -> None:
        self.pool, self.criteria = pool, criteria
        self.parts = standard_criteria.parts(pool, criteria)
        most = sum(p.most for p in self.parts)
        if most >= PENALTY:
            raise ValueError(
                f"these criteria could give {most} points; fewer than {PENALTY} are counted exactly"
            )
        self.constraints, self.undecided = build_constraints(
            pool, criteria.rules, criteria.unknown_forbids
        )
        self.constraints += [b for p in self.parts for b in p.constraints] + _shared_time(
            pool, criteria
        )
        self.waived = _waived(pool, overrides, {b.code for b in self.constraints})
        self.minimum = criteria.minimum if "minimum" in criteria.rules else 0
        self.shape = len(pool.mentees), len(pool.mentors)
        self.dtype = np.int16 if most < 2**15 else np.int32

    def scorer(self) -> BatchScorer:
        return BatchScorer(self.shape, self.parts, self.constraints, self.minimum)

    def reasons(self, coupled: frozenset[Pair], digest: str) -> Reasons:
        return Reasons(
            tuple(self.parts),
            tuple(self.constraints),
            self.minimum,
            self.waived,
            coupled,
            digest,
            self.undecided,
        )

    def waiver_gain(self, scores: Ints) -> None:
        """Open the pairs for which the committee set every rule in the way aside."""
        for (i, j), codes in self.waived.items():
            points = {
                p.name: sum(int(t.of(np.array([i]), np.array([j]))[0]) for t in p.terms)
                for p in self.parts
            }
            enough = (
                "minimum" in codes
                or sum(points.values()) - points.get("waiting", 0) >= self.minimum
            )
            stopped = any(b.code not in codes and b.forbids_pair(i, j) for b in self.constraints)
            scores[i, j] = FORBIDDEN if stopped or not enough else sum(points.values())

    def on_both_sides(self) -> tuple[Ints, Ints]:
        """Rows and columns of the people who are mentee and mentor, in the order of the mentees' keys."""
        people = self.pool.mentees.people, self.pool.mentors.people
        _, me, mo = np.intersect1d(*people, assume_unique=True, return_indices=True)
        order = np.argsort(me, kind="stable")
        return me[order], mo[order]

    def couple(self, scores: Ints) -> frozenset[Pair]:
        """Pairs that rule "both_ways" closes: of two people on both sides only the better direction stays open; on a
        tie the one whose mentee has the higher key. A direction whose both_ways is lifted wins."""
        if "both_ways" not in self.criteria.rules:
            return frozenset()
        me, mo = self.on_both_sides()
        there = scores[np.ix_(me, mo)].astype(np.int64)
        for a, b in np.argwhere(there >= 0).tolist():
            if "both_ways" in self.waived.get((int(me[a]), int(mo[b])), frozenset()):
                there[a, b] = np.iinfo(np.int64).max
        lower = (there < there.T) | ((there == there.T) & np.triu(np.ones_like(there, bool), 1))
        closed = np.argwhere((there >= 0) & (there.T >= 0) & lower)
        return frozenset((int(me[a]), int(mo[b])) for a, b in closed)

    def digest(self) -> str:
        """sha256 of everything that went into the scores, the same on every machine."""
        sha = hashlib.sha256(f"engine {VERSION}".encode())
        for side in (self.pool.mentees, self.pool.mentors):
            for f in fields(side):
                _feed(sha, f.name, getattr(side, f.name))
        for name in ("listed", "travel"):
            _feed(sha, name, getattr(self.pool, name))
        for f in fields(self.criteria):
            _feed(sha, f.name, getattr(self.criteria, f.name))
        _feed(sha, "waived", {str(k): v for k, v in self.waived.items()})
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


def _feed(sha: Any, name: str, value: Any) -> None:
    """Add a value to the hash: arrays by shape and little-endian content, sets and mappings in order."""
    sha.update(f"\0{name}=".encode())
    if isinstance(value, np.ndarray):
        sha.update(f"{value.shape}".encode())
        if value.dtype.kind == "U":
            sha.update("\0".join(value.tolist()).encode())
        else:
            numbers = compact(value.astype(np.int8) if value.dtype == np.bool_ else value)
            sha.update(f"{numbers.itemsize}".encode())
            sha.update(np.ascontiguousarray(numbers, numbers.dtype.newbyteorder("<")).data)
    elif isinstance(value, Mapping):
        for key, inner in sorted(value.items()):
            _feed(sha, str(key), inner)
    else:
        sha.update(repr(sorted(value) if isinstance(value, frozenset) else value).encode())
