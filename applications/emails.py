"""Letters of this app. Each names who gets it, when, and until when it makes sense."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.kinds import OPTIONAL, Cancel, Email, kind
from notifications.links import absolute
from notifications.outbox import enqueue
from notifications.reconcilers import reconciler

from .completeness import missing
from .models import Application, Decision
from .orientation import MODULES

State = Application.State

# The committee's reason, in the words that the person reads.
KIND_WORDS = {
    Decision.Reason.NO_PLACE: gettext_lazy(
        "We received more applications than we have places for. That says nothing about yours."
    ),
    Decision.Reason.NOT_AUDIENCE: gettext_lazy(
        "This program is meant for a different group of people, so it could not give you what it should."
    ),
    Decision.Reason.OTHER_HELP: gettext_lazy(
        "From what you wrote, another kind of help will serve you better and sooner than mentoring."
    ),
    Decision.Reason.TIMING: gettext_lazy(
        "From what you wrote, a later cohort will suit you better than this one."
    ),
    Decision.Reason.INCOMPLETE: gettext_lazy(
        "We could not learn enough from your answers to find a good match. You are welcome to tell us more next time."
    ),
}

FIRST_REMINDER, SECOND_REMINDER, BEFORE_CLOSE = (
    timedelta(days=3),
    timedelta(days=10),
    timedelta(days=2),
)


def page(name: str, application: Application, *args: Any) -> str:
    return absolute(reverse(f"applications:{name}", args=[application.public_id, *args]))


def context(application: Application, **more: Any) -> dict[str, Any]:
    return {"application": application, "cohort": application.cohort, **more}


@kind("application-received", about="applications.Application")
def application_received(application: Application, person: Any) -> Email | Cancel:
    """**To**: the applicant. **When**: the application was sent. **Until**: it is withdrawn or answered."""
    if application.state != State.SUBMITTED:
        return Cancel("the application is not waiting any more")
    return Email(
        context=context(
            application,
            answer_by=application.cohort.answer_by_on,
            closes_on=application.cohort.closes_on,
        ),
        action=(_("See my application"), page("application-sent", application)),
        program=application.program,
    )


@kind("application-unfinished", about="applications.Application", stream=OPTIONAL)
def application_unfinished(application: Application, person: Any) -> Email | Cancel:
    """**To**: the applicant. **When**: a draft is 3 and 10 days old, and 2 days before applications close.
    **Until**: it is sent or withdrawn, or applications have closed."""
    if application.state != State.DRAFT:
        return Cancel("the application is no draft any more")
    if not application.cohort.is_open():
        return Cancel("applications have closed")
    left = missing(application)
    next_part = left[0].title if left else _("Check and send")
    where = (
        page("application-page", application, left[0].code)
        if left
        else page("application-check", application)
    )
    return Email(
        context=context(
            application, left=left, next_part=next_part, closes_on=application.cohort.closes_on
        ),
        action=(_("Continue: %(part)s") % {"part": next_part}, where),
        program=application.program,
    )


def _moments(application: Application) -> list[tuple[datetime, datetime | None]]:
    """When each reminder is due and when it is given up: at the next one."""
    began, closes_on = application.created_at, application.cohort.closes_on
    moments: list[tuple[datetime, datetime | None]] = [
        (began + FIRST_REMINDER, began + SECOND_REMINDER),
        (began + SECOND_REMINDER, began + SECOND_REMINDER + timedelta(days=14)),
    ]
    if closes_on is not None:
        midnight = timezone.make_aware(
            datetime.combine(closes_on + timedelta(days=1), datetime.min.time())
        )
        last = midnight - timedelta(days=1) - BEFORE_CLOSE
        if last > began:
            moments.append((last, midnight))
    return moments


@reconciler
def remind_of_drafts(at: datetime) -> None:
    """Owe the reminders of unfinished applications that have come due; those that were missed long ago are left out."""
    today = timezone.localdate(at)
    still = Q(cohort__closes_on=None) | Q(cohort__closes_on__gte=today)
    drafts = Application.objects.filter(
        still, state=State.DRAFT, created_at__lte=at - timedelta(days=1)
    )
    for application in drafts.select_related("cohort", "person").iterator():
        for ordinal, (due, given_up) in enumerate(_moments(application), start=1):
            if due <= at and (given_up is None or at < given_up):
                enqueue(
                    "application-unfinished",
                    to=application.person,
                    about=application,
                    ordinal=ordinal,
                    due_at=due,
                    expires_at=given_up,
                    at=at,
                )


def _told(application: Application) -> Decision | None:
    rows = Decision.system.all()
    return rows.filter(application=application, released_at__isnull=False).first()


def _decision_letter(application: Application, expected: str, **action: Any) -> Email | Cancel:
    decision = _told(application)
    if decision is None or application.state != expected:
        return Cancel("the decision has changed or the person has withdrawn")
    return Email(
        context=context(
            application,
            why=KIND_WORDS.get(Decision.Reason(decision.reason), ""),
            other_help=application.program.other_help_lines,
        ),
        program=application.program,
        **action,
    )


@kind("decision-accepted", about="applications.Application")
def decision_accepted(application: Application, person: Any) -> Email | Cancel:
    """**To**: the applicant. **When**: the committee releases an acceptance; a mentor's letter opens the orientation.
    **Until**: the person withdraws."""
    if application.is_mentor and application.orientation_passed_at is None:
        action = (_("Start the orientation"), page("orientation", application))
    else:
        action = (_("See what happens next"), page("application-sent", application))
    return _decision_letter(application, State.ACCEPTED, action=action)


@kind("decision-waitlisted", about="applications.Application")
def decision_waitlisted(application: Application, person: Any) -> Email | Cancel:
    """**To**: the applicant. **When**: the committee releases a place on the waiting list. **Until**: a place is found,
    or the person withdraws."""
    action = (_("See my application"), page("application-sent", application))
    return _decision_letter(application, State.WAITLISTED, action=action)


@kind("decision-declined", about="applications.Application")
def decision_declined(application: Application, person: Any) -> Email | Cancel:
    """**To**: the applicant. **When**: the committee releases a no, with its reason and other help. **Until**: always sent once."""
    return _decision_letter(application, State.DECLINED)


@kind("orientation-open", about="applications.Application")
def orientation_open(application: Application, person: Any) -> Email | Cancel:
    """**To**: an accepted mentor. **When**: at acceptance without a letter, and 7 and 14 days after acceptance.
    **Until**: the orientation is passed, or the person withdraws."""
    if application.state != State.ACCEPTED or application.orientation_passed_at is not None:
        return Cancel("the orientation is passed or not needed any more")
    return Email(
        context=context(
            application, count=len(MODULES), minutes=sum(module.minutes for module in MODULES)
        ),
        action=(_("Start the orientation"), page("orientation", application)),
        program=application.program,
    )
