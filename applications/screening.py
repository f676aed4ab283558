"""Checks of people before they are matched: recorded by a chair, needed as the policy says.

1. A program may need a record check (of mentors, or of everyone), references and an interview of
   mentors. Whoever lacks one is not ready to be matched (`lacks_checks`).
2. A chair records the kind, the result, the day, and until when it holds; never a document, and no
   words. The newest record check and the newest interview count; every valid reference counts.
3. A check ends with the day until which it holds. The person is told 60, 30 and 7 days before, as
   long as the program needs it. They are not matched any more from then on; a pair that goes on is
   shown to its carer and the chairs, and nothing else happens to it. A membership that is needed
   (`standing`) is one more check here.
4. A partner never reads any of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications.models import Notification
from notifications.outbox import enqueue
from notifications.reconcilers import reconciler
from notifications.reminders import Reminder
from programs.committee import Role, has_role
from programs.models import Membership, Policy, Program
from programs.retention_limits import BATCH

from . import standing
from .models import Application, ReviewStep, ScreeningCheck
from .models.applications import ApplicationQuerySet
from .models.screening import ScreeningCheckQuerySet, lacks_checks, needs_check
from .models.standing_rule import lacks_standing
from .review_steps import add_steps

EXPIRES = "screening-expires"  # kind of e-mail
NOTICE_DAYS = (60, 30, 7)
RECORDERS = (Role.CHAIR,)
Kind = ScreeningCheck.Kind


@dataclass(frozen=True)
class NeededCheck:
    """One kind of check that a program needs of someone, and what it has."""

    kind: str
    label: str
    is_valid: bool


def needs(application: Application) -> dict[str, int]:
    """Return how many valid checks of each kind the program needs of this applicant."""
    policy = application.program.policy
    is_screened = policy.record_check_needed == Policy.Screened.EVERYONE or (
        application.is_mentor and policy.record_check_needed == Policy.Screened.MENTORS
    )
    needed = {Kind.RECORD: int(is_screened)}
    if application.is_mentor:
        needed[Kind.REFERENCE] = policy.references_needed
        needed[Kind.INTERVIEW] = int(policy.interview_needed)
    return {kind: number for kind, number in needed.items() if number}


def state_of(application: Application, on: date | None = None) -> list[NeededCheck]:
    """Return the checks that the program needs of someone, each with whether it is there."""
    found = _standing_needed(application)
    needed = needs(application)
    if not needed:
        return found
    checks = ScreeningCheck.system.filter(
        program=application.program, person=application.person_id, kind__in=needed
    )
    return _compare(needed, list(checks), on) + found


def _standing_needed(application: Application) -> list[NeededCheck]:
    """Return the membership that a program needs before a match, as one more check."""
    if not standing.is_required(application.program):
        return []
    row = standing.standing_of(application)
    is_good = row is not None and row.is_good
    return [NeededCheck("standing", standing.words_for(row), is_good)]


def missing_checks(application: Application, on: date | None = None) -> list[str]:
    """Return what is missing before someone can be matched, in words for them."""
    return [check.label for check in state_of(application, on) if not check.is_valid]


def _compare(
    needed: dict[str, int], checks: Iterable[ScreeningCheck], on: date | None
) -> list[NeededCheck]:
    by_kind: dict[str, list[ScreeningCheck]] = {kind: [] for kind in needed}
    for check in checks:  # the newest of each kind first
        by_kind[check.kind].append(check)
    return [
        NeededCheck(kind, _label(kind, number), _is_enough(kind, number, by_kind[kind], on))
        for kind, number in needed.items()
    ]


def _is_enough(kind: str, number: int, found: list[ScreeningCheck], on: date | None) -> bool:
    counted = found if kind == Kind.REFERENCE else found[:1]
    return sum(check.is_valid(on) for check in counted) >= number


def _label(kind: str, number: int) -> str:
    if kind == Kind.REFERENCE:
        return ngettext("%(n)s reference", "%(n)s references", number) % {"n": number}
    return capfirst(str(Kind(kind).label))


def usual_expiry(program: Program, kind: str, done_on: date) -> date | None:
    """Return until when a check usually holds: a record check for the months of the policy."""
    if kind != Kind.RECORD:
        return None
    return done_on + relativedelta(months=program.policy.record_check_months)


@transaction.atomic
def record(
    application: Application,
    *,
    by: User,
    kind: str,
    is_passed: bool,
    done_on: date,
    expires_on: date | None = None,
    at: datetime | None = None,
) -> ScreeningCheck:
    """Record a check of an applicant; the same one again changes nothing.

    Without `expires_on` a record check holds as long as the policy says, the others for good.
    Raises ActionNotAllowed unless `by` is a chair without a conflict of interest, and for days that
    make no sense.
    """
    _require_chair(application, by)
    now = at or timezone.now()
    if done_on > timezone.localdate(now):
        raise ActionNotAllowed(_("Enter the day on which it was done, today at the latest."))
    until = expires_on or usual_expiry(application.program, kind, done_on)
    if until is not None and until <= done_on:
        raise ActionNotAllowed(_("Enter a last day after the day on which it was done."))
    # Two forms that are sent at once take turns.
    list(User.objects.select_for_update(no_key=True).filter(pk=application.person_id))
    known = {
        "program": application.program,
        "person": application.person,
        "kind": kind,
        "done_on": done_on,
        "is_passed": is_passed,
        "expires_on": until,
    }
    rows = ScreeningCheck.system.filter(**known)
    seconds = timedelta(seconds=10)  # two people give their references on one day; a click does not
    if kind == Kind.REFERENCE:
        rows = rows.filter(recorded_at__gt=now - seconds)
    same = rows.first()
    return same or store(known, by=by, now=now)


def store(known: dict[str, object], *, by: User, now: datetime) -> ScreeningCheck:
    """Store a check that a verb has allowed; it takes the place of the same one of that day."""
    if known["kind"] != Kind.REFERENCE:  # a correction of how long it holds
        of_day = {name: known[name] for name in known if name != "expires_on"}
        ScreeningCheck.system.filter(**of_day).delete()
    return ScreeningCheck.objects.create(**known, by=by, recorded_at=now)


@transaction.atomic
def remove(check: ScreeningCheck, *, by: User) -> None:
    """Delete a check that was recorded by mistake.

    Raises ActionNotAllowed unless `by` is a chair who may see it, and if it is gone.
    """
    visible = ScreeningCheck.objects.for_committee(by).filter(pk=check.pk)
    if not has_role(by, check.program, *RECORDERS):
        raise ActionNotAllowed(_("You don't have permission to do this."))
    if not visible.exists():
        raise ActionNotAllowed(_("This check was removed in the meantime."))
    ScreeningCheck.system.filter(pk=check.pk).delete()
    mine = Application.objects.for_committee(by, *RECORDERS).filter(
        person=check.person_id, cohort__program=check.program_id
    )
    removed = ReviewStep.Kind.CHECK_REMOVED
    add_steps(list(mine.values_list("pk", flat=True)), removed, by=by)


def _require_chair(application: Application, by: User) -> None:
    allowed = Application.objects.for_committee(by, *RECORDERS).filter(pk=application.pk)
    if not allowed.exists():
        raise ActionNotAllowed(_("You don't have permission to do this."))


def without_checks(member: User, rows: ApplicationQuerySet) -> ApplicationQuerySet:
    """Return those of `rows` that are accepted and lack a check, in programs `member` chairs."""
    chaired = Membership.objects.program_ids(member, *RECORDERS)
    screening = list(
        Policy.objects.filter(program__in=chaired).exclude(
            ~Q(standing_rule=standing.Rule.REQUIRED),
            record_check_needed=Policy.Screened.NOBODY,
            references_needed=0,
            interview_needed=False,
        )
    )
    if not screening:  # most programs: no application needs to be read
        return rows.none()
    accepted = rows.filter(
        state=Application.State.ACCEPTED,
        cohort__program__in=[policy.program_id for policy in screening],
    )
    lacking = lacks_checks(policies=screening)
    if any(policy.standing_rule == standing.Rule.REQUIRED for policy in screening):
        lacking |= lacks_standing()
    return accepted.filter(lacking).exclude(cohort__ends_on__lt=timezone.localdate())


def in_open_pairs(rows: ApplicationQuerySet) -> ApplicationQuerySet:
    """Return those of `rows` that are in a pair that goes on."""
    return rows.filter(in_open_pair())


def in_open_pair(reader: User | None = None) -> Exists:
    """Match applications in a pair that goes on; for a `reader`, in one that they may see."""
    # Through the relation, whose model has no static type: `matches` imports this app.
    matches = Application.matches_as_mentee.rel.related_model.objects.open()  # type: ignore[attr-defined]  # its manager
    seen = matches.for_committee(reader) if reader else matches
    return Exists(seen.filter(Q(mentee=OuterRef("pk")) | Q(mentor=OuterRef("pk"))))


def may_be_matched(reader: User) -> Q:
    """Match applications that a round may still match: sent or accepted, and mentees in no pair.

    As far as `reader` sees the pairs.
    """
    states = Application.State
    is_open = Q(state__in=(states.SUBMITTED, states.WAITLISTED, states.ACCEPTED))
    return is_open & (Q(role=Application.Role.MENTOR) | ~Q(in_open_pair(reader)))


def is_missed_after(check: ScreeningCheck) -> bool:
    """Return whether someone who takes part lacks a check of this kind once this one has ended.

    Not if a newer one is known, enough others hold longer, or the program needs none any more.
    """
    same = {"program": check.program_id, "person": check.person_id, "kind": check.kind}
    newest = ScreeningCheck.system.filter(**same).order_by("-done_on", "-pk").first()
    if check.expires_on is None or (check.kind != Kind.REFERENCE and newest != check):
        return False
    after = check.expires_on + timedelta(days=1)
    rows = _taking_part(check.person_id, check.program_id)
    states = [state_of(row, after) for row in rows.select_related("cohort__program__policy")]
    return any(one.kind == check.kind and not one.is_valid for state in states for one in state)


def _taking_part(person: int | OuterRef, program: int | OuterRef) -> ApplicationQuerySet:
    today = timezone.localdate()
    rows = Application.objects.filter(
        person=person, cohort__program=program, state=Application.State.ACCEPTED
    )
    return rows.exclude(cohort__ends_on__lt=today)


@reconciler
def tell_of_expiry(at: datetime) -> None:
    """Tell people 60, 30 and 7 days before a check of theirs ends; at most `BATCH` in one run."""
    today = timezone.localdate(at)
    for row in _to_tell(today).order_by("expires_on", "pk")[:BATCH]:
        notice = _notice(row.expires_on, today)
        enqueue(
            EXPIRES,
            to=row.person,
            about=row,
            ordinal=notice.ordinal,
            expires_at=notice.expires_at,
            at=at,
        )


def _to_tell(today: date) -> ScreeningCheckQuerySet:
    """Return the checks about whose end a notice is due that is not in the outbox."""
    taking_part = _taking_part(OuterRef("person"), OuterRef("program"))
    needed = Q()
    for kind in Kind.values:
        needed |= Q(Exists(taking_part.filter(needs_check(kind))), kind=kind)
    due = Q()
    for days, later in pairwise((*NOTICE_DAYS, -1)):
        first, last = today + timedelta(days=later + 1), today + timedelta(days=days)
        told = Notification.system.filter(
            about_type=ScreeningCheck._meta.label_lower,
            about_id=OuterRef("pk"),
            kind=EXPIRES,
            ordinal=NOTICE_DAYS.index(days) + 1,
        )
        due |= Q(~Exists(told), expires_on__gte=first, expires_on__lte=last)
    ending = ScreeningCheck.system.filter(due, is_passed=True, person__is_active=True)
    return ending.filter(needed).select_related("person")


def _notice(expires_on: date, today: date) -> Reminder:
    """Return which notice is due `today`: of those whose day has come, the last one."""
    left = (expires_on - today).days
    ordinal = sum(left <= days for days in NOTICE_DAYS)
    later = [*NOTICE_DAYS[ordinal:], -1]
    return Reminder(
        ordinal,
        _midnight(expires_on - timedelta(days=NOTICE_DAYS[ordinal - 1])),
        _midnight(expires_on - timedelta(days=later[0])),
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
