"""An attacker in each role adds and subtracts all figures that they are shown.

No combination may rest on answers of a few people whom they can't read. What they saw before a
change of role counts as well.
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from checkins.answering import answer
from checkins.models import Answer, CheckIn, Wave
from checkins.results import publish_waves
from checkins.suppression import Knowledge, Source, shown_parts
from matches.models import Match
from programs.models import Membership
from testkit import checkins as make
from testkit import factories

from .attackers import (
    DAY,
    SMALLEST,
    Attacker,
    Group,
    carer_of,
    chair_with_a_conflict,
    computable,
    maintainer,
    member_in_a_pair,
    role_chair,
    role_reader,
    roles,
)

# --- the rules alone

SOURCES = st.builds(Source, st.integers(1, 9), st.integers(1, 30))
GROUPS = st.frozensets(SOURCES, max_size=20)


@given(st.lists(GROUPS, min_size=1, max_size=4), GROUPS, GROUPS, st.frozensets(st.integers(1, 9)))
def test_no_combination_of_shown_parts_leaves_a_few(groups, known, later, pair):
    """Whatever the reader knows, today or later, and whatever was hidden before."""
    seen: set[Source] = set()
    parts = {}
    for name, group in enumerate(groups):
        parts[str(name)] = group - seen
        seen |= group
    shown = shown_parts(parts, SMALLEST, reader=Knowledge((known, later), pair))
    if shown is None:
        return
    cells = [frozenset(seen), *(parts[name] for name in shown)]
    for knowledge in (known, later):
        assert list(computable(cells, knowledge, pair)) == []


# --- on the pages

pytestmark = pytest.mark.django_db


@roles
@pytest.mark.parametrize("pairs", [3, 5])
def test_no_role_computes_the_answers_of_a_few(role, pairs, program, as_user):
    group = Group(program, pairs)
    member = role(group)
    group.publish()
    assert Attacker(member, as_user).look().finds() == []


def test_a_chair_who_mentors_in_a_group_of_six_is_shown_no_figures(program, as_user):
    group = Group(program, 2)
    chair = factories.member(program=program, role="chair")
    group.add(chair)
    wave = group.publish()
    response = as_user(chair).get(reverse("admin:checkins_wave_change", args=[wave.pk]))
    shown = {row["figure"] for table in response.context["tables"] for row in table["rows"]}
    assert shown == {None}, "four named answers, their own, and that of their mentee make six"
    assert "percent" not in response.content.decode().split("rounded to", 1)[1].split(".", 1)[1]


@pytest.mark.parametrize("before", ["reader", "matcher", "carer"])
def test_a_member_in_a_pair_learns_nothing_by_becoming_the_chair(before, program, as_user):
    group = Group(program, 7)
    member = factories.member(program=program, role=before)
    group.add(member)
    group.publish()
    attacker = Attacker(member, as_user).look()
    Membership.objects.create(user=member, program=program, role="chair")
    assert attacker.look().finds() == []


@pytest.mark.parametrize("known", [1, 2, 3])
def test_a_carer_learns_nothing_by_handing_over(known, program, as_user):
    group = Group(program, 3)
    carer = carer_of(known)(group)
    group.publish()
    attacker = Attacker(carer, as_user).look()
    Match.objects.update(carer=factories.member(program=program, role="carer"))
    assert attacker.look().finds() == []


def test_a_chair_who_becomes_a_reader_learns_nothing(program, as_user):
    group = Group(program, 3)
    chair = role_chair(group)
    Membership.objects.create(user=chair, program=program, role="reader")
    group.publish()
    attacker = Attacker(chair, as_user).look()
    Membership.objects.filter(user=chair, role="chair").update(until=timezone.localdate())
    assert attacker.look().finds() == []


def test_erasing_someone_shows_no_more(program, as_user):
    group = Group(program, 5)
    chair = factories.member(program=program, role="chair")
    mentee = group.add(chair)
    group.publish()
    attacker = Attacker(chair, as_user).look()
    Answer.system.filter(checkin__person=mentee).delete()
    assert attacker.look().finds() == []


def test_a_smaller_limit_shows_no_more_of_published_results(program, as_user):
    group = Group(program, 2)
    reader = role_reader(group)
    group.publish()
    program.policy.small_group = 3
    program.policy.save()
    assert Attacker(reader, as_user).look().cells == Attacker(reader, as_user).look().cells
    assert Attacker(reader, as_user).look().finds() == []


def test_three_mentees_of_one_mentor_are_no_group_of_three_mentors(program, as_user):
    """Groups count people, not answers."""
    cohort = factories.cohort(program=program)
    mentor = factories.person()
    busy = factories.application(mentor, cohort, "mentor", capacity=5)
    at = timezone.now() - 90 * DAY
    for _n in range(5):
        mentee = factories.application(factories.person(), cohort)
        match = Match.objects.create(mentee=mentee, mentor=busy)
        for person in match.people:
            make.answered(match, person, at=at)
    publish_waves(timezone.now())
    mentors = {table["parts"]["mentor"] is None for table in Wave.objects.get().figures}
    assert mentors == {True}, "five answers of one person"


# --- what is safe is shown


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        (role_reader, {"useful", "rhythm"}),
        (carer_of(2), {"useful", "rhythm"}),
        (role_chair, {"useful", "rhythm"}),
        (maintainer, {"useful", "rhythm"}),
        (member_in_a_pair("chair", "mentor"), {"rhythm"}),
        (chair_with_a_conflict, {"rhythm"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_large_group_is_shown(role, shown, program, as_user):
    group = Group(program, 7)
    member = role(group)
    wave = group.publish()
    response = as_user(member).get(reverse("admin:checkins_wave_change", args=[wave.pk]))
    tables = response.context["tables"]
    assert {table["question"].code for table in tables if table["rows"][0]["figure"]} == shown


def test_a_wave_waits_until_no_answer_can_change(program):
    group = Group(program, 3)
    at = timezone.now().replace(day=1) - DAY  # the last day of a month
    for match in group.matches:
        for person in match.people:
            make.answered(match, person, at=at)
    publish_waves(at + 2 * DAY)
    assert not Wave.objects.exists()
    checkin = CheckIn.objects.earliest("pk")
    answer(checkin, by=checkin.person, answers={"useful": "1", "rhythm": "less"}, at=at + 3 * DAY)
    publish_waves(at + 15 * DAY)
    assert Wave.objects.get().answered == 6


def test_a_page_costs_the_same_for_more_pairs(program, as_user):
    costs = []
    for pairs in (3, 8):
        group = Group(factories.program(), pairs)
        client = as_user(member_in_a_pair("chair", "mentor")(group))
        wave = group.publish()
        url = reverse("admin:checkins_wave_change", args=[wave.pk])
        client.get(url)  # reads what is cached
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        costs.append(len(queries))
    assert costs[0] == costs[1]
