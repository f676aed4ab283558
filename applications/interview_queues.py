"""Which interviews wait for the committee: for a time, or for a result.

The lists and Today ask the same functions, so that a number and its list are about the same rows.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from programs.models import Membership, Policy
from programs.models.read_once import read_once

from .models import Application, InterviewAppointment, InterviewScore, ScreeningCheck
from .models.applications import ApplicationQuerySet
from .models.screening import needs_check
from .reviewing import DECIDERS

UNDECIDED = (Application.State.SUBMITTED, Application.State.WAITLISTED)
INTERVIEW = ScreeningCheck.Kind.INTERVIEW


def to_arrange(rows: ApplicationQuerySet, member: User, at: datetime) -> ApplicationQuerySet:
    """Return those of `rows` whose interview has no date, where `member` may suggest times.

    Undecided applicants whom the program interviews, without a result, whom no times were suggested
    that they can still answer, and who have not asked for others in vain.
    """
    known = InterviewAppointment.system.all().answered_or_new(at)
    scored = InterviewScore.system.filter(application=OuterRef("pk"))
    return _held_by(rows, member, at).filter(
        ~Exists(known.filter(application=OuterRef("pk")).order_by()),
        ~Exists(scored.order_by()),
        state__in=UNDECIDED,
    )


def without_result(rows: ApplicationQuerySet, member: User, at: datetime) -> ApplicationQuerySet:
    """Return those of `rows` whom `member` was to interview before `at`, without their result.

    Where members score, their own scores are the result; elsewhere it is the check.
    """
    begun = InterviewAppointment.system.filter(
        application=OuterRef("pk"),
        member=member,
        state=InterviewAppointment.State.SET,
        starts_at__lte=at,
    )
    mine = InterviewScore.system.filter(application=OuterRef("pk"), scorer=member)
    return _held_by(rows, member, at).filter(
        Exists(begun.order_by()), ~Exists(mine.order_by()), state__in=UNDECIDED
    )


def _held_by(rows: ApplicationQuerySet, member: User, at: datetime) -> ApplicationQuerySet:
    """Return those of `rows` that wait for the result of an interview, where `member` decides."""
    programs = read_once("programs that interview", member, lambda: _interviewing(member))
    if not programs:  # most members: no application needs to be read
        return rows.none()
    today = timezone.localdate(at)
    results = ScreeningCheck.system.filter(
        Q(expires_on=None) | Q(expires_on__gte=today),
        person=OuterRef("person"),
        program=OuterRef("cohort__program"),
        kind=INTERVIEW,
    )
    mine = rows.filter(needs_check(INTERVIEW), cohort__program__in=programs)
    return mine.filter(~Exists(results.order_by()))


def _interviewing(member: User) -> list[int]:
    """Return the ids of the programs that interview applicants and in which `member` decides."""
    programs = Membership.objects.program_ids(member, *DECIDERS)
    rows = Policy.objects.filter(program__in=programs, interview_needed=True)
    return list(rows.values_list("program", flat=True))
