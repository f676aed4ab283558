"""The check-in plan: who is asked what, and when; its reconcilers make it true.

Fit check: once, after the second meeting or some days after the introduction. Pulse: some days
after the introduction, then at regular intervals. Every check-in is a row with an ordinal, so
running twice plans nothing twice. After a long stop, what is late opens late; if the next one of
its kind is due as well, the older one lapses, so that no one is asked twice. While a pair is paused
nothing opens and nothing is asked again; what is planned comes later by that time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from functools import cache

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from access.bounded import found_in
from access.exceptions import ActionNotAllowed
from matches.ending_texts import MATCH_ENDED, REOPENED
from matches.models import Match, not_paused
from matches.pair_clock import later
from meetings.models import Meeting
from notifications.models import Notification
from notifications.outbox import cancel_about
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, due_reminder
from programs.models import Policy, Program
from programs.models.programs_by import ProgramsBySettings, programs_by
from workflow.states import move

from .applicants_survey import has_answered, stop_asking
from .milestones import plan_milestones
from .models import (
    AFTER_THE_END,
    ASKED_ONCE,
    MILESTONES,
    WITHOUT_PAIR,
    CheckIn,
    Kind,
    PlannedSettings,
    Survey,
    current_survey,
    moved_moment,
)
from .needs import freeze_needs
from .seeds import seed_surveys
from .unmatched_survey import cancel_of_matched, plan_unmatched

State = CheckIn.State
MEETINGS_BEFORE_FIT_CHECK = 2
LOOKS_BACK = timedelta(days=30)  # for matches that ended: longer than any downtime
EMAIL_KINDS = {
    str(CheckIn.Kind.FIT): "checkin-fit",
    str(CheckIn.Kind.PULSE): "checkin-pulse",
    **{str(kind): "checkin-survey" for kind in MILESTONES},
    **{str(kind): "checkin-after" for kind in AFTER_THE_END},
    str(CheckIn.Kind.LATER): "checkin-later",
    str(CheckIn.Kind.UNMATCHED): "checkin-unmatched",
}


@reconciler
def make_planned(at: datetime) -> None:
    """Make the check-ins that are due or next, and cancel those of pairs that have ended."""
    cancel_of_ended_matches(at)
    changed = changed_settings()
    new = [checkin for match in to_plan(at, changed) for checkin in plan_match(match, at)]
    # Another worker may have written the same rows a moment ago.
    CheckIn.objects.bulk_create(new, ignore_conflicts=True)
    note_settings(changed)


@reconciler
def make_milestones(at: datetime) -> None:
    """Make the surveys of pairs that are due by the days of a cohort."""
    plan_milestones(at)


@reconciler
def make_surveys_without_a_pair(at: datetime) -> None:
    """Make the surveys of people who wait for a match, and take back those of who no longer do."""
    cancel_of_matched(at)
    plan_unmatched(at)
    stop_asking(at)


@reconciler
def open_and_lapse(at: datetime) -> None:
    """Ask what is due, and end what was not answered in time."""
    open_due(at)
    lapse_overdue(at)


def running_matches(at: datetime) -> QuerySet[Match]:
    """Return the open matches introduced by `at`, with check-ins and `held_meetings`."""
    held = Meeting.objects.held().order_by("starts_at")
    found = Match.objects.open().filter(introduced_at__lte=at).with_people()
    return found.select_related("mentee__cohort__program__policy").prefetch_related(
        Prefetch("meetings", queryset=held, to_attr="held_meetings"),
        "checkins",
        "pauses",
        "moved_dates",
    )


def to_plan(at: datetime, changed: Collection[Policy] = ()) -> list[Match]:
    """Return those of `running_matches` whose plan can be another one than what is stored.

    They have no pulse ahead (they are new, or the last one has come), or held a second meeting
    before their fit check, or the policy of their program is in `changed`. Which ones is asked of
    few columns; with nothing to plan no pair is read.
    """
    scheduled = CheckIn.objects.filter(match=OuterRef("pk"), state=State.SCHEDULED)
    ahead = scheduled.filter(kind=CheckIn.Kind.PULSE, opens_at__gt=at)
    fit = CheckIn.objects.filter(kind=CheckIn.Kind.FIT, state=State.SCHEDULED)
    held = Meeting.objects.held().filter(match=OuterRef("pk")).order_by("starts_at")
    second = held.values("pk")[MEETINGS_BEFORE_FIT_CHECK - 1 : MEETINGS_BEFORE_FIT_CHECK]
    running = Match.objects.open().filter(introduced_at__lte=at).order_by()
    ids = {*running.filter(~Exists(ahead)).values_list("pk", flat=True)}
    to_move = running.filter(pk__in=fit.values("match")).annotate(second=Subquery(second))
    ids |= {*to_move.filter(second__isnull=False).values_list("pk", flat=True)}
    if changed:
        programs = [policy.program_id for policy in changed]
        of_changed = running.filter(mentee__cohort__program__in=programs)
        ids |= {*of_changed.values_list("pk", flat=True)}
    return list(running_matches(at).filter(pk__in=ids)) if ids else []


def changed_settings() -> list[Policy]:
    """Return the policies whose days are others than those that were planned with last."""
    planned = {row.program_id: row.days for row in PlannedSettings.objects.all()}
    return [
        policy
        for policy in Policy.objects.all()
        if planned.get(policy.program_id) != PlannedSettings.days_of(policy)
    ]


def note_settings(policies: Collection[Policy]) -> None:
    """Remember that everything is planned with these policies."""
    for policy in policies:
        PlannedSettings.objects.update_or_create(
            program_id=policy.program_id, defaults={"days": PlannedSettings.days_of(policy)}
        )


def plan_match(match: Match, at: datetime) -> Iterator[CheckIn]:
    """Yield the rows of one match that are due or next and do not exist yet, unsaved.

    A fit check that is still waiting is moved when the second meeting was held. `match` comes from
    `running_matches`.
    """
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
    """Yield (kind, ordinal, opening time) up to the first check-in of each kind after `at`."""
    policy = match.program.policy
    fit = CheckIn.Kind.FIT
    yield fit, 1, moved_moment(match, fit, 1) or _fit_check_at(match, policy)
    for ordinal in range(1, 1000):
        moved = moved_moment(match, CheckIn.Kind.PULSE, ordinal)
        opens_at = moved or pulse_at(match, ordinal, policy)
        yield CheckIn.Kind.PULSE, ordinal, opens_at
        if opens_at > at:
            return


def pulse_at(match: Match, ordinal: int, policy: Policy) -> datetime:
    """Return when the pulse survey number `ordinal` (from 1) opens."""
    days = policy.pulse_first_days + (ordinal - 1) * policy.pulse_every_days
    return later(match.introduced_at, timedelta(days=days), list(match.pauses.all()))


def _fit_check_at(match: Match, policy: Policy) -> datetime:
    rests = list(match.pauses.all())
    latest = later(match.introduced_at, timedelta(days=policy.fit_check_days), rests)
    held: list[Meeting] = getattr(match, "held_meetings")  # noqa: B009  prefetched, unknown to types
    if len(held) < MEETINGS_BEFORE_FIT_CHECK:
        return latest
    meeting = held[MEETINGS_BEFORE_FIT_CHECK - 1]
    over_at = meeting.starts_at + timedelta(minutes=meeting.minutes)
    return min(latest, later(over_at, timedelta(), rests))


def open_due(at: datetime) -> None:
    """Open what is due. Of two due check-ins of a kind for one person only the newer is asked."""
    open_pairs = Match.objects.open().filter(not_paused(at))
    due = CheckIn.objects.due(at).filter(
        Q(match__in=open_pairs) | Q(kind__in=[*AFTER_THE_END, *WITHOUT_PAIR])
    )
    survey_of = cache(survey_for)
    newest: set[tuple[int | None, int | None, int, str]] = set()
    for checkin in found_in(due, lambda rows: rows.with_details().order_by("-ordinal")):
        key = (checkin.match_id, checkin.application_id, checkin.person_id, checkin.kind)
        if key in newest:
            _move(checkin, State.LAPSED, at, why="the next one was due already")
            continue
        newest.add(key)
        if checkin.kind == Kind.BASELINE and has_answered(checkin):
            _move(checkin, State.CANCELLED, at, why="they answered it when they applied")
            continue
        survey = survey_of(checkin.kind, checkin.program)
        if survey is None:
            _move(checkin, State.CANCELLED, at, why="the program no longer asks this survey")
        else:
            _open(checkin, survey, at)


def survey_for(kind: str, program: Program) -> Survey | None:
    """Return the survey that is asked today, or None where the committee has retired it.

    A new installation gets the default surveys here.
    """
    seed_surveys()
    return current_survey(kind, program)


@transaction.atomic
def _open(checkin: CheckIn, survey: Survey, at: datetime) -> None:
    policy = checkin.program.policy
    closes_at = at + timedelta(days=policy.checkin_lapses_days)
    due_at = at + timedelta(days=policy.reminder_second_days)
    if _move(
        checkin, State.OPEN, at, survey=survey, opened_at=at, due_at=due_at, closes_at=closes_at
    ):
        freeze_needs(checkin)
        _enqueue_reminder(checkin, PendingEmails(), at)


def _move(checkin: CheckIn, to: str, at: datetime, *, why: str = "", **changes: object) -> bool:
    """Move on behalf of the program; return False if another worker or the person was faster."""
    try:
        move(checkin, to, by=None, at=at, why=why, **changes)
    except ActionNotAllowed:
        return False
    return True


def lapse_overdue(at: datetime) -> None:
    """Close open check-ins whose time is over."""
    for checkin in CheckIn.objects.open().filter(closes_at__lte=at):
        _move(checkin, State.LAPSED, at)


def cancel_of_ended_matches(at: datetime, *, matches: QuerySet[Match] | None = None) -> None:
    """Cancel planned and open check-ins of matches that ended lately, with their e-mails."""
    ended = CheckIn.objects.filter(
        state__in=[State.SCHEDULED, State.OPEN],
        match__in=Match.objects.closed_since(at - LOOKS_BACK),
    ).exclude(kind__in=AFTER_THE_END)
    for checkin in ended if matches is None else ended.filter(match__in=matches):
        if _move(checkin, State.CANCELLED, at, why="the match has ended"):
            cancel_about(checkin, why=MATCH_ENDED, at=at)


def plan_again(match: Match, at: datetime) -> None:
    """Plan one of `running_matches` anew, because one of its dates was moved."""
    match = running_matches(at).get(pk=match.pk)
    CheckIn.objects.bulk_create(plan_match(match, at), ignore_conflicts=True)


@transaction.atomic
def plan_around_pauses(match: Match, at: datetime) -> None:
    """Move what is planned, and until when open check-ins can be answered: a pause has changed."""
    row = running_matches(at).filter(pk=match.pk).first()
    if row is None:
        return
    CheckIn.objects.bulk_create(plan_match(row, at), ignore_conflicts=True)
    policy, rests = row.program.policy, list(row.pauses.all())
    for checkin in CheckIn.objects.open().filter(match=match, opened_at__isnull=False):
        opened_at = checkin.opened_at or at
        days = {"due_at": policy.reminder_second_days, "closes_at": policy.checkin_lapses_days}
        moved = {name: later(opened_at, timedelta(days=n), rests) for name, n in days.items()}
        CheckIn.objects.open().filter(pk=checkin.pk).update(**moved)


@transaction.atomic
def plan_after_reopening(match: Match, at: datetime) -> None:
    """Let the check-ins of a match that was reopened be planned anew.

    Those that were cancelled before anyone was asked are deleted; those about the end, which was
    none, are cancelled with their e-mails.
    """
    about_the_end = CheckIn.objects.filter(match=match, kind__in=AFTER_THE_END)
    for checkin in about_the_end.filter(state__in=[State.SCHEDULED, State.OPEN]):
        if _move(checkin, State.CANCELLED, at, why="the match goes on"):
            cancel_about(checkin, why=REOPENED, at=at)
    CheckIn.objects.filter(match=match, state=State.CANCELLED, opened_at=None).delete()


@reconciler
def remind(at: datetime) -> None:
    """Enqueue the e-mail that is due for each open check-in and not in the outbox yet."""
    programs = programs_by("reminder_first_days", "reminder_second_days", "checkin_lapses_days")
    emails = Notification.system.filter(
        about_type=CheckIn._meta.label_lower,
        about_id=OuterRef("pk"),
        kind__in=EMAIL_KINDS.values(),
    )
    due = Q(pk__in=[])
    for ordinal in (1, 2, 3):
        found = _is_due(ordinal, programs, at) & ~Q(Exists(emails.filter(ordinal=ordinal)))
        due |= found if ordinal == 1 else found & ~Q(kind__in=ASKED_ONCE)
    asked = CheckIn.objects.open().exclude(kind=Kind.BASELINE, match=None)
    waiting = asked.filter(due, not_paused(at, "match__"), closes_at__gt=at)
    for checkin in found_in(waiting, lambda rows: rows.with_details()):
        _enqueue_reminder(checkin, PendingEmails(), at)


def _is_due(ordinal: int, programs: ProgramsBySettings, at: datetime) -> Q:
    """Match check-ins that were opened so long ago that e-mail number `ordinal` is due."""
    found = Q(pk__in=[])
    for (first, second, lapses), theirs in programs.items():
        days = (0, first, second, lapses)
        window = Q(
            opened_at__lte=at - timedelta(days=days[ordinal - 1]),
            opened_at__gt=at - timedelta(days=days[ordinal]),
        )
        alone = theirs("application__cohort__program")
        found |= window & (theirs("match__mentee__cohort__program") | alone)
    return found


def _enqueue_reminder(checkin: CheckIn, pending: PendingEmails, at: datetime) -> None:
    policy = checkin.program.policy
    days = [policy.reminder_first_days, policy.reminder_second_days]
    if checkin.kind in ASKED_ONCE:
        days = []
    last = policy.checkin_lapses_days - (days[-1] if days else 0)
    reminder = due_reminder(at, since=checkin.opened_at or at, reminders=days, last_days=last)
    if reminder is not None:
        kind = EMAIL_KINDS[checkin.kind]
        pending.enqueue(kind, reminder, to=checkin.person, about=checkin, at=at)
