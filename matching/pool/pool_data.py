"""Build the engine's pool from the people who are ready, in a fixed number of queries.

Only accepted people with a complete application enter. Mentees with an open match don't, nor those
for whom a pair without a round is asked, nor anyone whose match ended and who asked for no other
one, nor mentees who rest after one. Mentors without a
free place do, with capacity 0, so that the price of one more place is known. Missing answers stay
"unknown". People are ordered by stable key, never by row id, but the key itself does not enter the
pool: it may be an e-mail address, and pools are stored.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from applications.models import NamedWish
from applications.named_wishes import people_named
from matches.models import Match
from matches.rematching import read_endings
from programs.models import Cohort, Conflict

from ..engine import Pool
from ..models import KeepApart, Offer, PairRequest, Proposal, Round
from ..own_criteria import OwnCriterion
from .applicant_data import ApplicantData, fingerprint, read_applicants
from .feature_arrays import FeatureArrays
from .own_columns import with_own_columns


@dataclass(frozen=True)
class PoolData:
    """The people of a round and what its arrays mean.

    columns: application ids of mentees and mentors in the order of the pool, and the ids behind the
    columns of topics, experiences, languages and industries.
    fingerprints: {application id: hash of the answers}. figures: counts for the page.
    """

    pool: Pool
    columns: dict[str, list[Any]]
    fingerprints: dict[str, str]
    figures: dict[str, Any] = field(default_factory=dict)


def build_pool(cohort: Cohort, at: datetime, own: Sequence[OwnCriterion] = ()) -> PoolData:
    """Read everyone who is ready to be matched in `cohort`; `own` are the round's own criteria."""
    rows, policy = read_applicants(cohort), cohort.program.policy
    matches = _Matches(cohort, {row.person for row in rows})
    done, resting = matches.done(rows), matches.resting(rows, policy.rematch_buffer_days, at)
    mentees = [
        row
        for row in rows
        if row.role == "mentee" and row.pk not in matches.matched | resting | done
    ]
    mentors = [
        row for row in rows if row.role == "mentor" and (row.pk not in done or matches.load[row.pk])
    ]
    keys = _row_keys(mentees), _row_keys(mentors)
    people = _ranks({row.email for row in rows})
    waited, answers = left_out_before(cohort), FeatureArrays(cohort, at)
    sides = (
        answers.side(
            mentees,
            keys[0],
            people,
            (max(waited[row.pk], 1 if row.waiting_since else 0) for row in mentees),
        ),
        answers.side(mentors, keys[1], people, (0 for _row in mentors)),
    )
    pool = Pool(
        *sides,
        travel=answers.travel(),
        capacity={
            key: 0
            if row.pk in done
            else max(
                policy.capacity_for(row.capacity, is_first_time=row.is_first_time)
                - matches.load[row.pk],
                0,
            )
            for key, row in zip(keys[1], mentors, strict=True)
        },
        **_about_pairs(
            cohort, _by_person(mentees, keys[0]), _by_person(mentors, keys[1]), matches, at
        ),
    )
    columns = {
        "mentees": _in_order(pool.mentees.ids, keys[0], mentees),
        "mentors": _in_order(pool.mentors.ids, keys[1], mentors),
        **answers.columns,
    }
    pool = with_own_columns(
        pool, cohort, own, mentees=columns["mentees"], mentors=columns["mentors"]
    )
    figures = {"resting": len(resting), "done": len(done), "matched": len(matches.matched)}
    return PoolData(
        pool,
        columns,
        {
            str(row.pk): fingerprint(row.answers_json, row.own_changed_at)
            for row in (*mentees, *mentors)
        },
        figures,
    )


def _keys(rows: list[ApplicantData]) -> list[str]:
    """Return stable keys: the import id, else the e-mail address; both if an id occurs twice."""
    plain = [row.external_key or row.email for row in rows]
    seen = Counter(plain)
    return [
        key if seen[key] == 1 else f"{key} {row.email}"
        for key, row in zip(plain, rows, strict=True)
    ]


def _row_keys(rows: list[ApplicantData]) -> list[str]:
    """Return keys that sort like the stable keys and say nothing else."""
    stable = _keys(rows)
    ranks = _ranks(stable)
    return [ranks[key] for key in stable]


def _ranks(values: Iterable[str]) -> dict[str, str]:
    """Return {value: its place in the order}, as texts of equal length."""
    return {value: f"{rank:07d}" for rank, value in enumerate(sorted(values))}


def _by_person(rows: list[ApplicantData], keys: list[str]) -> dict[int, str]:
    return {row.person: key for row, key in zip(rows, keys, strict=True)}


def _in_order(ids: NDArray[np.str_], keys: list[str], rows: list[ApplicantData]) -> list[int]:
    """Applications in the order of the pool."""
    by_key = {key: row.pk for key, row in zip(keys, rows, strict=True)}
    return [by_key[key] for key in ids.tolist()]


class _Matches:
    """Open and ended matches of the people of a round, and what was answered before a match."""

    def __init__(self, cohort: Cohort, people: set[int]) -> None:
        found = Match.objects.filter(mentee__cohort__program=cohort.program_id)
        open_ = list(found.open().order_by().values_list("mentee", "mentor"))
        offers = Offer.system.filter(mentee__cohort__program=cohort.program_id)
        asked = offers.filter(state__in=[Offer.State.OPEN, Offer.State.DECLINED]).order_by()
        self.declined: list[tuple[int, int]] = []
        for state, mentee, mentor, *persons in asked.values_list(
            "state", "mentee", "mentor", "mentee__person", "mentor__person"
        ):
            if state == Offer.State.OPEN:  # a place is held for whoever is asked
                open_.append((mentee, mentor))
            else:
                self.declined.append((persons[0], persons[1]))
        requests = PairRequest.system.holding().filter(cohort__program=cohort.program_id)
        open_ += requests.order_by().values_list("mentee", "mentor")
        self.load: Counter[int] = Counter(mentor for _mentee, mentor in open_)
        self.matched: set[int] = {mentee for mentee, _mentor in open_}
        self._endings = read_endings(found)
        self.ended = {pair for pair in self._endings.apart if set(pair) <= people}

    def done(self, rows: list[ApplicantData]) -> set[int]:
        """Applications of `rows` whose match ended and whose person asked for no other one."""
        return {row.pk for row in rows if self._endings.is_done(row.pk)} - self.matched

    def resting(self, rows: list[ApplicantData], days: int, at: datetime) -> set[int]:
        """Mentee applications of `rows` that asked for another match and rest first."""
        asking = {row.pk for row in rows if row.role == "mentee"} - self.matched
        after = {pk: last for pk, last in self._endings.after.items() if pk in asking}
        return {pk for pk, last in after.items() if last.is_asking and at < last.rests_until(days)}


def _about_pairs(
    cohort: Cohort,
    as_mentee: dict[int, str],
    as_mentor: dict[int, str],
    matches: _Matches,
    at: datetime,
) -> dict[str, Any]:
    """Return rules and wishes about two people; `as_mentee`, `as_mentor`: {person id: key}."""

    def either_way(pairs: Iterable[tuple[int, int]]) -> list[tuple[str, str]]:
        both = {pair for a, b in pairs for pair in ((a, b), (b, a))}
        return [(as_mentee[a], as_mentor[b]) for a, b in both if a in as_mentee and b in as_mentor]

    apart: dict[str, list[tuple[int, int]]] = defaultdict(list)
    kept = KeepApart.system.live(at.date())
    for kind, first, second in kept.filter(program=cohort.program_id).values_list(
        "kind", "first", "second"
    ):
        apart[kind].append((first, second))
    apart[KeepApart.Kind.KEEP_APART] += matches.declined
    declared = Conflict.objects.live(at.date()).filter(kind=Conflict.Kind.DECLARED)
    apart["conflict"] += declared.values_list("member", "person")
    apart["ended_pair"] += matches.ended
    wishes = people_named(cohort)
    apart["avoid"] += [
        (person, named)
        for _role, kind, person, named, _rank in wishes
        if kind == NamedWish.Kind.AVOID
    ]
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


def left_out_before(cohort: Cohort) -> Counter[int]:
    """How many published rounds left out each mentee of the cohort."""
    rows = Proposal.system.left_out()
    published = rows.filter(round__cohort=cohort, round__state=Round.State.PUBLISHED)
    return Counter(published.values_list("mentee", flat=True))
