"""The check-in plan: who is asked what, and when. `plan` makes it true from the facts, about once a minute.

Fit check: once, after the second meeting or some days after the introduction. Pulse: some days after the introduction, then
at regular distances. Every check-in is a row with an ordinal, so running twice plans nothing twice, and a stop is caught up:
what is late opens late, unless the next one of its kind is due as well; then the older one lapses and nobody is asked twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from access.exceptions import ActionNotAllowed
from agreements.reminders import Debts, turn_at
from matches.models import Match
from meetings.models import Meeting
from notifications.reconcilers import reconciler
from programs.models import Policy, Program
from workflow.states import move

from . import concerns, results
from .models import CheckIn, Survey
from .seeds import seed_surveys

State = CheckIn.State
MEETINGS_BEFORE_FIT_CHECK = 2
MAIL = {CheckIn.Kind.FIT: "checkin-fit", CheckIn.Kind.PULSE: "checkin-pulse"}


@reconciler
def plan(at: datetime) -> None:
    cancel_of_ended_matches(at)
    new = [checkin for match in running_matches(at) for checkin in plan_match(match, at)]
    CheckIn.objects.bulk_create(new, ignore_conflicts=True)  # another planner may have been faster
    open_due(at)
    lapse_over(at)
    remind(at)
    concerns.raise_about_silence(at)
    concerns.escalate(at)
    results.publish_waves(at)


def running_matches(at: datetime) -> QuerySet[Match]:
    held = Meeting.objects.held().order_by("starts_at")
    found = Match.objects.open().filter(introduced_at__lte=at).with_people()
    return found.select_related("mentee__cohort__program__policy").prefetch_related(
        Prefetch("meetings", queryset=held, to_attr="held_meetings"), "checkins"
    )


def plan_match(match: Match, at: datetime) -> Iterator[CheckIn]:
    """The rows of one match that are due or next and not there yet; a waiting fit check is brought forward when they
    have met twice."""
    known = {(row.person_id, row.kind, row.ordinal): row for row in match.checkins.all()}
    for kind, ordinal, opens_at in wanted(match, at):
        for person in match.people:
            row = known.get((person.pk, kind, ordinal))
            if row is None:
                yield CheckIn(
                    match=match, person=person, kind=kind, ordinal=ordinal, opens_at=opens_at
                )
            elif row.state == State.SCHEDULED and row.opens_at != opens_at:
                CheckIn.objects.filter(pk=row.pk, state=State.SCHEDULED).update(opens_at=opens_at)


def wanted(match: Match, at: datetime) -> Iterator[tuple[str, int, datetime]]:
    """(kind, ordinal, moment) of every check-in up to the first one of each kind that is still to come."""
    policy = match.program.policy
    yield CheckIn.Kind.FIT, 1, _fit_check_at(match, policy)
    for ordinal in range(1, 1000):
        opens_at = pulse_at(match, ordinal, policy)
        yield CheckIn.Kind.PULSE, ordinal, opens_at
        if opens_at > at:
            return


def pulse_at(match: Match, ordinal: int, policy: Policy) -> datetime:
    return match.introduced_at + timedelta(
        days=policy.pulse_first_days + (ordinal - 1) * policy.pulse_every_days
    )


def _fit_check_at(match: Match, policy: Policy) -> datetime:
    latest = match.introduced_at + timedelta(days=policy.fit_check_days)
    met = [
        meeting.starts_at + timedelta(minutes=meeting.minutes) for meeting in match.held_meetings
    ]
    return (
        min(latest, met[MEETINGS_BEFORE_FIT_CHECK - 1])
        if len(met) >= MEETINGS_BEFORE_FIT_CHECK
        else latest
    )


def with_everything(rows: QuerySet[CheckIn]) -> QuerySet[CheckIn]:
    match = (
        "match__carer",
        "match__mentee__person",
        "match__mentor__person",
        "match__mentee__cohort__program__policy",
    )
    return rows.select_related("person", "survey", *match)


def open_due(at: datetime) -> None:
    """Ask what is due. Of two of a kind that are due for one person only the newer one is asked."""
    due = list(
        with_everything(CheckIn.objects.due(at).filter(match__in=Match.objects.open())).order_by(
            "-ordinal"
        )
    )
    survey_of = cache(survey_for)
    newest: set[tuple[int, int, str]] = set()
    for checkin in due:
        key = (checkin.match_id, checkin.person_id, checkin.kind)
        if key in newest:
            _move(checkin, State.LAPSED, at, why="the next one was due already")
            continue
        newest.add(key)
        survey = survey_of(checkin.kind, checkin.program)
        if survey is not None:
            _open(checkin, survey, at)


def survey_for(kind: str, program: Program) -> Survey | None:
    """What is asked today; None where the committee has retired the survey. A new installation gets ours."""
    seed_surveys()
    return Survey.objects.current(kind, program)


@transaction.atomic
def _open(checkin: CheckIn, survey: Survey, at: datetime) -> None:
    policy = checkin.program.policy
    closes_at = at + timedelta(days=policy.checkin_lapses_days)
    due_at = at + timedelta(days=policy.reminder_second_days)
    if _move(
        checkin, State.OPEN, at, survey=survey, opened_at=at, due_at=due_at, closes_at=closes_at
    ):
        _owe(checkin, Debts([], []), at)


def _move(checkin: CheckIn, to: str, at: datetime, *, why: str = "", **changes: Any) -> bool:
    """Move by the program itself; another planner, or the person, may have been faster, and that is fine."""
    try:
        move(checkin, to, by=None, at=at, why=why, **changes)
    except ActionNotAllowed:
        return False
    return True


def lapse_over(at: datetime) -> None:
    for checkin in CheckIn.objects.open().filter(closes_at__lte=at):
        _move(checkin, State.LAPSED, at)


def cancel_of_ended_matches(at: datetime) -> None:
    ended = CheckIn.objects.filter(
        state__in=[State.SCHEDULED, State.OPEN], match__state=Match.State.CLOSED
    )
    for checkin in ended:
        _move(checkin, State.CANCELLED, at, why="the match has ended")


def remind(at: datetime) -> None:
    rows = list(with_everything(CheckIn.objects.open().filter(closes_at__gt=at)))
    debts = Debts(MAIL.values(), rows)
    for checkin in rows:
        _owe(checkin, debts, at)


def _owe(checkin: CheckIn, debts: Debts, at: datetime) -> None:
    policy = checkin.program.policy
    days = (policy.reminder_first_days, policy.reminder_second_days)
    last = policy.checkin_lapses_days - policy.reminder_second_days
    turn = turn_at(at, since=checkin.opened_at or at, reminders=days, last_days=last)
    if turn is not None:
        mail = MAIL[CheckIn.Kind(checkin.kind)]
        debts.enqueue(
            mail,
            to=checkin.person,
            about=checkin,
            ordinal=turn.ordinal,
            expires_at=turn.expires_at,
            at=at,
        )
