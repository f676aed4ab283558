"""The table of scores that everything else works on, and why each number in it is what it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from matching.engine.problem.arrays import Bools, Ints, Texts, whole_numbers
from matching.engine.problem.constraints import HardConstraint
from matching.engine.problem.custom_criteria import Part

VERSION = "1"
FORBIDDEN = -1
TOP = 10_000


@dataclass(frozen=True, eq=False)
class Reasons:
    """Where the numbers of a scored table come from. `lifted` holds the rule codes that the committee set aside for a
    pair, `coupled` the pairs that rule both_ways forbids, `digest` stands for people, weights and rules."""

    parts: tuple[Part, ...]
    constraints: tuple[HardConstraint, ...]
    minimum: int
    waived: Mapping[tuple[int, int], frozenset[str]]
    coupled: frozenset[tuple[int, int]]
    digest: str
    undecided: Mapping[str, int] = field(default_factory=dict)


class ScoreTable:
    """Suitability of every pair: S is (N mentees, M mentors), whole numbers >= 0, -1 = forbidden.

    `ScoreTable(S)` takes any integer array, so any assignment problem can be solved; `score(pool, criteria)` makes one
    with reasons. S keeps the caller's integer type and is read-only. To resume a stored round pass the stored ids and
    digest; the digest then need not be computed again.
    Raises ValueError for numbers that are not whole or below -1, or ids that do not fit.
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
                f"score of pair ({i}, {j}) is {scores[i, j]}; only -1 (forbidden) and up make sense"
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
        return max(TOP, int(self.S.max(initial=0)))

    @cached_property
    def digest(self) -> str:
        """sha256 of the scores, the keys of the people, and (for a scored table) of people, weights and rules."""
        if self._digest is not None:
            return self._digest
        sha = hashlib.sha256(
            f"engine {VERSION} {self.shape} {self.S.dtype.newbyteorder('<').str}".encode()
        )
        sha.update(np.ascontiguousarray(self.S, self.S.dtype.newbyteorder("<")).data)
        for ids in (self.mentee_ids, self.mentor_ids):
            sha.update("\0".join(ids.tolist()).encode())
            sha.update(b"\1")
        sha.update((self.reasons.digest if self.reasons else "").encode())
        return sha.hexdigest()

    def with_rows(self, rows: Mapping[int, Ints], *, reasons: Reasons | None = None) -> ScoreTable:
        """The same table with other scores for some mentees. Its explanations are dropped unless they still hold and
        are passed on as `reasons`."""
        scores = self.S.copy()
        for i, row in rows.items():
            if row.max(initial=0) > np.iinfo(scores.dtype).max:
                scores = scores.astype(np.int64)
            scores[i] = row
        ids = {"mentee_ids": self.mentee_ids.tolist(), "mentor_ids": self.mentor_ids.tolist()}
        return ScoreTable(scores, reasons=reasons, **ids)

    def points_of(self, *names: str) -> Ints:
        """(N, M) points of the lines with these names (or of these criteria) for every pair, ignoring rules."""
        out = np.zeros(self.shape, np.float32)
        everybody = np.arange(self.shape[0])
        for part in self.reasons.parts if self.reasons else ():
            if part.name in names or part.name.split(".")[0] in names:
                for term in part.terms:
                    term.add_to(out, everybody)
        return out.astype(np.int32)

    def views(self) -> tuple[Ints, Ints]:
        """How each side sees every pair, (N, M) twice: the score without the other side's wishes, and for mentors also
        without the points for waiting. -1 where forbidden. A bare table has one view."""
        return self._less(self.points_of("wishes.mentor")), self._less(
            self.points_of("wishes.mentee", "waiting")
        )

    def without(self, *names: str) -> ScoreTable:
        """A bare table in which these criteria give no points; what is forbidden stays so."""
        ids = {"mentee_ids": self.mentee_ids.tolist(), "mentor_ids": self.mentor_ids.tolist()}
        return ScoreTable(self._less(self.points_of(*names)), **ids)

    def _less(self, points: Ints) -> Ints:
        return np.where(self.S < 0, FORBIDDEN, self.S - points)

    def parts(self, i: int, js: ArrayLike | None = None, *, fine: bool = False) -> dict[str, Ints]:
        """Points per criterion for mentee i with mentors js (default: all); they add up to `raw`.

        fine=True splits criteria into their lines ("practical.hours"). A bare table has one part, "score"."""
        at = self._mentors(js)
        return self.parts_of(np.full(len(at), i), at, fine=fine)

    def parts_of(self, i: ArrayLike, j: ArrayLike, *, fine: bool = False) -> dict[str, Ints]:
        """`parts` of many pairs (i[k], j[k]) at once: all pairs of a plan in a few milliseconds."""
        rows, columns = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        if self.reasons is None:
            return {"score": np.maximum(self.S[rows, columns], 0).astype(np.int64)}
        found: dict[str, Ints] = {}
        for part in self.reasons.parts:
            name = part.name if fine else part.name.split(".")[0]
            points = sum((t.of(rows, columns) for t in part.terms), np.zeros(len(rows), np.int64))
            found[name] = found.get(name, 0) + points
        return found

    def raw(self, i: int, js: ArrayLike | None = None) -> Ints:
        """Score as if no rule forbade the pair (a bare table does not know: 0 where forbidden)."""
        return self._sum(self.parts(i, js), js)

    def fit(self, i: int, js: ArrayLike | None = None) -> Ints:
        """How well the two suit: `raw` without the points for having waited."""
        parts = self.parts(i, js)
        parts.pop("waiting", None)
        return self._sum(parts, js)

    def _sum(self, parts: Mapping[str, Ints], js: ArrayLike | None) -> Ints:
        return sum(parts.values(), np.zeros(len(self._mentors(js)), np.int64))

    def max_points(self, *, fine: bool = False) -> dict[str, int]:
        """The most that each part can give."""
        found: dict[str, int] = {}
        for part in self.reasons.parts if self.reasons else ():
            name = part.name if fine else part.name.split(".")[0]
            found[name] = found.get(name, 0) + part.most
        return found

    def hits(self, i: int, j: int) -> dict[str, list[tuple[int, int]]]:
        """Per line, which answers earned points: (column of the answer, points). For hours the "column" is the shared
        time in quarter hours a week. Lines without a hit, and points given for a missing answer, are left out."""
        return self.hits_of([i], [j])[0]

    def hits_of(self, i: ArrayLike, j: ArrayLike) -> list[dict[str, list[tuple[int, int]]]]:
        """`hits` of many pairs (i[k], j[k]) at once."""
        rows, columns = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        found: list[dict[str, list[tuple[int, int]]]] = [{} for _ in rows]
        for part in self.reasons.parts if self.reasons else ():
            known = ~(part.unknown[0][rows] | part.unknown[1][columns])
            for term in part.terms:
                pair, column, points = term.hits(rows, columns)
                here = known[pair]
                for k, c, p in zip(
                    *(a[here].tolist() for a in (pair, column, points)), strict=True
                ):
                    found[k].setdefault(part.name, []).append((c, p))
        return found

    def hits_in(self, name: str, i: ArrayLike, j: ArrayLike) -> tuple[Ints, Ints, Ints]:
        """`hits_of` of one line as arrays: (number k of the pair, column of the answer, points), by ascending k."""
        rows, columns = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        found: list[tuple[Ints, Ints, Ints]] = [(np.zeros(0, np.int64),) * 3]
        for part in (p for p in (self.reasons.parts if self.reasons else ()) if p.name == name):
            known = ~(part.unknown[0][rows] | part.unknown[1][columns])
            for term in part.terms:
                pair, column, points = term.hits(rows, columns)
                here = known[pair]
                found.append((pair[here], column[here], points[here]))
        k, column, points = (np.concatenate(several) for several in zip(*found, strict=True))
        order = np.argsort(k, kind="stable")
        return k[order], column[order], points[order]

    def unknown_of(self, i: ArrayLike, j: ArrayLike) -> dict[str, Bools]:
        """Line -> for which of the pairs (i[k], j[k]) one of the two left the answer empty."""
        rows, columns = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        return {
            p.name: p.unknown[0][rows] | p.unknown[1][columns]
            for p in (self.reasons.parts if self.reasons else ())
        }

    def unknown(self, i: int, j: int) -> list[str]:
        """Lines for which one of the two left the answer empty."""
        parts = self.reasons.parts if self.reasons else ()
        return [p.name for p in parts if p.unknown[0][i] or p.unknown[1][j]]

    def why_not(self, i: int, j: int) -> tuple[str, ...]:
        """Codes of the rules that forbid this pair (see LABELS); empty exactly when the pair is allowed."""
        return self.why_not_of(i, [j])[0]

    def why_not_of(self, i: int, js: Sequence[int]) -> list[tuple[str, ...]]:
        """`why_not` of mentee i with several mentors at once."""
        closed = [j for j in js if self.S[i, j] == FORBIDDEN]
        if not closed or self.reasons is None:
            return [("forbidden",) if self.S[i, j] == FORBIDDEN else () for j in js]
        fits = dict(zip(closed, self.fit(i, closed).tolist(), strict=True))
        return [self._codes(self.reasons, i, j, fits[j]) if j in fits else () for j in js]

    @staticmethod
    def _codes(reasons: Reasons, i: int, j: int, fit: int) -> tuple[str, ...]:
        waived = reasons.waived.get((i, j), frozenset())
        codes = [
            b.code for b in reasons.constraints if b.code not in waived and b.forbids_pair(i, j)
        ]
        if (i, j) in reasons.coupled:
            codes.append("both_ways")
        if "minimum" not in waived and fit < reasons.minimum:
            codes.append("minimum")
        return tuple(codes)

    @cached_property
    def rule_counts(self) -> dict[str, int]:
        """Rule code -> number of pairs that it forbids (a pair may count under several)."""
        if self.reasons is None:
            return {"forbidden": int((self.S < 0).sum())}
        counts = {b.code: b.count() for b in self.reasons.constraints}
        return {**counts, "both_ways": len(self.reasons.coupled)}

    @property
    def undecided(self) -> Mapping[str, int]:
        """Rule code -> number of pairs that the rule could not judge because an answer is missing."""
        return self.reasons.undecided if self.reasons else {}

    @cached_property
    def missing(self) -> dict[str, tuple[int, int]]:
        """Line -> (mentees, mentors) who left that answer empty."""
        parts = self.reasons.parts if self.reasons else ()
        return {p.name: (int(p.unknown[0].sum()), int(p.unknown[1].sum())) for p in parts}

    def _mentors(self, js: ArrayLike | None) -> Ints:
        return (
            np.arange(self.shape[1]) if js is None else np.asarray(js, dtype=np.int64).reshape(-1)
        )


def _ids(given: Iterable[str] | None, size: int, side: str) -> Texts:
    keys = [str(k) for k in (range(size) if given is None else given)]
    if len(keys) != size:
        raise ValueError(f"{len(keys)} ids for {size} {side}")
    if len(set(keys)) != size:
        raise ValueError(f"an id stands twice among the {side}")
    return np.asarray(keys, dtype=np.str_)
