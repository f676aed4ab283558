"""Two people act on one event at the same second, by real connections: nothing is lost."""

from functools import partial

import pytest

from events import arranging, sign_ups
from events.models import Event, SignUp
from notifications.models import Notification
from testkit import events, factories
from testkit.concurrency import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
ROUNDS = 8


@pytest.fixture
def people(cohort):
    made = [factories.person(f"Guest {number}") for number in range(4)]
    for person in made:
        factories.application(person, cohort)
    return made


def act(verb, event, **kwargs):
    return partial(verb, Event.objects.select_related("program").get(pk=event.pk), **kwargs)


def states(event):
    return sorted(SignUp.objects.filter(event=event).values_list("state", flat=True))


def test_the_last_place_goes_to_one(program, cleo, people):
    for number in range(ROUNDS):
        event = events.published(program, by=cleo, places=1, days=5 + number)
        done = at_once(*(act(sign_ups.sign_up, event, by=person) for person in people[:3]))
        assert done == [0, 1, 2]
        assert states(event) == ["going", "waiting", "waiting"]


def test_the_same_person_twice_is_one_sign_up(program, cleo, people):
    for number in range(ROUNDS):
        event = events.published(program, by=cleo, days=5 + number)
        at_once(*(act(sign_ups.sign_up, event, by=people[0]) for _time in range(2)))
        assert states(event) == ["going"]


def test_two_places_come_free_and_two_people_get_them(program, cleo, people):
    for number in range(ROUNDS):
        event = events.published(program, by=cleo, places=2, days=5 + number)
        for person in people:
            sign_ups.sign_up(event, by=person)
        at_once(*(act(sign_ups.leave, event, by=person) for person in people[:2]))
        assert states(event) == ["going", "going", "left", "left"]
        told = Notification.system.filter(kind="event-place", about_id=event.pk)
        assert {row.recipient_id for row in told} == {person.pk for person in people[2:]}


def test_someone_leaves_while_it_is_cancelled(program, cleo, people):
    for number in range(ROUNDS):
        event = events.published(program, by=cleo, places=1, days=5 + number)
        for person in people[:2]:
            sign_ups.sign_up(event, by=person)
        at_once(
            act(sign_ups.leave, event, by=people[0]),
            act(arranging.cancel, event, by=cleo, reason="No room"),
        )
        event.refresh_from_db()
        assert event.state == "cancelled"
        assert SignUp.objects.filter(event=event).going().count() <= 1
