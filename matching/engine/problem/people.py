"""The people of one round as plain arrays: who they are, what they said, and nothing else.

Two rules hold here. **Order**: a pool is always in the order of its people's keys, whatever order it was given in, so
the same people give the same plan. **Unknown is a value**: a field that a person left empty is marked as such (-1,
or a row of zeros), never guessed; scoring and rules treat it as "unknown" and count it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from matching.engine.problem.arrays import Bools, Ints, Texts, compact, whole_numbers

IdPair = tuple[str, str]
Wish = tuple[str, str, int]

ONLINE, IN_PERSON = 1, 2
PAIR_RULES = ("reporting_line", "conflict", "keep_apart", "ended_pair", "avoid")

_ONE = ("employer", "years", "mode", "place", "max_travel", "rhythm", "waiting")
_MANY = ("situations", "topics", "industries", "languages", "hours", "musts", "has")


@dataclass(frozen=True, eq=False)
class Side:
    """All mentees, or all mentors, of a round; row r of every array belongs to `ids[r]`.

    ids         stable external keys (import id, else normalised e-mail); unique on this side
    person      key of the human behind the row, where one human may stand on both sides; default: ids
    ready       may be matched; default: everybody
    employer    category, -1 unknown            years      years of experience, -1 unknown
    mode        1 online, 2 in person, 3 both, 0 unknown
    place       category, -1 unknown            max_travel minutes one way, 0 = stays where they are
    rhythm      ordinal (0 weekly, 1 fortnightly, 2 monthly, ...), -1 unknown
    waiting     rounds in which this person was left out
    situations  (n, T) mentee: weight 1..3 of what they go through; mentor: 1 accompanied someone, 2 lived it
    topics      (n, G) mentee: priority 1..3 of a need; mentor: level 1..3 of what they offer
    industries  (n, I) mentee: wants to hear about; mentor: knows
    languages   (n, L) 1 working, 2 fluent
    hours       (n, slots) free in that part of the local week (Monday 00:00 first); slots divide the week evenly
    utc_offset  (n,) or (n, K) minutes east of UTC in each of K sample weeks (a winter and a summer one, say)
    musts, has  (n, F) "my partner must have this", "I have this"
    columns     further columns for a program's own criteria, by name: (n,) categories or ordinals with -1 unknown,
                or (n, k) multiple choice
    A row of zeros in a many-column field means that the person did not answer. None means that nobody was asked.
    """

    ids: Texts
    person: Texts | None = None
    ready: Bools | None = None
    employer: Ints | None = None
    years: Ints | None = None
    mode: Ints | None = None
    place: Ints | None = None
    max_travel: Ints | None = None
    rhythm: Ints | None = None
    waiting: Ints | None = None
    situations: Ints | None = None
    topics: Ints | None = None
    industries: Ints | None = None
    languages: Ints | None = None
    hours: Ints | None = None
    utc_offset: Ints | None = None
    musts: Ints | None = None
    has: Ints | None = None
    columns: Mapping[str, Ints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ids = np.asarray(self.ids, dtype=np.str_).reshape(-1)
        self._set("ids", ids)
        repeated = _first_repeated(ids)
        if repeated is not None:
            raise ValueError(f"id {repeated!r} stands twice on one side")
        if self.person is not None:
            self._set("person", self._rows("person", np.asarray(self.person, dtype=np.str_), 1))
            repeated = _first_repeated(self.people)
            if repeated is not None:
                raise ValueError(f"person {repeated!r} stands twice on one side")
        if self.ready is not None:
            self._set("ready", self._rows("ready", np.asarray(self.ready, dtype=np.bool_), 1))
        for name in _ONE:
            self._take(name, 1)
        for name in _MANY:
            self._take(name, 2)
        if self.utc_offset is not None:
            offset = _numbers(self.utc_offset, "utc_offset")
            self._set(
                "utc_offset",
                self._rows("utc_offset", offset[:, None] if offset.ndim == 1 else offset, 2),
            )
        self._set(
            "columns",
            {k: self._rows(k, _numbers(v, k), None) for k, v in sorted(self.columns.items())},
        )

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def _take(self, name: str, ndim: int) -> None:
        value = getattr(self, name)
        if value is not None:
            self._set(name, self._rows(name, _numbers(value, name), ndim))

    def _rows(self, name: str, array: Any, ndim: int | None) -> Any:
        if len(array) != len(self.ids):
            raise ValueError(f"{name} has {len(array)} rows for {len(self.ids)} people")
        if ndim is not None and array.ndim != ndim:
            raise ValueError(f"{name} must have {ndim} dimension(s), not {array.ndim}")
        return array

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Key -> row."""
        return {key: r for r, key in enumerate(self.ids.tolist())}

    def index(self, key: str) -> int:
        """Row of the person with this key; ValueError naming the key if there is none."""
        try:
            return self.rows[key]
        except KeyError:
            raise ValueError(f"nobody on this side has the id {key!r}") from None

    @property
    def people(self) -> Texts:
        return self.ids if self.person is None else self.person

    def ordered(self) -> Side:
        """The same people sorted by key."""
        order = np.argsort(self.ids, kind="stable")
        if (order == np.arange(len(order))).all():
            return self
        moved: dict[str, Any] = {}
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, np.ndarray):
                moved[f.name] = value[order]
        return replace(self, columns={k: v[order] for k, v in self.columns.items()}, **moved)


@dataclass(frozen=True, eq=False)
class Pool:
    """Everything that one round knows about its people. Both sides end up sorted by key: read positions from
    `pool.mentees.ids` and `pool.mentors.ids`, not from the rows that were given.

    seats          (M,) places of each mentor in this round, in the order in which the mentors were given; a mapping
                   from mentor id is accepted too. Afterwards int64 in the order of `mentors.ids`
    pairs          rule code (one of PAIR_RULES) -> pairs (mentee id, mentor id) that the rule forbids
    mentee_wishes  (mentee id, mentor id, rank 1..) as the mentee ranks; mentor_wishes the same as the mentor ranks
    travel         (P, P) minutes between places; default: only the same place can be reached
    listed         (made here) pairs of each rule as rows (k, 2), wishes of each side as rows and rank (k, 3)
    Raises ValueError naming the person for an unknown or repeated id, a negative or missing number of seats.
    """

    mentees: Side
    mentors: Side
    capacity: Any
    pairs: Mapping[str, Iterable[IdPair]] = field(default_factory=dict)
    mentee_wishes: Sequence[Wish] = ()
    mentor_wishes: Sequence[Wish] = ()
    travel: Ints | None = None
    listed: Mapping[str, Ints] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        unknown = set(self.pairs) - set(PAIR_RULES)
        if unknown:
            raise ValueError(f"unknown pair rules: {', '.join(sorted(unknown))}")
        capacity = _checked_capacity(self.capacity, self.mentors.ids)
        order = np.argsort(self.mentors.ids, kind="stable")
        object.__setattr__(self, "capacity", capacity[order])
        object.__setattr__(self, "mentees", self.mentees.ordered())
        object.__setattr__(self, "mentors", self.mentors.ordered())
        object.__setattr__(
            self, "pairs", {k: sorted(set(v)) for k, v in sorted(self.pairs.items())}
        )
        object.__setattr__(self, "mentee_wishes", _best_ranks(self.mentee_wishes))
        object.__setattr__(self, "mentor_wishes", _best_ranks(self.mentor_wishes))
        if self.travel is not None:
            object.__setattr__(self, "travel", whole_numbers(self.travel, "travel"))
        listed = {code: self._rows_of(pairs) for code, pairs in self.pairs.items()}
        listed["mentee_wishes"], listed["mentor_wishes"] = (
            np.column_stack([self._rows_of((a, b) for a, b, _ in wishes), _ranks(wishes)])
            for wishes in (self.mentee_wishes, self.mentor_wishes)
        )
        object.__setattr__(self, "listed", listed)

    def _rows_of(self, pairs: Iterable[IdPair]) -> Ints:
        """Row numbers (k, 2) of pairs of ids."""
        me, mo = self.mentees.rows, self.mentors.rows
        try:
            return np.array([(me[a], mo[b]) for a, b in pairs], dtype=np.int64).reshape(-1, 2)
        except KeyError as stranger:
            raise ValueError(
                f"a pair names {stranger}, who is not on that side of the round"
            ) from None


def _numbers(value: Any, name: str) -> Ints:
    array = np.asarray(value)
    return array.astype(np.int8) if array.dtype == np.bool_ else compact(whole_numbers(array, name))


def _first_repeated(ids: Texts) -> str | None:
    keys: list[str] = ids.tolist()
    if len(set(keys)) == len(keys):
        return None
    return min(key for key, times in Counter(keys).items() if times > 1)


def _best_ranks(wishes: Iterable[Wish]) -> list[Wish]:
    """Sorted by pair; a pair that is ranked twice keeps the better rank."""
    best: dict[IdPair, int] = {}
    for mentee, mentor, rank in wishes:
        best[mentee, mentor] = min(rank, best.get((mentee, mentor), rank))
    return [(*pair, rank) for pair, rank in sorted(best.items())]


def _ranks(wishes: Sequence[Wish]) -> Ints:
    ranks = whole_numbers([rank for *_, rank in wishes], "ranks of wishes")
    if ranks.min(initial=1) < 1:
        raise ValueError("ranks of wishes start at 1")
    return ranks


def _checked_capacity(given: ArrayLike | Mapping[str, int], ids: Texts) -> Ints:
    if isinstance(given, Mapping):
        absent = [k for k in ids.tolist() if k not in given]
        if absent:
            raise ValueError(f"no capacity for mentor {absent[0]!r}")
        given = [given[k] for k in ids.tolist()]
    capacity = whole_numbers(given, "capacity").reshape(-1).astype(np.int64)
    if len(capacity) != len(ids):
        raise ValueError(f"{len(capacity)} capacities for {len(ids)} mentors")
    if (capacity < 0).any():
        raise ValueError(f"mentor '{ids[int(capacity.argmin())]}' has a negative capacity")
    return capacity
