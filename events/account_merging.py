"""What merging accounts does to events: one person has one sign-up and one place."""

from __future__ import annotations

from datetime import datetime

from accounts.merge_rules import BY_STEP, MOVES, Accounts, register
from workflow.states import move

from .models import Event, SignUp

ORDER = (SignUp.State.LEFT, SignUp.State.WAITING, SignUp.State.GOING)


def join_sign_ups(accounts: Accounts) -> None:
    """Of two sign-ups for an event keep what gives more: a place, that one came and has answered.

    A place that comes free thereby goes to the waiting list, as one that is lost (`reconcilers`).
    """
    theirs = SignUp.objects.filter(person=accounts.other)
    doubled = SignUp.objects.filter(person=accounts.kept, event__in=theirs.values("event"))
    events = Event.objects.filter(pk__in=[*doubled.values_list("event", flat=True)])
    list(events.select_for_update(no_key=True).order_by("pk"))  # as `event_lock`
    others = {row.event_id: row for row in theirs.filter(event__in=events)}
    for kept in doubled.order_by("event"):
        _join(kept, others[kept.event_id], at=accounts.at)
    SignUp.objects.filter(person=accounts.other).update(person=accounts.kept)


def _join(kept: SignUp, other: SignUp, *, at: datetime) -> None:
    better = max(kept, other, key=lambda row: ORDER.index(SignUp.State(row.state)))
    turns = max(kept.turns, other.turns)
    if better.state != kept.state:
        move(kept, better.state, by=None, at=at, since=better.since, turns=turns)
    kept.turns = turns
    kept.has_attended = _came(kept.has_attended, other.has_attended)
    kept.has_answered = kept.has_answered or other.has_answered
    other.delete()
    kept.save()


def _came(one: bool | None, other: bool | None) -> bool | None:
    known = [value for value in (one, other) if value is not None]
    return any(known) if known else None


register(
    "events",
    {"Event": {"organiser": MOVES}, "SignUp": {"person": BY_STEP}},
    before=join_sign_ups,
)
