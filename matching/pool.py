"""From the people who are ready to the arrays of the engine, in a fixed number of queries.

Rules: only accepted, prepared people enter; a mentee with an open match, or in the pause after one, does not; a mentor
without a free place does, with 0 places, so that the price of one more place is known. What nobody answered stays
"unknown". People are ordered by their stable key, never by the number of their row.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from accounts.models import Profile
from accounts.models.people import DAYS, PARTS
from programs.models import Application, ApplicationExperience, ApplicationTopic, Cohort, Conflict, NamedWish

from .engine import Pool, Side
from .models import KeepApart, Match, Proposal, Round

Depth = ApplicationExperience.Depth
MODES = {"": 0, "online": 1, "in_person": 2, "either": 3}
RHYTHMS = {14: 0, 30: 1, 42: 2}
DEPTHS = {Depth.ACCOMPANIED: 1, Depth.LIVED: 2}
FLUENT = 2
WEEK_HOURS = 168

FACTS = (
    "pk", "version", "role", "external_key", "mode", "rhythm_days", "capacity", "is_first_time", "waiting_since",
    "person_id", "person__email", "person__time_zone", "person__profile__employer__key",
    "person__profile__years_experience", "person__profile__level", "person__profile__place",
    "person__profile__availability",
)  # fmt: skip
NOT_AN_ANSWER = {"pk", "waiting_since"}


@dataclass(frozen=True)
class Gathered:
    """The people of a round and what its arrays mean.

    columns: applications of mentees and mentors in the order of the pool, and the ids behind the columns of topics,
    experiences, languages and industries. fingerprints: {application id: what it said}. figures: counts for the page.
    """

    pool: Pool
    columns: dict[str, list[Any]]
    fingerprints: dict[str, str]
    figures: dict[str, Any] = field(default_factory=dict)


def gather(cohort: Cohort, at: datetime) -> Gathered:
    """Read everybody who is ready to match in `cohort`, as the engine wants them."""
    rows = facts(cohort)
    matches = _Matches(cohort, [row["person_id"] for row in rows])
    resting = matches.resting(at - timedelta(days=cohort.program.policy.rematch_buffer_days))
    mentees = [row for row in rows if row["role"] == "mentee" and row["pk"] not in matches.matched | resting]
    mentors = [row for row in rows if row["role"] == "mentor"]
    waited = left_out_before(cohort)
    for row in mentees:
        row["waiting"] = max(waited[row["pk"]], 1 if row["waiting_since"] else 0)
    answers, policy = _Answers(cohort, at), cohort.program.policy
    sides = [answers.side(_keyed(mentees)), answers.side(_keyed(mentors))]
    pool = Pool(
        sides[0],
        sides[1],
        seats={row["key"]: max(places(row, policy) - matches.load[row["pk"]], 0) for row in mentors},
        **_about_pairs(cohort, mentees, mentors, matches, at),
    )
    by_key = {(row["role"], row["key"]): row["pk"] for row in (*mentees, *mentors)}
    columns = {
        "mentees": [by_key["mentee", key] for key in pool.mentees.ids.tolist()],
        "mentors": [by_key["mentor", key] for key in pool.mentors.ids.tolist()],
        **answers.columns,
    }
    figures = {"resting": len(resting), "matched": len(matches.matched)}
    return Gathered(pool, columns, {str(row["pk"]): fingerprint(row) for row in (*mentees, *mentors)}, figures)


def facts(cohort: Cohort) -> list[dict[str, Any]]:
    """One row of plain values for everybody who is ready, in one query."""
    ready = Application.objects.ready().filter(cohort=cohort).order_by("pk")
    return list(ready.values(*FACTS))


def fingerprint(row: dict[str, Any]) -> str:
    """What a person has said, short: equal texts mean that nothing changed. Saved pages raise `version`."""
    said = [value for name, value in row.items() if name not in NOT_AN_ANSWER and name in FACTS]
    return hashlib.blake2b(repr(said).encode(), digest_size=6).hexdigest()


def places(row: dict[str, Any], policy: Any) -> int:
    """How many mentees a mentor may have: what they offer, within what the program allows."""
    most = policy.first_time_capacity if row["is_first_time"] else policy.capacity_max
    return min(row["capacity"], most)


def _keyed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each row its stable key: the import id, else the e-mail address; both where an id stands twice."""
    seen = Counter(row["external_key"] or row["person__email"] for row in rows)
    for row in rows:
        key = row["external_key"] or row["person__email"]
        row["key"] = key if seen[key] == 1 else f"{key} {row['person__email']}"
    return rows


class _Matches:
    """Open and ended matches of the people of a round."""

    def __init__(self, cohort: Cohort, people: list[int]) -> None:
        about = ("mentee_id", "mentor_id", "mentee__person", "mentor__person", "state", "closed_kind", "closed_at")
        found = Match.objects.filter(mentee__cohort__program=cohort.program_id).values_list(*about)
        wanted = set(people)
        self.load: Counter[int] = Counter()
        self.matched: set[int] = set()
        self.ended: set[tuple[int, int]] = set()
        self._closed: dict[int, datetime] = {}
        for mentee, mentor, mentee_person, mentor_person, state, kind, closed_at in found:
            if state != Match.State.CLOSED:
                self.load[mentor] += 1
                self.matched.add(mentee)
            elif kind != Match.Closed.IN_ERROR and {mentee_person, mentor_person} <= wanted:
                self.ended.add((mentee_person, mentor_person))
                self._closed[mentee] = max(closed_at, self._closed.get(mentee, closed_at))

    def resting(self, since: datetime) -> set[int]:
        """Mentee applications whose last match ended after `since`."""
        return {mentee for mentee, closed_at in self._closed.items() if closed_at > since}


class _Answers:
    """Everything that people marked, as {application or person: ...}, and the columns that it needs."""

    def __init__(self, cohort: Cohort, at: datetime) -> None:
        self.weeks = (date(at.year, 1, 15), date(at.year, 7, 15))
        mine = {"application__cohort": cohort}
        topics = ApplicationTopic.objects.filter(**mine).values_list("application", "topic", "weight")
        lived = ApplicationExperience.objects.filter(**mine).values_list("application", "experience", "depth")
        people = {"profile__user__applications__cohort": cohort}
        speaks = Profile.languages.through.objects.filter(**people).values_list("profile__user", "language")
        knows = Profile.industries.through.objects.filter(**people).values_list("profile__user", "industry")
        self.topics = _grouped(topics)
        self.experiences = _grouped(lived)
        self.languages = _grouped((person, language, FLUENT) for person, language in speaks)
        self.industries = _grouped((person, industry, 1) for person, industry in knows)
        self.columns = {
            name: sorted({entry for marks in getattr(self, name).values() for entry in marks})
            for name in ("topics", "experiences", "languages", "industries")
        }
        self._codes: dict[str, dict[str, int]] = {"employer": {}, "place": {}}

    def side(self, rows: list[dict[str, Any]]) -> Side:
        depth = DEPTHS if rows and rows[0]["role"] == "mentor" else {Depth.GOING_THROUGH: 1}
        situations = {key: {e: depth.get(d, 0) for e, d in marks.items()} for key, marks in self.experiences.items()}
        ids, people = [row["pk"] for row in rows], [row["person_id"] for row in rows]
        return Side(
            ids=np.array([row["key"] for row in rows], dtype=np.str_),
            person=np.array([row["person__email"] for row in rows], dtype=np.str_),
            employer=self._category("employer", [row["person__profile__employer__key"] for row in rows]),
            place=self._category("place", [row["person__profile__place"] for row in rows]),
            years=_whole(row["person__profile__years_experience"] for row in rows),
            mode=_whole(MODES[row["mode"]] for row in rows),
            rhythm=_whole(RHYTHMS.get(row["rhythm_days"]) for row in rows),
            waiting=_whole(row.get("waiting", 0) for row in rows),
            situations=self._marks("experiences", ids, situations),
            topics=self._marks("topics", ids, self.topics),
            languages=self._marks("languages", people, self.languages),
            industries=self._marks("industries", people, self.industries),
            hours=hours([row["person__profile__availability"] or [] for row in rows]),
            utc_offset=self._offsets([row["person__time_zone"] for row in rows]),
        )

    def _offsets(self, zones: list[str]) -> Any:
        """Minutes east of UTC in a winter and in a summer week; None when there is nobody."""
        return (
            np.array([[offset(zone, week) for week in self.weeks] for zone in zones], dtype=np.int16) if zones else None
        )

    def _category(self, name: str, values: list[str | None]) -> Any:
        codes = self._codes[name]
        wanted = [" ".join((value or "").split()).casefold() for value in values]
        for value in sorted(set(wanted) - {""} - set(codes)):
            codes[value] = len(codes)
        return _whole(codes.get(value) for value in wanted)

    def _marks(self, name: str, keys: list[int], marks: dict[int, dict[int, int]]) -> Any:
        column = {entry: position for position, entry in enumerate(self.columns[name])}
        table = np.zeros((len(keys), len(column)), dtype=np.int8)
        for row, key in enumerate(keys):
            for entry, value in marks.get(key, {}).items():
                table[row, column[entry]] = value
        return table


def _grouped(rows: Iterable[tuple[int, int, Any]]) -> dict[int, dict[int, Any]]:
    found: dict[int, dict[int, Any]] = defaultdict(dict)
    for key, entry, value in rows:
        found[key][entry] = value
    return found


def _whole(values: Iterable[int | None]) -> Any:
    return np.array([-1 if value is None else value for value in values], dtype=np.int32)


@lru_cache(maxsize=1024)
def _hours_of(slot: str) -> tuple[int, ...]:
    day, part = slot.split("-")
    first = DAYS.index(day) * 24
    return tuple(range(first + PARTS[part][0], first + PARTS[part][1]))


def hours(usual_times: list[list[str]]) -> Any:
    """(n, 168): which hours of the local week, Monday 00:00 first, each person has marked as usual times."""
    table = np.zeros((len(usual_times), WEEK_HOURS), dtype=np.int8)
    for row, slots in enumerate(usual_times):
        for slot in slots:
            table[row, list(_hours_of(slot))] = 1
    return table


@lru_cache(maxsize=1024)
def offset(zone: str, on: date) -> int:
    """Minutes east of UTC at noon of a day, to the quarter of an hour."""
    noon = datetime(on.year, on.month, on.day, 12, tzinfo=ZoneInfo(zone))
    minutes = int((noon.utcoffset() or timedelta()).total_seconds() // 60)
    return minutes - minutes % 15


def _about_pairs(
    cohort: Cohort, mentees: list[dict[str, Any]], mentors: list[dict[str, Any]], matches: _Matches, at: datetime
) -> dict[str, Any]:
    """Rules and wishes that name two people, as the pool wants them."""
    as_mentee = {row["person_id"]: row["key"] for row in mentees}
    as_mentor = {row["person_id"]: row["key"] for row in mentors}

    def either_way(pairs: Iterable[tuple[int, int]]) -> list[tuple[str, str]]:
        both = {pair for a, b in pairs for pair in ((a, b), (b, a))}
        return [(as_mentee[a], as_mentor[b]) for a, b in both if a in as_mentee and b in as_mentor]

    apart: dict[str, list[tuple[int, int]]] = defaultdict(list)
    kept = KeepApart.objects.unscoped("the engine keeps people apart").live(at.date())
    for kind, first, second in kept.filter(program=cohort.program_id).values_list("kind", "first", "second"):
        apart[kind].append((first, second))
    declared = Conflict.objects.live(at.date()).filter(kind=Conflict.Kind.DECLARED)
    apart["conflict"] += declared.filter(member__in=[*as_mentee, *as_mentor]).values_list("member", "person")
    apart["ended_pair"] += matches.ended
    wishes = _wishes(cohort)
    apart["avoid"] += [(person, named) for _role, kind, person, named, _rank in wishes if kind == NamedWish.Kind.AVOID]
    liked = [wish for wish in wishes if wish[1] == NamedWish.Kind.PREFER]
    return {
        "pairs": {kind: either_way(pairs) for kind, pairs in apart.items()},
        "mentee_wishes": [
            (as_mentee[person], as_mentor[named], rank)
            for role, _kind, person, named, rank in liked
            if role == "mentee" and person in as_mentee and named in as_mentor
        ],
        "mentor_wishes": [
            (as_mentee[named], as_mentor[person], rank)
            for role, _kind, person, named, rank in liked
            if role == "mentor" and person in as_mentor and named in as_mentee
        ],
    }


def _wishes(cohort: Cohort) -> list[tuple[str, str, int, int, int]]:
    known = NamedWish.objects.unscoped("the engine heeds wishes").filter(application__cohort=cohort)
    about = ("application__role", "kind", "application__person", "person", "rank")
    return list(known.exclude(person=None).values_list(*about))


def changed_since(cohort: Cohort, fingerprints: dict[str, str]) -> dict[str, set[int]]:
    """Who has changed an answer, become ready, or left since the fingerprints were taken; one query."""
    now = {row["pk"]: fingerprint(row) for row in facts(cohort)}
    then = {int(key): print_ for key, print_ in fingerprints.items()}
    matched = set(Match.objects.open().filter(mentee__in=now.keys() - then.keys()).values_list("mentee", flat=True))
    return {
        "changed": {pk for pk in then if pk in now and now[pk] != then[pk]},
        "new": now.keys() - then.keys() - matched,
        "gone": then.keys() - now.keys(),
    }


def left_out_before(cohort: Cohort) -> Counter[int]:
    """How many published rounds left out each mentee of the cohort."""
    rows = Proposal.objects.unscoped("waiting earns priority").left_out()
    published = rows.filter(round__cohort=cohort, round__state=Round.State.PUBLISHED)
    return Counter(published.values_list("mentee", flat=True))
