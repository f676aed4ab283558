"""From people to arrays: who enters, what is unknown, who named whom, in how many queries."""

from __future__ import annotations

import importlib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Profile
from applications.models import Application, NamedWish
from matches import endings, follow_ups
from matches.models import FollowUp, Match
from matching.engine import Criteria, score
from matching.models import KeepApart
from matching.pool.applicant_data import changed_since
from matching.pool.feature_arrays import hours, offset
from matching.pool.pool_data import build_pool
from matching.storage.serialization import pack_pool, unpack_pool
from programs.models import Conflict, PlaceDistance
from testkit import factories
from testkit import rounds as make

ONLY_PAIR = ("0000000", "0000000")  # the first mentee and the first mentor of a pool
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


def keys(people, side="mentees"):
    """The stable keys of one side, in the order of the pool."""
    by_pk = dict(Application.objects.values_list("pk", "external_key"))
    return [by_pk[pk] for pk in people.columns[side]]


def test_people_are_ordered_by_their_key_not_by_their_row(cohort):
    for key in ("c", "a", "b"):
        make.applicant(cohort, f"Mentee {key}", external_key=key)
    assert keys(build_pool(cohort, NOW)) == ["a", "b", "c"]


def test_the_pool_names_no_one(cohort, people):
    pool = build_pool(cohort, NOW).pool
    for side in (pool.mentees, pool.mentors):
        assert all(key.isdigit() for key in (*side.ids.tolist(), *side.person.tolist()))
        assert side.ids.tolist() == sorted(side.ids.tolist())


def test_one_person_in_both_roles_is_one_person(cohort):
    ben = make.applicant(cohort, "Ben Okoro")
    factories.application(ben.person, cohort, "mentor")
    pool = build_pool(cohort, NOW).pool
    assert pool.mentees.person.tolist() == pool.mentors.person.tolist()


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(cohort, django_assert_num_queries, count):
    for n in range(count):
        make.applicant(cohort, f"Mentee {n}", topics={"tax": 1})
        make.applicant(cohort, f"Mentor {n}", "mentor", topics={"tax": 1})
    cohort.program.policy  # noqa: B018  loaded beforehand, as by the callers
    with django_assert_num_queries(17):
        build_pool(cohort, NOW)


@pytest.mark.parametrize("fields", [{"state": "submitted"}, {"code_accepted_at": None}])
def test_who_is_not_ready_does_not_enter(cohort, fields):
    make.applicant(cohort, "Ben Okoro", **fields)
    assert keys(build_pool(cohort, NOW)) == []


def test_a_mentor_without_orientation_does_not_enter(cohort):
    make.applicant(cohort, "Ada Brook", "mentor", orientation_passed_at=None)
    assert keys(build_pool(cohort, NOW), "mentors") == []


def test_a_mentee_with_a_mentor_does_not_enter_and_takes_a_place(cohort):
    ben = make.applicant(cohort, "Ben Okoro")
    ada = make.applicant(cohort, "Ada Brook", "mentor", capacity=2)
    Match.objects.create(mentee=ben, mentor=ada)
    people = build_pool(cohort, NOW)
    assert keys(people) == []
    assert people.pool.capacity.tolist() == [1]
    assert people.figures["matched"] == 1


@pytest.mark.parametrize(
    ("fields", "places"),
    [({"capacity": 2}, 2), ({"capacity": 9}, 3), ({"capacity": 3, "is_first_time": True}, 1)],
)
def test_places_keep_within_the_programs_policy(cohort, fields, places):
    make.applicant(cohort, "Ada Brook", "mentor", **fields)
    assert build_pool(cohort, NOW).pool.capacity.tolist() == [places]


@pytest.fixture
def ended(cohort):
    """Ben and Ada, whose pair has ended by choice on NOW."""
    ben = make.applicant(cohort, "Ben Okoro")
    ada = make.applicant(cohort, "Ada Brook", "mentor")
    match = Match.objects.create(mentee=ben, mentor=ada)
    endings.end(match, by=ben.person, kind="choice", at=NOW)
    return match


def wish(match, person, wish, **wishes):
    row = FollowUp.objects.get(closure__match=match, person=person)
    follow_ups.answer(row, by=person, wish=wish, at=NOW, **wishes)


def test_nobody_is_in_a_pool_because_their_pair_ended(cohort, ended):
    """Neither of the two, however long ago it was."""
    people = build_pool(cohort, NOW + timedelta(days=400))
    assert (keys(people), keys(people, "mentors")) == ([], [])
    assert people.figures["done"] == 2


def test_whoever_asks_for_another_match_is_in_the_pool_again(cohort, ended):
    ben, ada = ended.mentee, ended.mentor
    wish(ended, ben.person, "again")
    wish(ended, ada.person, "again")
    assert build_pool(cohort, NOW + timedelta(days=13)).figures["resting"] == 1
    later = build_pool(cohort, NOW + timedelta(days=14))
    assert keys(later) == [ben.external_key]
    assert later.pool.capacity.tolist() == [1]
    assert later.pool.pairs["ended_pair"] == [ONLY_PAIR]


def test_the_rest_can_be_skipped_on_request(cohort, ended):
    wish(ended, ended.mentee.person, "again", is_rest_skipped=True)
    assert keys(build_pool(cohort, NOW)) == [ended.mentee.external_key]


def test_two_are_matched_with_each_other_again_only_if_both_ask(cohort, ended):
    wish(ended, ended.mentee.person, "again", wants_same_partner=True)
    wish(ended, ended.mentor.person, "again")
    later = NOW + timedelta(days=20)
    assert len(build_pool(cohort, later).pool.pairs["ended_pair"]) == 1
    wish(ended, ended.mentor.person, "again", wants_same_partner=True)
    assert build_pool(cohort, later).pool.pairs["ended_pair"] == []


def test_a_mentor_who_is_done_takes_no_further_mentee_beside_a_running_pair(cohort):
    ada = make.applicant(cohort, "Ada Brook", "mentor", capacity=2)
    first, second = (
        Match.objects.create(mentee=make.applicant(cohort, name), mentor=ada)
        for name in ("Ben Okoro", "Joel Tremblay")
    )
    endings.end(first, by=first.mentee.person, kind="choice", at=NOW)
    assert build_pool(cohort, NOW).pool.capacity.tolist() == [0]
    wish(first, ada.person, "again")
    assert build_pool(cohort, NOW).pool.capacity.tolist() == [1]
    assert second.pk


def test_a_match_made_in_error_leaves_no_trace(cohort):
    ben = make.applicant(cohort, "Ben Okoro")
    ada = make.applicant(cohort, "Ada Brook", "mentor")
    Match.objects.create(mentee=ben, mentor=ada, state="closed", closed_kind="error", closed_at=NOW)
    people = build_pool(cohort, NOW)
    assert keys(people) == [ben.external_key]
    assert people.pool.pairs["ended_pair"] == []


def test_named_people_become_rules_and_wishes(cohort, cleo):
    ben = make.applicant(cohort, "Ben Okoro")
    ada = make.applicant(cohort, "Ada Brook", "mentor")
    two = {
        "first": ada.person,
        "second": ben.person,
        "by": cleo,
        "program": cohort.program,
        "since": date(2020, 1, 1),
    }
    KeepApart.system.create(kind="reporting_line", reason="x", **two)
    Conflict.objects.create(member=ada.person, person=ben.person, since=date(2020, 1, 1))
    wishes = NamedWish.system.all()
    wishes.create(application=ben, kind="prefer", rank=2, written="Ada", person=ada.person)
    wishes.create(application=ada, kind="avoid", written="Ben", person=ben.person)
    pool = build_pool(cohort, NOW).pool
    assert {rule for rule, pairs in pool.pairs.items() if pairs == [ONLY_PAIR]} == {
        "reporting_line",
        "conflict",
        "avoid",
    }
    assert pool.mentee_wishes == [(*ONLY_PAIR, 2)]


def test_missing_answers_are_unknown(cohort):
    ben = make.applicant(cohort, "Ben Okoro", mode="")
    ben.person.profile.delete()
    side = build_pool(cohort, NOW).pool.mentees
    assert (side.employer[0], side.years[0], side.place[0], side.mode[0]) == (-1, -1, -1, 0)
    assert not side.hours.any()


def test_the_same_id_twice_is_told_apart(cohort):
    for name in ("Ben Okoro", "Ben Adler"):
        make.applicant(cohort, name, external_key="0000000")
    assert len(set(build_pool(cohort, NOW).pool.mentees.ids.tolist())) == 2


def test_usual_times_are_hours_of_the_local_week():
    table = hours([["mon-early", "sun-evening"]])
    assert table[0].nonzero()[0].tolist() == [6, 7, 8, 161, 162, 163, 164]


@pytest.mark.parametrize(
    ("zone", "january", "july"),
    [("UTC", 0, 0), ("America/Toronto", -300, -240), ("Asia/Kathmandu", 345, 345)],
)
def test_offsets_follow_the_season(zone, january, july):
    assert (offset(zone, date(2026, 1, 15)), offset(zone, date(2026, 7, 15))) == (january, july)


def test_waiting_counts_the_rounds_without_a_match(cohort, people, cleo, kim):
    make.publish(make.approved_round(cohort, kim, cleo), cleo)
    people["sofia"].refresh_from_db()
    assert build_pool(cohort, timezone.now()).pool.mentees.waiting.tolist() == [1]


@pytest.mark.parametrize(
    ("said", "travels", "is_possible"),
    [
        ([], 200, False),
        ([("hamilton", " Burlington ", 20)], 30, True),
        ([("Burlington", "Hamilton", 20)], 10, False),
    ],
    ids=["nobody said how far", "near enough", "too far"],
)
def test_who_meets_in_person_travels_as_far_as_they_said(cohort, said, travels, is_possible):
    for one, other, km in said:
        PlaceDistance.objects.create(program=cohort.program, one=one, other=other, km=km)
    for role, place, km in (("mentee", "Burlington", travels), ("mentor", "Hamilton", None)):
        mine = make.applicant(cohort, f"A {role}", role, mode="in_person", travel_km=km)
        Profile.objects.filter(user=mine.person).update(place=place)
    pool = unpack_pool(pack_pool(build_pool(cohort, NOW).pool))
    assert bool((score(pool, Criteria({"practical": 1})).S >= 0).all()) is is_possible


def test_the_same_place_is_no_distance(program):
    with pytest.raises(ValidationError):
        PlaceDistance(program=program, one="Hamilton", other="hamilton ", km=3).full_clean()


def test_stored_people_come_back_as_they_were(cohort, people):
    pool = build_pool(cohort, NOW).pool
    again = unpack_pool(pack_pool(pool))
    for side in ("mentees", "mentors"):
        for name in (
            "ids",
            "person",
            "hours",
            "topics",
            "situations",
            "utc_offset",
            "employer",
            "max_travel",
        ):
            assert (getattr(getattr(pool, side), name) == getattr(getattr(again, side), name)).all()
    assert (pool.pairs, pool.capacity.tolist()) == (again.pairs, again.capacity.tolist())


def test_changes_since_a_draft_are_found(cohort, people):
    before = build_pool(cohort, NOW).fingerprints
    Application.objects.filter(pk=people["amina"].pk).update(version=3)
    Application.objects.filter(pk=people["ruth"].pk).update(state="withdrawn")
    new = make.applicant(cohort, "Eve Tal")
    since = changed_since(cohort, before)
    assert since == {"changed": {people["amina"].pk}, "gone": {people["ruth"].pk}, "new": {new.pk}}


def test_a_person_of_another_cohort_stays_there(cohort):
    make.applicant(factories.cohort(), "Ben Okoro")
    assert keys(build_pool(cohort, NOW)) == []


def test_the_migration_of_stored_pools_keeps_order_and_pairs():
    opaque = importlib.import_module("matching.migrations.0002_opaque_pool_keys").opaque
    facts = {
        "mentees.ids": ["a@x", "b@x"],
        "mentors.ids": ["b@x", "c@x"],
        "mentees.person": ["a@x", "b@x"],
        "mentors.person": ["b@x", "c@x"],
        "pairs": {"avoid": [["b@x", "c@x"]]},
        "mentee_wishes": [["a@x", "c@x", 1]],
        "mentor_wishes": [],
    }
    once = opaque(facts)
    assert "@" not in str(once)
    assert once["pairs"] == {"avoid": [["0000001", "0000001"]]}
    assert once["mentees.person"][1] == once["mentors.person"][0]
    assert opaque(dict(once)) == once
