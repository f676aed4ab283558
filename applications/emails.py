"""The e-mails of this app. Each names who gets it, when, and until when it makes sense."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import OPTIONAL, Cancel, Email, kind
from notifications.links import absolute
from notifications.reasons import reason
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, Reminder, due_reminder

from .completeness import missing, parts
from .draft_times import kept_until
from .models import Application, Decision, Preparation
from .orientation import (
    INVITATION,
    LAST_REMINDER_DAYS,
    ORIENTATION_PASSED,
    REMINDER_DAYS,
    orientation_figures,
)

State = Application.State

NOT_WAITING = reason("not-waiting", gettext_lazy("the application is no longer waiting"))
NO_LONGER_DRAFT = reason("no-longer-draft", gettext_lazy("the application is no longer a draft"))
APPLICATIONS_CLOSED = reason("applications-closed", gettext_lazy("applications have closed"))
DECISION_CHANGED = reason(
    "decision-changed", gettext_lazy("the decision has changed or the person has withdrawn")
)

# The committee's reason, as the applicant reads it.
REASON_TEXTS = {
    Decision.Reason.NO_PLACE: gettext_lazy(
        "We had more applications than places. This says nothing about the quality of yours."
    ),
    Decision.Reason.NOT_AUDIENCE: gettext_lazy(
        "This program is meant for a different group of people, so it would not help you much."
    ),
    Decision.Reason.OTHER_HELP: gettext_lazy(
        "From what you wrote, we think that another kind of help will serve you better and sooner."
    ),
    Decision.Reason.TIMING: gettext_lazy(
        "From what you wrote, we think that a later cohort will suit you better."
    ),
    Decision.Reason.INCOMPLETE: gettext_lazy(
        "Your answers did not tell us enough to find a good match. "
        "You are welcome to tell us more next time."
    ),
}

UNFINISHED = "application-unfinished"
FIRST_REMINDER, SECOND_REMINDER = timedelta(days=3), timedelta(days=10)
BEFORE_CLOSING = timedelta(days=2)
BEFORE_PAIR_ENDS = timedelta(days=7)  # with such a draft the request of the two ends
SECOND_REMINDER_EXPIRES = SECOND_REMINDER + timedelta(days=14)


def application_url(page: str, application: Application, *args: str) -> str:
    """Return the absolute address of an application's page, by the page's URL name."""
    return absolute(reverse(f"applications:{page}", args=[application.public_id, *args]))


def not_past(day: date | None) -> date | None:
    """Return a day from today on; an e-mail promises nothing for a day that has passed."""
    return day if day and day >= timezone.localdate() else None


def context(application: Application, **more: object) -> dict[str, object]:
    """Return the template context that all e-mails about an application share."""
    return {"application": application, "cohort": application.cohort, **more}


@kind(
    "application-received",
    label=gettext_lazy("Application received"),
    about="applications.Application",
    topic="application",
)
def application_received(application: Application, person: User) -> Email | Cancel:
    """**To**: the applicant. **When**: the application was sent.
    **Until**: it is withdrawn or answered."""
    if application.state != State.SUBMITTED:
        return Cancel(NOT_WAITING)
    return Email(
        context=context(
            application,
            answer_by=not_past(application.answer_by_on),
            closes_on=application.cohort.closes_on,
        ),
        action_url=application_url("application-sent", application),
        program=application.program,
    )


@kind(
    UNFINISHED,
    label=gettext_lazy("Application not finished"),
    about="applications.Application",
    stream=OPTIONAL,
    topic="application",
)
def application_unfinished(application: Application, person: User) -> Email | Cancel:
    """**To**: the applicant. **When**: a draft is 3 and 10 days old, and 2 days before applications
    close; a draft for a pair of two who found each other, a week before it is closed.
    **Until**: it is sent or withdrawn, or applications have closed."""
    if application.state != State.DRAFT:
        return Cancel(NO_LONGER_DRAFT)
    if not application.is_in_time():
        return Cancel(APPLICATIONS_CLOSED)
    pages = missing(application)
    next_part = pages[0].title if pages else _("Check and send")
    where = (
        application_url("application-page", application, pages[0].code)
        if pages
        else application_url("application-check", application)
    )
    left = [part for part in parts(application) if part.missing(application)]
    return Email(
        context=context(
            application,
            left=left,
            next_part=next_part,
            closes_on=None if application.is_for_pair else application.cohort.closes_on,
            kept_until=kept_until(application),
        ),
        action_url=where,
        program=application.program,
    )


def _reminder_times(application: Application) -> list[tuple[datetime, datetime]]:
    """Return (due, expires) of each reminder; a reminder expires when the next one is due."""
    start, closes_on = application.created_at, application.cohort.closes_on
    times = [
        (start + FIRST_REMINDER, start + SECOND_REMINDER),
        (start + SECOND_REMINDER, start + SECOND_REMINDER_EXPIRES),
    ]
    if application.is_for_pair:
        last_day = datetime.combine(kept_until(application), datetime.min.time())
        ends_at = timezone.make_aware(last_day)
        if ends_at - BEFORE_PAIR_ENDS > start + SECOND_REMINDER_EXPIRES:
            times.append((ends_at - BEFORE_PAIR_ENDS, ends_at))
    elif closes_on is not None:
        midnight = datetime.combine(closes_on + timedelta(days=1), datetime.min.time())
        closes_at = timezone.make_aware(midnight)
        last = closes_at - timedelta(days=1) - BEFORE_CLOSING
        if last > start:
            times.append((last, closes_at))
    return times


@reconciler
def enqueue_draft_reminders(at: datetime) -> None:
    """Enqueue the reminders of drafts that are due; those that have expired are skipped.

    Drafts that nobody has finished for long are not read, but when applications are about to close.
    """
    today = timezone.localdate(at)
    is_open = Q(cohort__closes_on=None) | Q(cohort__closes_on__gte=today)
    is_open |= Q(is_for_pair=True)
    is_new = Q(is_for_pair=True) | Q(created_at__gt=at - SECOND_REMINDER_EXPIRES)
    closes_soon = Q(cohort__closes_on__lte=today + BEFORE_CLOSING + timedelta(days=1))
    drafts = Application.objects.filter(
        is_open, is_new | closes_soon, state=State.DRAFT, created_at__lte=at - timedelta(days=1)
    )
    due = [
        (application, Reminder(ordinal, due_at, expires_at))
        for application in drafts.select_related("cohort", "person").order_by("pk")
        for ordinal, (due_at, expires_at) in enumerate(_reminder_times(application), start=1)
        if due_at <= at < expires_at
    ]
    pending = PendingEmails([UNFINISHED], {application for application, _reminder in due})
    for application, reminder in due:
        pending.enqueue(UNFINISHED, reminder, to=application.person, about=application, at=at)


def _released_decision(application: Application) -> Decision | None:
    rows = Decision.system.all()
    return rows.filter(application=application, released_at__isnull=False).first()


def _decision_email(application: Application, expected: str, url: str = "") -> Email | Cancel:
    decision = _released_decision(application)
    if decision is None or application.state != expected:
        return Cancel(DECISION_CHANGED)
    return Email(
        context=context(
            application,
            matching_on=not_past(application.cohort.matching_on),
            why=REASON_TEXTS.get(Decision.Reason(decision.reason), ""),
            other_help=application.program.other_help_lines,
            **orientation_figures(application),
        ),
        program=application.program,
        action_url=url,
    )


@kind(
    "decision-accepted",
    label=gettext_lazy("Decision: accepted"),
    about="applications.Application",
    topic="application",
)
def decision_accepted(application: Application, person: User) -> Email | Cancel:
    """**To**: the applicant. **When**: the committee releases an acceptance; a mentor's e-mail
    opens the orientation. **Until**: the person withdraws."""
    is_to_start = application.is_mentor and application.orientation_passed_at is None
    page = application_url("orientation" if is_to_start else "application-sent", application)
    return _decision_email(application, State.ACCEPTED, page)


@kind(
    "decision-waitlisted",
    label=gettext_lazy("Decision: waiting list"),
    about="applications.Application",
    topic="application",
)
def decision_waitlisted(application: Application, person: User) -> Email | Cancel:
    """**To**: the applicant. **When**: the committee releases a place on the waiting list.
    **Until**: a place is found, or the person withdraws."""
    page = application_url("application-sent", application)
    return _decision_email(application, State.WAITLISTED, page)


@kind(
    "decision-declined",
    label=gettext_lazy("Decision: declined"),
    about="applications.Application",
    topic="application",
)
def decision_declined(application: Application, person: User) -> Email | Cancel:
    """**To**: the applicant. **When**: the committee releases a rejection, with its reason and
    other help. **Until**: always sent once."""
    return _decision_email(application, State.DECLINED)


@kind(INVITATION, label=gettext_lazy("Mentor orientation"), about="applications.Application")
def orientation_open(application: Application, person: User) -> Email | Cancel:
    """**To**: an accepted mentor. **When**: 7 and 14 days after the e-mail that accepts them; at
    once for one whom no such e-mail has told, because they were imported, and again after 7 and 14
    days.
    **Until**: the orientation is passed, or the person withdraws."""
    if application.state != State.ACCEPTED or application.orientation_passed_at is not None:
        return Cancel(ORIENTATION_PASSED)
    return Email(
        context=context(application, **orientation_figures(application)),
        action_url=application_url("orientation", application),
        program=application.program,
    )


@reconciler
def enqueue_invitations(at: datetime) -> None:
    """Enqueue the e-mails that ask accepted mentors for the orientation and are due at `at`.

    The e-mail that accepts a mentor opens the orientation. Whoever was imported as accepted gets no
    such e-mail, and therefore an invitation at once.
    """
    oldest = at - timedelta(days=REMINDER_DAYS[-1] + LAST_REMINDER_DAYS)
    waiting = Application.objects.filter(
        state=State.ACCEPTED,
        role=Application.Role.MENTOR,
        orientation_passed_at=None,
    ).exclude(pk__in=Preparation.objects.oriented().values("application"))  # asked again
    released = Decision.system.filter(application=OuterRef("pk")).values("released_at")
    since = Coalesce(Subquery(released[:1]), "review_started_at")
    rows = list(
        waiting.annotate(released_at=Subquery(released[:1]), accepted_at=since)
        .filter(accepted_at__gt=oldest)
        .select_related("person")
    )
    pending = PendingEmails([INVITATION], rows)
    for application in rows:
        reminder = due_reminder(
            at,
            since=application.accepted_at,
            reminders=REMINDER_DAYS,
            last_days=LAST_REMINDER_DAYS,
        )
        is_told = application.released_at is not None and reminder and reminder.ordinal == 1
        if reminder and not is_told:
            pending.enqueue(INVITATION, reminder, to=application.person, about=application, at=at)
