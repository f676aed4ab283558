"""The table of scores that everything else works on, and the reason for each number in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from matching.engine.problem.arrays import Bools, Ints, Texts, whole_numbers
from matching.engine.problem.constraints import HardConstraint
from matching.engine.problem.matters_most import MattersMost, points_by_part
from matching.engine.problem.score_terms import Hits, ScorePart

VERSION = "1"
FORBIDDEN = -1
MAX_SCORE = 10_000
ROWS = 64  # mentees at a time, where all parts of all their pairs are needed


@dataclass(frozen=True, eq=False)
class Reasons:
    """Where the numbers of a scored table come from.

    waived     rule codes that the committee waived, by pair
    one_way    pairs that rule both_ways forbids
    digest     sha256 of people, weights and rules
    undecided  rule code -> pairs that it could not judge because an answer is missing
    matters_most  the criteria that people marked, None without any
    """

    parts: tuple[ScorePart, ...]
    constraints: tuple[HardConstraint, ...]
    minimum: int
    waived: Mapping[tuple[int, int], frozenset[str]]
    one_way: frozenset[tuple[int, int]]
    digest: str
    undecided: Mapping[str, int] = field(default_factory=dict)
    matters_most: MattersMost | None = None


class ScoreTable:
    """Suitability of every pair: S is (N mentees, M mentors), whole numbers >= 0, -1 = forbidden.

    `ScoreTable(S)` takes any integer array, so that any assignment problem can be solved;
    `score(pool, criteria)` makes one with reasons. S keeps the caller's integer type and is
    read-only. To resume a stored round pass the stored ids and digest; the digest is then not
    computed again. Raises ValueError for numbers that are not whole or below -1, and for ids that
    are repeated or of the wrong number.
    """

    def __init__(
        self,
        S: ArrayLike,
        *,
        mentee_ids: Iterable[str] | None = None,
        mentor_ids: Iterable[str] | None = None,
        reasons: Reasons | None = None,
        digest: str | None = None,
    ) -> None:
        scores = whole_numbers(S, "scores")
        if scores.ndim != 2:
            raise ValueError(f"scores need mentees x mentors, not {scores.ndim} dimension(s)")
        if scores.min(initial=0) < FORBIDDEN:
            i, j = np.unravel_index(int(scores.argmin()), scores.shape)
            raise ValueError(
                f"the score of pair ({i}, {j}) is {scores[i, j]};"
                " it must be at least 0, or -1 for a forbidden pair"
            )
        self.S = scores.view()
        self.S.flags.writeable = False
        self.mentee_ids = _ids(mentee_ids, scores.shape[0], "mentees")
        self.mentor_ids = _ids(mentor_ids, scores.shape[1], "mentors")
        self.reasons = reasons
        self._digest = digest

    @property
    def shape(self) -> tuple[int, int]:
        return self.S.shape[0], self.S.shape[1]

    @cached_property
    def scale(self) -> int:
        """Highest score that a pair can have: 10,000, or more if the table holds more."""
        return max(MAX_SCORE, int(self.S.max(initial=0)))

    @cached_property
    def digest(self) -> str:
        """sha256 of the scores, the people's keys and, for a scored table, `reasons.digest`."""
        if self._digest is not None:
            return self._digest
        number_type = self.S.dtype.newbyteorder("<")
        sha = hashlib.sha256(f"engine {VERSION} {self.shape} {number_type.str}".encode())
        sha.update(np.ascontiguousarray(self.S, number_type).data)
        for ids in (self.mentee_ids, self.mentor_ids):
            sha.update("\0".join(ids.tolist()).encode())
            sha.update(b"\1")
        sha.update((self.reasons.digest if self.reasons else "").encode())
        return sha.hexdigest()

    # other tables about the same people

    def with_rows(self, rows: Mapping[int, Ints], *, reasons: Reasons | None = None) -> ScoreTable:
        """Return the same table with other scores (M,) for some mentees.

        The reasons are dropped, unless they still hold and are passed on as `reasons`.
        """
        scores = self.S.copy()
        for i, row in rows.items():
            if row.max(initial=0) > np.iinfo(scores.dtype).max:
                scores = scores.astype(np.int64)
            scores[i] = row
        return self._with_scores(scores, reasons)

    def without(self, *names: str) -> ScoreTable:
        """Return a table without reasons in which these criteria give no points; what is
        forbidden stays so."""
        return self._with_scores(self._less(self.points_of(*names)), None)

    def _with_scores(self, scores: Ints, reasons: Reasons | None) -> ScoreTable:
        ids = {"mentee_ids": self.mentee_ids.tolist(), "mentor_ids": self.mentor_ids.tolist()}
        return ScoreTable(scores, reasons=reasons, **ids)

    def views(self) -> tuple[Ints, Ints]:
        """Return how mentees and how mentors see every pair, (N, M) each; -1 where forbidden.

        A mentee's view is the score without the mentors' wishes; a mentor's view is the score
        without the mentees' wishes and the points for waiting. Without reasons both are `S`.
        """
        mentees = self._less(self.points_of("wishes.mentor"))
        mentors = self._less(self.points_of("wishes.mentee", "waiting"))
        return mentees, mentors

    def points_of(self, *names: str) -> Ints:
        """Return (N, M) the points of these parts or criteria for every pair, ignoring rules."""
        named = {p.name for p in self._parts if p.name in names or p.criterion in names}
        if named and self.reasons and self.reasons.matters_most:
            return self._marked_points_of(named)
        out = np.zeros(self.shape, np.float32)
        everyone = np.arange(self.shape[0])
        for part in self._parts:
            if part.name in named:
                for term in part.terms:
                    term.add_to(out, everyone)
        return out.astype(np.int32)

    def _marked_points_of(self, named: set[str]) -> Ints:
        out = np.zeros(self.shape, np.int32)
        mentees, mentors = self.shape
        for first in range(0, mentees, ROWS):
            rows = np.arange(first, min(first + ROWS, mentees))
            pairs = np.repeat(rows, mentors), np.tile(np.arange(mentors), len(rows))
            parts = self._by_part(*pairs)
            for name in named:
                out[rows] += parts[name].reshape(-1, mentors)
        return out

    def _less(self, points: Ints) -> Ints:
        return np.where(self.S < 0, FORBIDDEN, self.S - points)

    # what a score consists of

    @property
    def _parts(self) -> tuple[ScorePart, ...]:
        return self.reasons.parts if self.reasons else ()

    def parts(self, i: int, js: ArrayLike | None = None) -> dict[str, Ints]:
        """Return the points per criterion of mentee i with mentors js (default: all).

        They add up to `raw`. A table without reasons has one part, "score".
        """
        mentors = self._mentors(js)
        return self.parts_of(np.full(len(mentors), i), mentors)

    def parts_of(self, i: ArrayLike, j: ArrayLike) -> dict[str, Ints]:
        """Return `parts` of many pairs (i[k], j[k]) at once."""
        rows, columns = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        if self.reasons is None:
            return {"score": np.maximum(self.S[rows, columns], 0).astype(np.int64)}
        found: dict[str, Ints] = {}
        for name, points in self._by_part(rows, columns).items():
            criterion = name.split(".")[0]
            found[criterion] = found.get(criterion, 0) + points
        return found

    def _by_part(self, rows: Ints, columns: Ints) -> dict[str, Ints]:
        assert self.reasons is not None
        return points_by_part(self.reasons.parts, self.reasons.matters_most, rows, columns)

    def matters_most_of(self, i: ArrayLike, j: ArrayLike) -> tuple[list[str], list[str]]:
        """Return the criterion that each mentee i[k] and each mentor j[k] marked, "" without."""
        rows, columns = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        marks = self.reasons.matters_most if self.reasons else None
        return marks.names(rows, columns) if marks else ([""] * len(rows), [""] * len(columns))

    def raw(self, i: int, js: ArrayLike | None = None) -> Ints:
        """Return the scores as if no rule forbade the pair; without reasons 0 where forbidden."""
        return self._sum(self.parts(i, js), js)

    def fit(self, i: int, js: ArrayLike | None = None) -> Ints:
        """Return how well the two suit: `raw` without the points for waiting."""
        parts = self.parts(i, js)
        parts.pop("waiting", None)
        return self._sum(parts, js)

    def _sum(self, parts: Mapping[str, Ints], js: ArrayLike | None) -> Ints:
        return sum(parts.values(), np.zeros(len(self._mentors(js)), np.int64))

    def max_points(self) -> dict[str, int]:
        """Return the most points that each criterion can give."""
        found: dict[str, int] = {}
        for part in self._parts:
            found[part.criterion] = found.get(part.criterion, 0) + part.max_points
        return found

    def hits_in(self, name: str, i: ArrayLike, j: ArrayLike) -> Hits:
        """Return which answers earned points in the part `name` for the pairs (i[k], j[k]).

        Three arrays: the number k of the pair, the column of the answer, and its points, by
        ascending k. For hours the "column" is the shared time in quarter hours a week. Points for
        a missing answer are left out.
        """
        rows, columns = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        found: list[Hits] = [(np.zeros(0, np.int64),) * 3]
        for part in (one for one in self._parts if one.name == name):
            known = ~(part.unknown[0][rows] | part.unknown[1][columns])
            for term in part.terms:
                pair, column, points = term.hits(rows, columns)
                here = known[pair]
                found.append((pair[here], column[here], points[here]))
        k, column, points = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        order = np.argsort(k, kind="stable")
        return k[order], column[order], points[order]

    def unknown_of(self, i: ArrayLike, j: ArrayLike) -> dict[str, Bools]:
        """Return, by part, for which of the pairs (i[k], j[k]) someone left the answer empty."""
        rows, columns = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        return {p.name: p.unknown[0][rows] | p.unknown[1][columns] for p in self._parts}

    # what is forbidden

    def why_not(self, i: int, j: int) -> tuple[str, ...]:
        """Return the codes of the rules that forbid this pair (see RULE_CODES).

        Empty exactly when the pair is allowed.
        """
        return self.why_not_of(i, [j])[0]

    def why_not_of(self, i: int, js: Sequence[int]) -> list[tuple[str, ...]]:
        """Return `why_not` of mentee i with several mentors at once."""
        forbidden = [j for j in js if self.S[i, j] == FORBIDDEN]
        if not forbidden or self.reasons is None:
            return [("forbidden",) if self.S[i, j] == FORBIDDEN else () for j in js]
        fits = dict(zip(forbidden, self.fit(i, forbidden).tolist(), strict=True))
        return [_codes(self.reasons, i, j, fits[j]) if j in fits else () for j in js]

    @cached_property
    def rule_counts(self) -> dict[str, int]:
        """Rule code -> number of pairs that it forbids (a pair may count under several)."""
        if self.reasons is None:
            return {"forbidden": int((self.S < 0).sum())}
        counts = {rule.code: rule.count() for rule in self.reasons.constraints}
        return {**counts, "both_ways": len(self.reasons.one_way)}

    @property
    def undecided(self) -> Mapping[str, int]:
        """Rule code -> pairs that the rule could not judge because an answer is missing."""
        return self.reasons.undecided if self.reasons else {}

    @cached_property
    def missing(self) -> dict[str, tuple[int, int]]:
        """Part -> (mentees, mentors) who left that answer empty."""
        return {p.name: (int(p.unknown[0].sum()), int(p.unknown[1].sum())) for p in self._parts}

    def _mentors(self, js: ArrayLike | None) -> Ints:
        if js is None:
            return np.arange(self.shape[1])
        return np.asarray(js, dtype=np.int64).reshape(-1)


def _codes(reasons: Reasons, i: int, j: int, fit: int) -> tuple[str, ...]:
    """Codes of the rules that forbid a pair with this fit."""
    waived = reasons.waived.get((i, j), frozenset())
    codes = [
        rule.code
        for rule in reasons.constraints
        if rule.code not in waived and rule.forbids_pair(i, j)
    ]
    if (i, j) in reasons.one_way:
        codes.append("both_ways")
    if "minimum" not in waived and fit < reasons.minimum:
        codes.append("minimum")
    return tuple(codes)


def _ids(given: Iterable[str] | None, size: int, side: str) -> Texts:
    keys = [str(k) for k in (range(size) if given is None else given)]
    if len(keys) != size:
        raise ValueError(f"{len(keys)} ids for {size} {side}")
    if len(set(keys)) != size:
        raise ValueError(f"an id appears twice among the {side}")
    return np.asarray(keys, dtype=np.str_)
