"""Who belongs to a group, for which member."""

from datetime import UTC, datetime

import pytest

from announcements.group_members import belongs, find_group
from announcements.models import SavedGroup, Situation
from notifications import preferences
from programs.models import Conflict
from testkit import factories

AT = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
ALL = [one.value for one in Situation]

pytestmark = pytest.mark.django_db


@pytest.fixture
def names(program, cleo):
    def names(*situations, author=cleo, **fields):
        chosen = SavedGroup(program=program, situations=list(situations), **fields)
        return {person.name for person in find_group(chosen, author=author, at=AT).people}

    return names


@pytest.fixture
def everyone(cohort):
    """One person or pair in each situation; the name says which."""
    for state, name in (
        ("draft", "Draft"),
        ("submitted", "Applied"),
        ("waitlisted", "Waiting"),
        ("declined", "Declined"),
        ("withdrawn", "Withdrawn"),
        ("accepted", "Accepted"),
    ):
        factories.application(factories.person(name), cohort, state=state)
    closed = {"closed_at": AT, "closed_kind": "completed"}
    return {
        name: factories.match(
            factories.person(f"{name} mentee"),
            factories.person(f"{name} mentor"),
            cohort,
            state=state,
            **(closed if state == "closed" else {}),
        )
        for state, name in (
            ("introduced", "New"),
            ("active", "Active"),
            ("closing", "Closing"),
            ("closed", "Ended"),
        )
    }


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        ("applied", {"Applied"}),
        ("waiting", {"Waiting"}),
        ("unmatched", {"Accepted"}),
        ("unsigned", {"New mentee", "New mentor"}),
        ("meeting", {"Active mentee", "Active mentor"}),
        ("closing", {"Closing mentee", "Closing mentor"}),
        ("ended", {"Ended mentee", "Ended mentor"}),
    ],
)
def test_each_situation_has_its_people(everyone, names, situation, expected):
    assert names(situation) == expected


def test_situations_add_up_and_drafts_declined_and_withdrawn_are_in_none(everyone, names):
    found = names(*ALL)
    assert len(found) == 11
    assert not found & {"Draft", "Declined", "Withdrawn"}
    assert names() == set()


def test_role_and_cohort_narrow_it(everyone, names, program):
    other = factories.cohort(program=program)
    factories.application(factories.person("Later"), other)
    assert names(*ALL, role="mentor") == {
        "New mentor", "Active mentor", "Closing mentor", "Ended mentor",
    }  # fmt: skip
    assert names(*ALL, cohort=other) == {"Later"}


def test_someone_of_two_situations_is_there_once(cohort, names, program, cleo):
    person = factories.person("Both")
    factories.application(person, cohort, "mentee")
    factories.application(person, cohort, "mentor", state="submitted")
    chosen = SavedGroup(program=program, situations=ALL)
    assert [one.name for one in find_group(chosen, author=cleo, at=AT).people] == ["Both"]


def test_no_one_of_another_program(names):
    factories.application(factories.person("Elsewhere"), factories.cohort())
    assert names(*ALL) == set()


def test_the_author_is_left_out(cohort, names, cleo):
    factories.application(cleo, cohort)
    assert names(*ALL) == set()


def test_a_conflict_hides_the_person_and_the_pair(everyone, names, cleo):
    match = everyone["Active"]
    Conflict.objects.create(member=cleo, person=match.mentor.person)
    assert names("meeting") == set()
    # Their partner is in a hidden pair: nobody takes them for someone without a mentor.
    assert "Active mentee" not in names("unmatched", "ended")
    assert names(*ALL) == {
        "Applied", "Waiting", "Accepted", "New mentee", "New mentor",
        "Closing mentee", "Closing mentor", "Ended mentee", "Ended mentor",
    }  # fmt: skip


def test_a_carer_reaches_the_people_in_their_care(everyone, names, program):
    carer = factories.member(program=program, role="carer")
    assert names(*ALL, author=carer) == set()
    match = everyone["Active"]
    match.carer = carer
    match.save()
    assert names(*ALL, author=carer) == {"Active mentee", "Active mentor"}


@pytest.mark.parametrize("role", ["reader", "matcher"])
def test_other_roles_reach_no_one(everyone, names, program, role):
    assert names(*ALL, author=factories.member(program=program, role=role)) == set()


def test_a_chair_of_another_program_reaches_no_one(everyone, names):
    assert names(*ALL, author=factories.member(program=factories.program())) == set()


@pytest.mark.parametrize(("count", "shown"), [(0, None), (1, None), (4, None), (5, 5)])
def test_muted_are_counted_unless_they_are_few(cohort, program, cleo, count, shown):
    missing = factories.person("Missing")
    for person in (missing, factories.person("Reached")):
        factories.application(person, cohort)
    for _number in range(count):
        muted = factories.person()
        factories.application(muted, cohort)
        preferences.mute(muted, "news", at=AT)
    type(missing).objects.filter(pk=missing.pk).update(email="x@no-address.invalid")
    group = find_group(SavedGroup(program=program, situations=ALL), author=cleo, at=AT)
    assert [one.name for one in group.people] == ["Reached"]
    assert (group.muted, group.without_address) == (shown, 1)
    assert (group.by_zone, group.by_language) == ({"UTC": 1}, {"en": 1})


def test_belongs_says_it_of_one_person(cohort, program, cleo):
    application = factories.application(factories.person(), cohort)
    chosen = SavedGroup(program=program, situations=["unmatched"])
    assert belongs(chosen, application.person, author=cleo)
    type(application).objects.filter(pk=application.pk).update(state="withdrawn")
    assert not belongs(chosen, application.person, author=cleo)


def test_a_group_takes_as_many_queries_for_many_as_for_one(
    cohort, program, cleo, django_assert_num_queries
):
    chosen = SavedGroup(program=program, situations=ALL)
    for count in (1, 5):
        for _ in range(count):
            factories.application(factories.person(), cohort)
        with django_assert_num_queries(QUERIES):
            find_group(chosen, author=cleo, at=AT)


QUERIES = 10
