"""Events: an evening that was, a circle with a waiting list, and a session that counts."""

from __future__ import annotations

from datetime import time

from accounts.models import User
from events import arranging, attendance, feedback, reconcilers, sign_ups
from events.audience import people_of
from events.models import Event, SignUp

from .setup import DemoCohort

CAME, ASKED_AGAIN = 9, 7  # people of the past event: who signed up, and how many answered
CIRCLE_PLACES, WANT_A_PLACE = 4, 6
CAME_TO_SESSION = 2


def add_events(demo: DemoCohort) -> None:
    """Add one event of the past with attendance and answers, and one that is still to come."""
    today = demo.calendar.today
    _half_way_evening(demo, day=today - 40)
    _circle(demo, day=today + 12)


def free_lost_places(demo: DemoCohort) -> None:
    """Free the places of people whose pair has ended since they signed up, as the worker does."""
    reconcilers.free_lost(demo.calendar.now)


def hold_orientation_session(demo: DemoCohort, *, day: int) -> None:
    """Let two accepted mentors come to a session, which counts as their orientation."""
    calendar = demo.calendar
    policy = demo.program.policy
    policy.orientation_session_counts = True
    policy.save(update_fields=["orientation_session_counts"])
    event = Event(
        program=demo.program,
        kind=Event.Kind.ORIENTATION,
        titles={"en": "Evening for new buddies", "fr": "Soirée des bénévoles d'accueil"},
        descriptions={
            "en": "What we promise each other, and an hour for your questions.",
            "fr": "Ce que nous nous promettons, et une heure pour vos questions.",
        },
        on=calendar.on(day),
        wall_time=time(18),
        until=time(19, 30),
        place="Maple Grove Hospital, room of the volunteers",
        audience=Event.Audience.ACCEPTED,
        role="mentor",
        organiser=demo.chair,
    )
    _publish(demo, event, day=day - 1)
    for person in _some_people(event, CAME_TO_SESSION):
        sign_ups.sign_up(event, by=person, at=calendar.at(day - 1, hour=20))
    came = SignUp.objects.filter(event=event).values_list("pk", flat=True)
    attendance.record(event, by=demo.chair, attended=list(came), at=calendar.at(day + 1))


def _publish(demo: DemoCohort, event: Event, *, day: float) -> None:
    at = demo.calendar.at(day)
    arranging.add(event, by=demo.chair, at=at)
    arranging.publish(event, by=demo.chair, at=at)


def _some_people(event: Event, count: int) -> list[User]:
    return list(people_of(event).order_by("name", "pk")[:count])


def _half_way_evening(demo: DemoCohort, *, day: int) -> None:
    calendar = demo.calendar
    event = Event(
        program=demo.program,
        kind=Event.Kind.MIDTERM,
        titles={"en": "Half-way evening", "fr": "Soirée de mi-parcours"},
        descriptions={
            "en": "Meet the other pairs, and hear what three of them have tried.",
            "fr": "Rencontrez les autres duos, et écoutez ce que trois d'entre eux ont essayé.",
        },
        on=calendar.on(day),
        wall_time=time(17, 30),
        until=time(19, 30),
        place="Chapter office, room 4",
        audience=Event.Audience.PAIRS,
        organiser=demo.chair,
    )
    _publish(demo, event, day=day - 21)
    people = _some_people(event, CAME)
    for place, person in enumerate(people):
        sign_ups.sign_up(event, by=person, at=calendar.at(day - 18 + place))
    rows = SignUp.objects.filter(event=event).exclude(person=people[-1])
    came = [row.pk for row in rows]
    at = calendar.at(day + 1)
    attendance.record(event, by=demo.chair, attended=came, at=at)
    for place, person in enumerate(people[:ASKED_AGAIN]):
        worth, length = (5, 4, 4)[place % 3], ("right", "short")[place % 2]
        better = "More time in small groups." if place == 1 else ""
        feedback.answer(event, by=person, worth=worth, length=length, better=better, at=at)


def _circle(demo: DemoCohort, *, day: int) -> None:
    today = demo.calendar.today
    event = Event(
        program=demo.program,
        kind=Event.Kind.CIRCLE,
        titles={
            "en": "Mentors' circle: asking, not telling",
            "fr": "Cercle de mentors : demander au lieu de dire",
        },
        descriptions={
            "en": "An hour among mentors: one question each, no advice.",
            "fr": "Une heure entre mentors : une question par personne, aucun conseil.",
        },
        on=demo.calendar.on(day),
        wall_time=time(12),
        until=time(13),
        link="https://meet.example.org/circle",
        role="mentor",
        places=CIRCLE_PLACES,
        organiser=demo.chair,
    )
    _publish(demo, event, day=today - 3)
    for place, person in enumerate(_some_people(event, WANT_A_PLACE)):
        sign_ups.sign_up(event, by=person, at=demo.calendar.at(today - 2 + place / 10))
