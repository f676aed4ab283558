"""From people and criteria to a table of scores, in tiles that stay in the cache."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from matching.engine import standard
from matching.engine.arrays import Bools, Ints
from matching.engine.barriers import NEVER_LIFTED, RULES, Barrier, barriers
from matching.engine.blocks import Part
from matching.engine.criteria import Criteria
from matching.engine.people import Pool
from matching.engine.table import FORBIDDEN, VERSION, Reasons, ScoreTable
from matching.engine.terms import Capped
from matching.engine.tiles import CLOSED, Sheet

Override = tuple[str, str, Iterable[str]]
TILE = 256


def score(pool: Pool, criteria: Criteria, overrides: Iterable[Override] = (), *, tile: int = TILE) -> ScoreTable:
    """Scores of every pair of the pool, -1 where a hard rule forbids it.

    overrides: (mentee id, mentor id, rule codes) that the committee set aside for that pair. `tile` is the number of
    mentees scored at a time and never changes the result. Rows and columns follow `pool.mentees.ids` and
    `pool.mentors.ids`. Raises ValueError for an unknown id or rule, for a rule that cannot be lifted, and for criteria
    that could give 2^20 points or more.
    """
    parts = standard.parts(pool, criteria)
    most = sum(p.most for p in parts)
    if most >= CLOSED:
        raise ValueError(f"these criteria could give {most} points; fewer than {CLOSED} are counted exactly")
    stops, undecided = barriers(pool, criteria.rules, criteria.unknown_forbids)
    stops += [b for p in parts for b in p.barriers] + _shared_time(pool, criteria)
    lifted = _lifted(pool, overrides, {b.code for b in stops})
    minimum = criteria.minimum if "minimum" in criteria.rules else 0
    scores = np.empty((len(pool.mentees), len(pool.mentors)), np.int16 if most < 2**15 else np.int32)
    sheet = Sheet(scores.shape, parts, stops, minimum)
    for lo in range(0, len(scores), tile):
        sheet.fill(scores[lo : lo + tile], lo)
    _lift(scores, lifted, parts, stops, minimum)
    coupled = _couple(pool, scores, lifted) if "both_ways" in criteria.rules else frozenset()
    digest = _digest(pool, criteria, lifted)
    reasons = Reasons(tuple(parts), tuple(stops), minimum, lifted, coupled, digest, undecided)
    ids = {"mentee_ids": pool.mentees.ids.tolist(), "mentor_ids": pool.mentors.ids.tolist()}
    return ScoreTable(scores, reasons=reasons, **ids)


def _lift(
    scores: Ints,
    lifted: Mapping[tuple[int, int], frozenset[str]],
    parts: list[Part],
    stops: list[Barrier],
    minimum: int,
) -> None:
    """Open the pairs for which the committee set every rule in the way aside."""
    for (i, j), codes in lifted.items():
        points = {p.name: sum(int(t.of(np.array([i]), np.array([j]))[0]) for t in p.terms) for p in parts}
        enough = "minimum" in codes or sum(points.values()) - points.get("waiting", 0) >= minimum
        stopped = any(b.code not in codes and b.stops(i, j) for b in stops)
        scores[i, j] = FORBIDDEN if stopped or not enough else sum(points.values())


@dataclass(frozen=True, eq=False)
class _SharedTime:
    """Rule "hours": both said when they are free, and never at the same time."""

    term: Capped
    known: tuple[Bools, Bools]
    code: str = "hours"

    def close(self, open_: Bools, lo: int) -> None:
        shared = np.zeros(open_.shape, np.float32)
        self.term.add_to(shared, lo)
        open_ &= (shared > 0) | ~(self.known[0][lo : lo + len(open_), None] & self.known[1][None])

    def stops(self, i: int, j: int) -> bool:
        known = bool(self.known[0][i] and self.known[1][j])
        return known and not self.term.amount(np.array([i]), np.array([j]))[0]

    def count(self) -> int:
        open_ = np.ones((len(self.known[0]), len(self.known[1])), np.bool_)
        self.close(open_, 0)
        return int((~open_).sum())


def _shared_time(pool: Pool, criteria: Criteria) -> list[Barrier]:
    part = standard.hours(pool, criteria) if "hours" in criteria.rules else None
    if part is None:
        return []
    term = next(t for t in part.terms if isinstance(t, Capped))
    known = (~part.unknown[0], ~part.unknown[1])
    return [_SharedTime(Capped(term.samples, 1, 1), known)]


def _lifted(pool: Pool, overrides: Iterable[Override], in_force: set[str]) -> dict[tuple[int, int], frozenset[str]]:
    found: dict[tuple[int, int], frozenset[str]] = {}
    for mentee, mentor, codes in sorted((a, b, tuple(sorted(set(c)))) for a, b, c in overrides):
        wrong = set(codes) - in_force - RULES | set(codes) & NEVER_LIFTED
        if wrong:
            raise ValueError(f"rule {min(wrong)!r} cannot be lifted (for {mentee!r} and {mentor!r})")
        pair = (pool.mentees.index(mentee), pool.mentors.index(mentor))
        found[pair] = found.get(pair, frozenset()) | set(codes)
    return found


def _couple(pool: Pool, scores: Ints, lifted: Mapping[tuple[int, int], frozenset[str]]) -> frozenset[tuple[int, int]]:
    """Rule "both_ways": of two people on both sides only the better direction stays open; on a tie the one whose
    mentee has the higher key. A direction whose both_ways is lifted wins. Changes `scores`; returns what it closed."""
    _, me, mo = np.intersect1d(pool.mentees.people, pool.mentors.people, assume_unique=True, return_indices=True)
    order = np.argsort(me, kind="stable")
    me, mo = me[order], mo[order]
    there = scores[np.ix_(me, mo)].astype(np.int64)
    for a, b in np.argwhere(there >= 0).tolist():
        if "both_ways" in lifted.get((int(me[a]), int(mo[b])), frozenset()):
            there[a, b] = np.iinfo(np.int64).max
    lower = (there < there.T) | ((there == there.T) & np.triu(np.ones_like(there, bool), 1))
    closed = np.argwhere((there >= 0) & (there.T >= 0) & lower)
    pairs = frozenset((int(me[a]), int(mo[b])) for a, b in closed)
    for i, j in pairs:
        scores[i, j] = FORBIDDEN
    return pairs


def _digest(pool: Pool, criteria: Criteria, lifted: Mapping[tuple[int, int], frozenset[str]]) -> str:
    """sha256 of everything that went into the scores, the same on every machine."""
    sha = hashlib.sha256(f"engine {VERSION}".encode())
    for side in (pool.mentees, pool.mentors):
        for f in fields(side):
            _feed(sha, f.name, getattr(side, f.name))
    for name in ("listed", "travel"):
        _feed(sha, name, getattr(pool, name))
    for f in fields(criteria):
        _feed(sha, f.name, getattr(criteria, f.name))
    _feed(sha, "lifted", {str(k): v for k, v in lifted.items()})
    return sha.hexdigest()


def _feed(sha: Any, name: str, value: Any) -> None:
    """Add a value to the hash: arrays by shape and little-endian content, sets and mappings in order."""
    sha.update(f"\0{name}=".encode())
    if isinstance(value, np.ndarray):
        sha.update(f"{value.shape}".encode())
        plain = "\0".join(value.tolist()).encode() if value.dtype.kind == "U" else value.astype("<i4").tobytes()
        sha.update(plain)
    elif isinstance(value, Mapping):
        for key, inner in sorted(value.items()):
            _feed(sha, str(key), inner)
    else:
        sha.update(repr(sorted(value) if isinstance(value, frozenset) else value).encode())
