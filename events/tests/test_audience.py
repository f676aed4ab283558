"""For whom an event is: the three forms of the rule say the same for everybody."""

import itertools

import pytest

from events.audience import events_for, people_of
from events.models import Event, SignUp
from events.sign_ups import not_for_any_more
from matches import endings
from matches.models import Closure, Match
from testkit import events, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(program, cohort, cleo, dan):
    """Someone in each situation."""
    other = factories.cohort(program=program)
    made = {name: factories.person(f"{name.title()} X") for name in (
        "mentee", "mentor", "accepted", "waitlisted", "sent", "draft", "withdrawn", "ended",
        "again", "mistaken", "closed", "elsewhere", "later",
    )}  # fmt: skip
    match = factories.match(made["mentee"], made["mentor"], cohort)
    ended = factories.match(made["ended"], factories.person("Old Mentor"), cohort)
    endings.end(ended, by=made["ended"], kind=Match.Closed.BY_CHOICE)
    # Her pair ended, and she is in another one of the next cohort.
    twice = factories.match(made["again"], factories.person("Other Mentor"), cohort)
    endings.end(twice, by=made["again"], kind=Match.Closed.BY_CHOICE)
    factories.match(made["again"], factories.person("New Mentor"), other)
    wrong = factories.match(made["mistaken"], factories.person("Wrong Mentor"), cohort)
    endings.end(wrong, by=cleo, kind=Match.Closed.IN_ERROR, cause=Closure.Cause.MISTAKE)
    for name, state in (("accepted", "accepted"), ("waitlisted", "waitlisted"),
                        ("sent", "submitted"), ("draft", "draft"), ("withdrawn", "withdrawn"),
                        ("closed", "accepted")):  # fmt: skip
        factories.application(made[name], cohort, state=state)
    factories.application(made["later"], other)
    factories.application(made["elsewhere"], factories.cohort())
    type(cleo).objects.filter(pk=made["closed"].pk).update(is_active=False)
    assert match.state == "introduced"
    return {**made, "cleo": cleo, "dan": dan}


def names(program, people, **fields):
    event = events.published(program, by=people["cleo"], **fields)
    found = set(people_of(event))
    return {name for name, person in people.items() if person in found}


EXPECTED = {
    ("accepted", False): {"mentee", "mentor", "accepted", "again", "mistaken", "later"},
    ("pairs", False): {"mentee", "mentor", "again"},
    ("pairs", True): {"mentee", "mentor", "again", "ended"},
}


@pytest.mark.parametrize(("audience", "includes_ended"), EXPECTED)
def test_who_is_in_the_audience(audience, includes_ended, program, people):
    fields = {"audience": audience, "includes_ended": includes_ended}
    assert names(program, people, **fields) == EXPECTED[audience, includes_ended]


def test_everyone_is_also_who_has_only_applied_and_the_committee(program, people):
    found = names(program, people, audience="everyone")
    assert found == EXPECTED["accepted", False] | {"sent", "waitlisted", "cleo"}


def test_the_three_forms_agree(program, cohort, people):
    chair = people["cleo"]
    for audience, role, ended, chosen in itertools.product(
        Event.Audience.values, ("", "mentee", "mentor"), (False, True), ((), (cohort,))
    ):
        event = events.published(
            program, by=chair, audience=audience, role=role, includes_ended=ended, cohorts=chosen
        )
        people_now = set(people_of(event))
        for person in people.values():
            SignUp.objects.create(event=event, person=person, since=event.published_at)
        lost = not_for_any_more(Event.objects.filter(pk=event.pk)).values_list("person", flat=True)
        assert set(lost) == {one.pk for one in people.values() if one not in people_now}
        for name, person in people.items():
            person.refresh_from_db()
            is_for = Event.objects.filter(events_for(person), pk=event.pk).exists()
            assert is_for == (person in people_now), (name, audience, role, ended, chosen)


def test_a_draft_and_an_event_of_others_are_not_seen(program, people):
    draft = events.draft(program, by=people["cleo"])
    only_mentors = events.published(program, by=people["cleo"], role="mentor")
    rows = Event.objects
    assert not rows.for_participant(people["mentee"]).exists()
    assert set(rows.for_participant(people["mentor"])) == {only_mentors}
    assert set(rows.visible_to(people["cleo"])) == {draft, only_mentors}
    assert not rows.visible_to(people["dan"]).exists()
