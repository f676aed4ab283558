"""The answers of people as the engine's arrays, with one query for each kind of answer."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import chain
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from accounts.models import Language, Profile
from accounts.models.people import DAYS, PARTS, SLOTS
from applications.models import Application, ApplicationExperience, ApplicationTopic
from programs.models import Cohort, PlaceDistance, normalize_place

from ..engine import Side
from .applicant_data import ApplicantData
from .ways import marks_of, ways_of

Depth = ApplicationExperience.Depth
MODES = {"": 0, "online": 1, "in_person": 2, "either": 3}
RHYTHMS = {14: 0, 30: 1, 42: 2}
WORKING, FLUENT = 1, 2
WEEK_HOURS = 168
DEPTHS: dict[str, int] = {Depth.ACCOMPANIED: 1, Depth.LIVED: 2, Depth.GOING_THROUGH: 3}
# The engine's strength of each depth.
OF_MENTORS, OF_MENTEES = (0, 1, 2, 0), (0, 0, 0, 1)


class Marks:
    """One kind of mark: which applications or profiles (`keys`) marked which entry, how strongly.

    `columns` are the ids of all marked entries, in order.
    """

    def __init__(self, rows: Iterable[tuple[int, int, int]]) -> None:
        flat = np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, 3)
        self.keys, self.values = flat[:, 0], flat[:, 2]
        ids, self._at = np.unique(flat[:, 1], return_inverse=True)
        self.columns: list[int] = ids.tolist()

    def table(self, keys: Sequence[int], strength: Sequence[int] | None = None) -> NDArray[np.int8]:
        """Return (people, entries): each mark's value or `strength[value]`, else 0."""
        table = np.zeros((len(keys), len(self.columns)), dtype=np.int8)
        if not len(keys) or not len(self.keys):
            return table
        row = np.full(max(int(self.keys.max()), max(keys)) + 1, -1)
        row[np.array(keys)] = np.arange(len(keys))
        row[0] = -1  # stands for "no profile"; no row of the database has this id
        here = row[self.keys] >= 0
        values = self.values if strength is None else np.array(strength)[self.values]
        table[row[self.keys[here]], self._at[here]] = values[here]
        return table


class FeatureArrays:
    """Everything that people of a cohort marked, read once; `only`: of these applications."""

    def __init__(
        self, cohort: Cohort, at: datetime, *, only: Collection[int] | None = None
    ) -> None:
        self.weeks = (date(at.year, 1, 15), date(at.year, 7, 15))
        mine = Application.objects.filter(cohort=cohort)
        if only is not None:
            mine = Application.objects.filter(pk__in=only)
        theirs = Profile.objects.filter(user__in=mine.values("person"))
        topics = ApplicationTopic.objects.filter(application__in=mine).order_by()
        lived = ApplicationExperience.objects.filter(application__in=mine).order_by()
        speaks = Profile.languages.through.objects.filter(profile__in=theirs).values_list(
            "profile", "language"
        )
        knows = Profile.industries.through.objects.filter(profile__in=theirs).values_list(
            "profile", "industry"
        )
        depths = lived.values_list("application", "experience", "depth")
        self.topics = Marks(topics.values_list("application", "topic", "weight"))
        self.experiences = Marks((one, what, DEPTHS.get(depth, 0)) for one, what, depth in depths)
        working = _working_languages(theirs)
        self.languages = Marks(
            (profile, language, WORKING if (profile, language) in working else FLUENT)
            for profile, language in speaks
        )
        self.industries = Marks((profile, industry, 1) for profile, industry in knows)
        distances = PlaceDistance.objects.filter(program=cohort.program_id)
        self.distances = list(distances.values_list("one", "other", "km"))
        self._codes: dict[str, dict[str, int]] = {"employer": {}, "place": {}}

    @property
    def columns(self) -> dict[str, list[int]]:
        kinds = ("topics", "experiences", "languages", "industries")
        return {name: getattr(self, name).columns for name in kinds}

    def side(
        self,
        rows: list[ApplicantData],
        keys: list[str],
        people: Mapping[str, str],
        waiting: Iterable[int],
    ) -> Side:
        """Mentees or mentors as the engine wants them, by `keys`; `people`: {address: key}."""
        strength = OF_MENTORS if rows and rows[0].role == "mentor" else OF_MENTEES
        ids, profiles = [row.pk for row in rows], [row.profile or 0 for row in rows]
        return Side(
            ids=np.array(keys, dtype=np.str_),
            person=np.array([people[row.email] for row in rows], dtype=np.str_),
            employer=self._category("employer", [row.employer for row in rows]),
            place=self._category("place", [row.place for row in rows]),
            years=_whole(row.years for row in rows),
            mode=_whole(MODES[row.mode] for row in rows),
            max_travel=_whole(row.travel_km or 0 for row in rows),
            rhythm=_whole(RHYTHMS.get(row.rhythm_days or 0) for row in rows),
            waiting=_whole(waiting),
            situations=self.experiences.table(ids, strength),
            topics=self.topics.table(ids),
            languages=self.languages.table(profiles),
            industries=self.industries.table(profiles),
            hours=hours(_lists(row.slots for row in rows)),
            utc_offset=self._offsets([row.zone for row in rows]),
            way_of_working=ways_of(rows),
            matters_most=marks_of(rows),
        )

    def travel(self) -> NDArray[np.int32] | None:
        """Return (places, places) kilometres, -1 if unknown; None if no distance is known."""
        codes = self._codes["place"]
        pairs = [
            (codes.get(normalize_place(one)), codes.get(normalize_place(other)), km)
            for one, other, km in self.distances
        ]
        if all(one is None or other is None for one, other, _km in pairs):
            return None
        found = np.full((len(codes), len(codes)), -1, dtype=np.int32)
        for one, other, km in pairs:
            if one is not None and other is not None:
                found[one, other] = found[other, one] = km
        return found

    def _offsets(self, zones: list[str]) -> NDArray[np.int16] | None:
        """Minutes east of UTC in a winter and in a summer week; None without people."""
        found = {zone: [offset(zone, week) for week in self.weeks] for zone in set(zones)}
        return np.array([found[zone] for zone in zones], dtype=np.int16) if zones else None

    def _category(self, name: str, values: list[str | None]) -> NDArray[np.int32]:
        codes = self._codes[name]
        plain = {value: normalize_place(value) for value in set(values)}
        for word in sorted(set(plain.values()) - {""} - set(codes)):
            codes[word] = len(codes)
        return _whole(codes.get(plain[value]) for value in values)


def _working_languages(profiles: QuerySet[Profile]) -> set[tuple[int, int]]:
    """Return (profile, language) where a person can meet in a language without being fluent."""
    rows = profiles.exclude(working_languages=[]).order_by().values_list("pk", "working_languages")
    found = {(profile, code) for profile, codes in rows for code in codes}
    if not found:
        return set()
    ids = dict(Language.objects.values_list("code", "pk"))
    return {(profile, ids[code]) for profile, code in found if code in ids}


def _whole(values: Iterable[int | None]) -> NDArray[np.int32]:
    return np.array([-1 if value is None else value for value in values], dtype=np.int32)


def _lists(texts: Iterable[str | None]) -> list[list[str]]:
    """Lists that were stored as JSON, all in one reading."""
    found: list[list[str] | None] = json.loads("[" + ",".join(text or "[]" for text in texts) + "]")
    return [one or [] for one in found]


def _hours_of(slot: str) -> tuple[int, int]:
    """First and last hour of the local week."""
    day, part = slot.split("-")
    first = DAYS.index(day) * 24
    return first + PARTS[part][0], first + PARTS[part][1]


SLOT_NUMBER = {slot: number for number, slot in enumerate(SLOTS)}
SLOT_HOURS = np.zeros((len(SLOTS), WEEK_HOURS), dtype=np.int8)
for _slot, _number in SLOT_NUMBER.items():
    SLOT_HOURS[_number, slice(*_hours_of(_slot))] = 1


def hours(usual_times: list[list[str]]) -> NDArray[np.int8]:
    """Return (n, 168): which hours of the local week, from Monday 00:00, each person is free."""
    marked = np.zeros((len(usual_times), len(SLOTS)), dtype=np.float32)
    counts = [len(slots) for slots in usual_times]
    numbers = [SLOT_NUMBER[slot] for slots in usual_times for slot in slots]
    marked[np.repeat(np.arange(len(counts)), counts), numbers] = 1
    return (marked @ SLOT_HOURS.astype(np.float32) > 0).astype(np.int8)


@lru_cache(maxsize=1024)
def offset(zone: str, on: date) -> int:
    """Minutes east of UTC at noon of a day, to the quarter of an hour."""
    noon = datetime(on.year, on.month, on.day, 12, tzinfo=ZoneInfo(zone))
    minutes = int((noon.utcoffset() or timedelta()).total_seconds() // 60)
    return minutes - minutes % 15
