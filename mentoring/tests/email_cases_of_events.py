"""Cases of e-mails about events; see `email_scenarios`."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from events import arranging, attendance, sign_ups
from events.models import Event, SignUp
from testkit import events, factories

from .email_cases import ZONE, Case, Scenario, person, update


def _published(days: int = 10, **fields: object) -> tuple[Event, User]:
    """A published event, and Ben, whom it is for."""
    cohort = factories.cohort()
    factories.member("Cleo Marsh", program=cohort.program)
    ben = person("Ben Okoro")
    factories.application(ben, cohort)
    return events.published(cohort.program, days=days, **fields), ben


def invited() -> Case:
    return Case(*_published())


def signed_up(days: int = 10) -> Case:
    event, ben = _published(days)
    sign_ups.sign_up(event, by=ben)
    return Case(event, ben)


def cancelled() -> Case:
    case = signed_up()
    arranging.cancel(case.about, by=case.about.organiser, reason="The room is closed")
    return case


def moved() -> Case:
    case = signed_up()
    update(case, place="Room 5", sequence=1)
    return case


def soon() -> Case:
    return signed_up(days=5)


def attended() -> Case:
    case = signed_up()
    events.move_to(case.about, -1)
    came = list(SignUp.objects.values_list("pk", flat=True))
    attendance.record(case.about, by=case.about.organiser, attended=came)
    return case


def over() -> Case:
    event, _ben = _published()
    events.move_to(event, -1)
    User.objects.filter(pk=event.organiser_id).update(time_zone=ZONE)
    return Case(event, User.objects.get(pk=event.organiser_id))


def leave(case: Case) -> None:
    SignUp.objects.filter(event=case.about, person=case.to).update(state="left")


def answer(case: Case) -> None:
    SignUp.objects.filter(event=case.about).update(has_answered=True)


def call_off(case: Case) -> None:
    update(case, state="cancelled")


def let_pass(case: Case) -> None:
    update(case, starts_at=timezone.now() - timedelta(hours=1))


def record(case: Case) -> None:
    update(case, state="held", held_at=timezone.now())


EVENTS: dict[str, Scenario] = {
    "event-invitation": Scenario(
        invited,
        stop=lambda case: sign_ups.SignUp.objects.create(
            event=case.about, person=case.to, since=timezone.now()
        ),
        reason="event-signed-up",
    ),
    "event-signed-up": Scenario(signed_up, stop=leave, reason="event-not-signed-up"),
    "event-place": Scenario(signed_up, stop=leave, reason="event-not-signed-up"),
    "event-changed": Scenario(moved, stop=call_off, reason="event-cancelled"),
    "event-cancelled": Scenario(cancelled, stop=let_pass, reason="event-passed"),
    "event-reminder": Scenario(soon, stop=leave, reason="event-not-signed-up"),
    "event-feedback": Scenario(attended, stop=answer, reason="event-signed-up"),
    "event-attendance": Scenario(over, stop=record, reason="event-recorded"),
}
