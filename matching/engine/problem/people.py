"""The people of one round as plain arrays: who they are and what they answered.

**Order.** A pool is always in the order of its people's keys, whatever order it was given in, so
the same people give the same plan. **Unknown is a value.** A field that a person left empty is
marked as such (-1, or a row of zeros), never guessed; scores and rules treat it as "unknown" and
count it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.engine.problem.arrays import Bools, Ints, Texts, compact, whole_numbers

IdPair = tuple[str, str]
Wish = tuple[str, str, int]
Scalar = TypeVar("Scalar", bound=np.generic)

ONLINE, IN_PERSON = 1, 2
PAIR_RULES = ("reporting_line", "conflict", "keep_apart", "ended_pair", "avoid")

_SINGLE = (
    "employer", "years", "mode", "place", "max_travel", "rhythm", "waiting", "matters_most",
)  # fmt: skip
_MULTIPLE = (
    "situations", "topics", "industries", "languages", "hours", "required_traits", "traits",
    "way_of_working",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Side:
    """All mentees, or all mentors, of a round; row r of every array belongs to `ids[r]`.

    ids         stable external keys (import id, else normalised e-mail); unique on this side
    person      key of the human behind the row, who may be on both sides; default: ids
    ready       may be matched; default: everyone
    employer    category, -1 unknown
    years       years of experience, -1 unknown
    mode        1 online, 2 in person, 3 both, 0 unknown
    place       category, -1 unknown
    max_travel  minutes one way, 0 = does not travel
    rhythm      ordinal (0 weekly, 1 fortnightly, 2 monthly, ...), -1 unknown
    waiting     number of rounds in which this person was left unmatched
    situations  (n, T) mentee: weight 1..3 of what they go through;
                mentor: 1 accompanied someone through it, 2 lived it
    topics      (n, G) mentee: priority 1..3 of a need; mentor: level 1..3 of what they offer
    industries  (n, I) mentee: wants to hear about; mentor: knows
    languages   (n, L) 1 working, 2 fluent
    hours       (n, slots) free in that part of the local week (Monday 00:00 first);
                the slots divide the week evenly
    utc_offset  (n,) or (n, K) minutes east of UTC in each of K sample weeks (winter and summer)
    required_traits, traits   (n, F) "my partner must have this", "I have this"
    way_of_working  (n, Q) 1..3 answers in an order to each question on how to work together
    matters_most    the criterion that counts half more for this person: its number from 1 in
                    `matters_most.MARKABLE`, 0 none
    columns     further columns for a program's own criteria, by name: (n,) categories or ordinals
                with -1 unknown, or (n, k) multiple choice

    A row of zeros in a multiple-choice field means that the person did not answer; None instead of
    an array means that the question was not asked. Raises ValueError naming the field or the id.
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
    required_traits: Ints | None = None
    traits: Ints | None = None
    way_of_working: Ints | None = None
    matters_most: Ints | None = None
    columns: Mapping[str, Ints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ids = np.asarray(self.ids, dtype=np.str_).reshape(-1)
        self._set("ids", ids)
        _refuse_repeated("id", ids)
        if self.person is not None:
            person = np.asarray(self.person, dtype=np.str_)
            self._set("person", self._with_rows("person", person, 1))
            _refuse_repeated("person", self.people)
        if self.ready is not None:
            ready = np.asarray(self.ready, dtype=np.bool_)
            self._set("ready", self._with_rows("ready", ready, 1))
        for name in _SINGLE:
            self._check_numbers(name, 1)
        for name in _MULTIPLE:
            self._check_numbers(name, 2)
        if self.utc_offset is not None:
            offset = _numbers(self.utc_offset, "utc_offset")
            offset = offset[:, None] if offset.ndim == 1 else offset
            self._set("utc_offset", self._with_rows("utc_offset", offset, 2))
        columns = {
            name: self._with_rows(name, _numbers(values, name), None)
            for name, values in sorted(self.columns.items())
        }
        self._set("columns", columns)

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _check_numbers(self, name: str, dimensions: int) -> None:
        value = getattr(self, name)
        if value is not None:
            self._set(name, self._with_rows(name, _numbers(value, name), dimensions))

    def _with_rows(
        self, name: str, array: NDArray[Scalar], dimensions: int | None
    ) -> NDArray[Scalar]:
        """The array, if it has a row for each person and the dimensions asked for."""
        if len(array) != len(self.ids):
            raise ValueError(f"{name} has {len(array)} rows for {len(self.ids)} people")
        if dimensions is not None and array.ndim != dimensions:
            raise ValueError(f"{name} must have {dimensions} dimension(s), not {array.ndim}")
        return array

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Key -> row."""
        return {key: r for r, key in enumerate(self.ids.tolist())}

    def index(self, key: str) -> int:
        """Return the row of the person with this key. Raises ValueError naming an unknown key."""
        try:
            return self.rows[key]
        except KeyError:
            raise ValueError(f"no one on this side has the id {key!r}") from None

    @property
    def people(self) -> Texts:
        """Key of the human behind each row."""
        return self.ids if self.person is None else self.person

    def ordered(self) -> Side:
        """Return the same people sorted by key."""
        order = np.argsort(self.ids, kind="stable")
        if (order == np.arange(len(order))).all():
            return self
        reordered: dict[str, Any] = {}  # Any: the fields hold arrays of texts, numbers and booleans
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, np.ndarray):
                reordered[f.name] = value[order]
        columns = {name: values[order] for name, values in self.columns.items()}
        return replace(self, columns=columns, **reordered)


@dataclass(frozen=True, eq=False)
class Pool:
    """Everything that one round knows about its people.

    Both sides end up sorted by key: read positions from `pool.mentees.ids` and
    `pool.mentors.ids`, not from the rows that were given.

    capacity       (M,) mentees that each mentor can take, in the order in which the mentors were
                   given, or a mapping from mentor id; kept as int64 in the order of `mentors.ids`
    pairs          rule code (one of PAIR_RULES) -> pairs (mentee id, mentor id) that it forbids
    mentee_wishes  (mentee id, mentor id, rank 1..) as the mentee ranks
    mentor_wishes  (mentee id, mentor id, rank 1..) as the mentor ranks
    travel         (P, P) minutes between places; default: only the same place can be reached
    pair_rows      (made here) the pairs of each rule as rows (k, 2), and the wishes of each side as
                   rows and rank (k, 3)

    Raises ValueError naming the person for an unknown or repeated id, or a capacity that is
    missing or negative.
    """

    mentees: Side
    mentors: Side
    capacity: Any  # Any: given as an array or a mapping, kept as Ints; a field has one type
    pairs: Mapping[str, Iterable[IdPair]] = field(default_factory=dict)
    mentee_wishes: Sequence[Wish] = ()
    mentor_wishes: Sequence[Wish] = ()
    travel: Ints | None = None
    pair_rows: Mapping[str, Ints] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        unknown = set(self.pairs) - set(PAIR_RULES)
        if unknown:
            raise ValueError(f"unknown pair rules: {', '.join(sorted(unknown))}")
        capacity = _checked_capacity(self.capacity, self.mentors.ids)
        self._set("capacity", capacity[np.argsort(self.mentors.ids, kind="stable")])
        self._set("mentees", self.mentees.ordered())
        self._set("mentors", self.mentors.ordered())
        self._set("pairs", {code: sorted(set(p)) for code, p in sorted(self.pairs.items())})
        self._set("mentee_wishes", _best_ranks(self.mentee_wishes))
        self._set("mentor_wishes", _best_ranks(self.mentor_wishes))
        if self.travel is not None:
            self._set("travel", whole_numbers(self.travel, "travel"))
        pair_rows = {code: self._rows_of(pairs) for code, pairs in self.pairs.items()}
        for side in ("mentee_wishes", "mentor_wishes"):
            wishes: Sequence[Wish] = getattr(self, side)
            rows = self._rows_of((mentee, mentor) for mentee, mentor, _rank in wishes)
            pair_rows[side] = np.column_stack([rows, _ranks(wishes)])
        self._set("pair_rows", pair_rows)

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _rows_of(self, pairs: Iterable[IdPair]) -> Ints:
        """Row numbers (k, 2) of pairs of ids."""
        me, mo = self.mentees.rows, self.mentors.rows
        try:
            return np.array([(me[a], mo[b]) for a, b in pairs], dtype=np.int64).reshape(-1, 2)
        except KeyError as unknown:
            raise ValueError(
                f"a pair names {unknown}, who is not on that side of the round"
            ) from None


def _numbers(value: ArrayLike, name: str) -> Ints:
    array = np.asarray(value)
    return array.astype(np.int8) if array.dtype == np.bool_ else compact(whole_numbers(array, name))


def _refuse_repeated(what: str, keys: Texts) -> None:
    repeated = [key for key, times in Counter(keys.tolist()).items() if times > 1]
    if repeated:
        raise ValueError(f"{what} {min(repeated)!r} appears twice on one side")


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
        absent = [key for key in ids.tolist() if key not in given]
        if absent:
            raise ValueError(f"no capacity for mentor {absent[0]!r}")
        given = [given[key] for key in ids.tolist()]
    capacity = whole_numbers(given, "capacity").reshape(-1).astype(np.int64)
    if len(capacity) != len(ids):
        raise ValueError(f"{len(capacity)} capacities for {len(ids)} mentors")
    if (capacity < 0).any():
        raise ValueError(f"mentor '{ids[int(capacity.argmin())]}' has a negative capacity")
    return capacity
