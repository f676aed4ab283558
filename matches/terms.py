"""The end of a term: it comes by itself, is announced, and never passes in silence.

1. Some time before the end (`Policy.end_notice_days`), and again after half of that, both are asked
   to plan their closing talk, unless it is booked. With the second e-mail the pair is *closing*.
2. On the last day, and once more after that, both are asked to close the pair or to go on.
3. A month after the last day the pair is closed as completed, and its carer is asked to talk with
   both.
4. Days are those of the program's calendar. A longer term, signed by both, starts all of it again.
5. A pause makes the last day later by its days, and nothing of this happens while it goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from access.bounded import found_in
from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications.models import Notification
from notifications.outbox import cancel_about, emails_to, enqueue
from notifications.reconcilers import reconciler
from programs.models import Policy
from programs.models.programs_by import programs_by
from workflow.states import move

from . import endings
from .closing_plan import talk_is_booked
from .ending_texts import TALK_BOOKED, TERM_CHANGED
from .models import Closure, Match, MatchQuerySet, Pause, not_paused
from .pair_clock import days_rested, later

State = Match.State
REMIND_AFTER_DAYS = 12  # after the last day
CLOSE_AFTER_DAYS = 30
ENDS_SOON, IS_OVER = "match-ends-soon", "match-term-over"


def closing_days(policy: Policy) -> int:
    """Return how many days before the last day a pair is closing."""
    return policy.end_notice_days // 2


def notices(notice_days: int) -> list[tuple[int, str]]:
    """Return (days after the last day, kind of e-mail) of each notice; days before are negative."""
    return [
        (-notice_days, ENDS_SOON),
        (-(notice_days // 2), ENDS_SOON),
        (0, IS_OVER),
        (REMIND_AFTER_DAYS, IS_OVER),
    ]


def closes_on(match: Match) -> date | None:
    """Return the day on which a pair is closed if no one does so; None before it has a last day.

    A pair that the committee has reopened has as long as one whose term has just ended.
    """
    if match.ends_on is None:
        return None
    reopened_at = Closure.objects.filter(match=match).aggregate(last=Max("reopened_at"))["last"]
    begins = max(match.ends_on, today_of(match, reopened_at)) if reopened_at else match.ends_on
    return begins + timedelta(days=CLOSE_AFTER_DAYS)


def term_day(match: Match, months: int) -> date | None:
    """Return the day on which `months` of the term have passed; None before it has begun.

    Pauses until then do not count.
    """
    if match.active_at is None:
        return None
    wait = match.active_at + relativedelta(months=months) - match.active_at
    pauses = list(Pause.objects.filter(match=match))
    return today_of(match, later(match.active_at, wait, pauses))


def near_from(match: Match, ends_on: date) -> date:
    """Return the day from which a pair whose last day is `ends_on` is closing."""
    return ends_on - timedelta(days=closing_days(match.program.policy))


def today_of(match: Match, at: datetime) -> date:
    """Return the day at `at` on the program's calendar."""
    return timezone.localdate(at, ZoneInfo(match.program.time_zone))


@transaction.atomic
def set_term(match: Match, ends_on: date, *, by: User | None, at: datetime) -> None:
    """Let the term of `match` end on `ends_on`, because an agreement came into force.

    Days on which the pair is paused are added to it.

    An introduced pair becomes active, a closing one active again if the end is no longer near.
    Raises ActionNotAllowed when the pair has ended.
    """
    rows = Match.objects.filter(pk=match.pk)
    now = (
        rows.order_by("pk")
        .select_for_update(no_key=True)
        .values("state", "active_at", "ends_on")[0]
    )
    for name, value in now.items():
        setattr(match, name, value)
    if match.state == State.CLOSED:
        raise ActionNotAllowed(endings.ENDED_ALREADY)
    begun = today_of(match, match.active_at or at)
    paused_days = days_rested(begun, Pause.objects.filter(match=match))
    ends_on += timedelta(days=paused_days)
    agreed_on = today_of(match, at)
    if match.state == State.INTRODUCED:
        move(
            match,
            State.ACTIVE,
            by=by,
            at=at,
            active_at=at,
            ends_on=ends_on,
            paused_days=paused_days,
            term_agreed_on=agreed_on,
        )
        return
    if match.ends_on == ends_on:
        return
    if match.state == State.CLOSING and today_of(match, at) < near_from(match, ends_on):
        move(match, State.ACTIVE, by=by, at=at, why="a longer term")
    rows.update(ends_on=ends_on, paused_days=paused_days, term_agreed_on=agreed_on, end_notices=0)
    match.ends_on, match.paused_days, match.end_notices = ends_on, paused_days, 0
    cancel_about(match, why=TERM_CHANGED, at=at, kinds=(ENDS_SOON, IS_OVER))


@transaction.atomic
def take_back_term(match: Match, *, by: User, at: datetime) -> None:
    """Let `match` be introduced again, because what began its term does not count.

    Does nothing for a match that is introduced. Raises ActionNotAllowed when it has ended.
    """
    rows = Match.objects.filter(pk=match.pk)
    match.state = (
        rows.order_by("pk").select_for_update(no_key=True).values_list("state", flat=True)[0]
    )
    if match.state == State.CLOSED:
        raise ActionNotAllowed(endings.ENDED_ALREADY)
    if match.state == State.INTRODUCED:
        return
    move(
        match,
        State.INTRODUCED,
        by=by,
        at=at,
        active_at=None,
        ends_on=None,
        paused_days=0,
        term_agreed_on=None,
        end_notices=0,
        why="no agreement in force",
    )
    cancel_about(match, why=TERM_CHANGED, at=at, kinds=(ENDS_SOON, IS_OVER))


@reconciler
def follow_terms(at: datetime) -> None:
    """Announce ends, begin to close, and close what is long over. Running it twice does nothing."""
    for (days,), theirs in programs_by("end_notice_days").items():
        running = Match.objects.filter(not_paused(at), theirs("mentee__cohort__program"))
        for match in _loaded(running.filter(_may_be_announced(days, at))):
            announce(match, at)
        near = running.filter(state=State.ACTIVE, ends_on__lte=_last(at, days // 2))
        for match in _loaded(near):
            begin_to_close(match, at)
    ended_by = _last(at, -CLOSE_AFTER_DAYS)
    overdue = Match.objects.filter(not_paused(at), state=State.CLOSING, ends_on__lte=ended_by)
    reopened = Q(closures__reopened_at__gt=at - timedelta(days=CLOSE_AFTER_DAYS))
    for match in _loaded(overdue.exclude(reopened)):
        close_overdue(match, at)


def _last(at: datetime, days: int) -> date:
    """Return the last day on which it can be so far: some calendar is a day ahead of UTC."""
    return at.date() + timedelta(days=days + 1)


def _loaded(matches: MatchQuerySet) -> Iterable[Match]:
    related = ("mentee__person", "mentor__person", "carer", "mentee__cohort__program__policy")
    return found_in(matches, lambda found: found.select_related(*related).order_by("pk"))


def _may_be_announced(notice_days: int, at: datetime) -> Q:
    found = Q(pk__in=[])
    for number, (days, _kind) in enumerate(notices(notice_days), 1):
        found |= Q(end_notices__lt=number, ends_on__lte=_last(at, -days))
    return found & Q(state__in=[State.ACTIVE, State.CLOSING])


@transaction.atomic
def announce(match: Match, at: datetime) -> None:
    """Enqueue the latest notice that is due to both; after a long stop the older ones are left out.

    It replaces one that still waits: they share a topic.
    """
    if match.ends_on is None:
        return
    plan = notices(match.program.policy.end_notice_days)
    since = (today_of(match, at) - match.ends_on).days
    due = [number for number, (days, _kind) in enumerate(plan, 1) if days <= since]
    mine = Match.objects.open().filter(pk=match.pk, ends_on=match.ends_on)
    if not due or not mine.filter(end_notices__lt=due[-1]).update(end_notices=due[-1]):
        return
    kind = plan[due[-1] - 1][1]
    ordinal = _next_ordinal(match, kind)
    for person in match.people:
        enqueue(kind, to=person, about=match, ordinal=ordinal, at=at)
    if kind == ENDS_SOON and talk_is_booked(match, at):
        stop_asking(match, at=at)


def _next_ordinal(match: Match, kind: str) -> int:
    known = Notification.system.about(match).filter(kind=kind).aggregate(last=Max("ordinal"))
    return (known["last"] or 0) + 1


def is_announced(match: Match, at: datetime) -> bool:
    """Return whether the last day of `match` is so near that the two are asked to plan it."""
    if match.ends_on is None:
        return False
    first = match.ends_on - timedelta(days=match.program.policy.end_notice_days)
    return today_of(match, at) >= first


def stop_asking(match: Match, *, at: datetime) -> None:
    """Cancel the e-mails that ask for the closing talk: it is booked."""
    cancel_about(match, why=TALK_BOOKED, at=at, kinds=(ENDS_SOON,))


def ask_after_all(match: Match, *, at: datetime) -> None:
    """Ask again whoever would have been asked for the closing talk but for one that was booked.

    Doing it twice changes nothing: the e-mail that waits is then the last one.
    """
    is_over = match.ends_on is None or today_of(match, at) >= match.ends_on
    if is_over or not is_announced(match, at):
        return
    ordinal = _next_ordinal(match, ENDS_SOON)
    for person in match.people:
        last = emails_to(person, ENDS_SOON, about=match).order_by("ordinal").last()
        if last is not None and last.reason == TALK_BOOKED:
            enqueue(ENDS_SOON, to=person, about=match, ordinal=ordinal, at=at)


def begin_to_close(match: Match, at: datetime) -> None:
    """Move an active pair to *closing* if its end is near on its own calendar."""
    if match.ends_on and today_of(match, at) >= near_from(match, match.ends_on):
        with suppress(ActionNotAllowed):  # changed a moment ago: the next run sees it
            move(match, State.CLOSING, by=None, at=at, why="the end of the term is near")


def close_overdue(match: Match, at: datetime) -> None:
    """Close a pair that nobody has closed; its carer is asked to talk with both."""
    last = closes_on(match)
    if last and today_of(match, at) >= last:
        with suppress(ActionNotAllowed):  # one of them has just done it
            endings.end(
                match, by=None, kind=Match.Closed.COMPLETED, cause=Closure.Cause.EXPECTED, at=at
            )
