"""Events of a program, in each state, made by the verbs."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from events import arranging, attendance, sign_ups
from events.models import Event, SignUp
from programs.models import Membership, Program

from . import factories


def draft(program: Program, *, by: User | None = None, days: int = 10, **fields: Any) -> Event:
    """A draft that begins so many days from now, at 18:00 by the clock of the program."""
    chair = by or chair_of(program)
    cohorts = fields.pop("cohorts", ())
    fields = {
        "kind": "kick_off",
        "titles": {"en": "Kick-off evening"},
        "on": timezone.localdate() + timedelta(days=days),
        "wall_time": time(18),
        "until": time(20),
        "place": "Room 4",
        "organiser": chair,
        **fields,
    }
    made = arranging.add(Event(program=program, **fields), by=chair)
    made.cohorts.set(cohorts)
    return made


def chair_of(program: Program) -> User:
    held = Membership.objects.filter(program=program, role="chair").select_related("user").first()
    return held.user if held else factories.member("Cleo Marsh", program=program)


def published(program: Program, *, by: User | None = None, **fields: Any) -> Event:
    made = draft(program, by=by, **fields)
    arranging.publish(made, by=by or chair_of(program))
    return made


def held(program: Program, people: tuple[User, ...], *, days: int = -3, **fields: Any) -> Event:
    """An event that is over, to which `people` came."""
    made = published(program, days=5, **fields)
    for person in people:
        sign_ups.sign_up(made, by=person)
    move_to(made, days)
    came = SignUp.objects.filter(event=made).values_list("pk", flat=True)
    attendance.record(made, by=made.organiser, attended=list(came))
    return made


def move_to(event: Event, days: int) -> None:
    """Put an event on another day without telling anyone, as if time had passed."""
    event.on = timezone.localdate() + timedelta(days=days)
    event.save()


def started(event: Event) -> datetime:
    return event.starts_at + timedelta(minutes=1)
