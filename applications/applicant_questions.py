"""The committee asks an applicant something, and the applicant answers.

1. Whoever decides asks: while the application is sent or on the waiting list, and one question at a
   time. Asking neither starts the review nor decides anything.
2. The applicant answers on a page of their own, also after the day that was named, until the
   committee has released its decision. What was sent stays as it is.
3. A member takes back a question that was not answered. Nothing more is sent about it then.
4. Question and answer are read by the applicant and by those who read the answers for the
   committee only; a match never sees them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications.outbox import enqueue
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, due_reminder
from programs.committee import chairs_by_program

from .models import ApplicantQuestion, Application
from .reviewing import DECIDERS

ASKED, ANSWERED = "applicant-question", "applicant-question-answered"  # kinds of e-mail
REMINDER_DAYS, LAST_REMINDER_DAYS = (4, 8), 7
USUAL_DAYS = 10  # in which an answer is asked for
MOST_DAYS = 60


def may_ask(application: Application) -> bool:
    """Return whether the state of the application allows a question."""
    return application.state in ApplicantQuestion.ASKED_IN


@transaction.atomic
def ask(
    application: Application,
    *,
    by: User,
    text: str,
    answer_by_on: date,
    at: datetime | None = None,
) -> ApplicantQuestion:
    """Ask the applicant something, and e-mail it.

    The same words that still wait are asked once. Raises ActionNotAllowed unless `by` may decide
    about the application, after a decision, for a day outside the next `MOST_DAYS` days, for an
    applicant without an address, and while another question waits.
    """
    now = at or timezone.now()
    allowed = Application.objects.for_committee(by, *DECIDERS).filter(pk=application.pk)
    if not allowed.exists():
        raise ActionNotAllowed(_("You don't have permission to do this."))
    locked = _lock(application)
    if not may_ask(locked):
        raise ActionNotAllowed(_("This application is decided, so nothing can be asked any more."))
    if not locked.person.has_address:
        raise ActionNotAllowed(_("This person has no e-mail address yet. Add it first."))
    if not 0 < (answer_by_on - timezone.localdate(now)).days <= MOST_DAYS:
        text_ = _("Choose a day for the answer from tomorrow on, at most %(days)s days from now.")
        raise ActionNotAllowed(text_ % {"days": MOST_DAYS})
    waiting = ApplicantQuestion.system.filter(application=locked).open().first()
    if waiting and waiting.text == text:
        return waiting
    if waiting:
        raise ActionNotAllowed(
            _("Another question waits for the answer of this person. Take it back first.")
        )
    row = ApplicantQuestion.objects.create(
        application=locked, by=by, text=text, answer_by_on=answer_by_on, asked_at=now
    )
    enqueue(ASKED, to=locked.person, about=row, at=now)
    return row


@transaction.atomic
def answer(question: ApplicantQuestion, *, by: User, text: str, at: datetime | None = None) -> None:
    """Store the applicant's answer and tell the member who asked, or who may read it instead.

    The same words sent again change nothing. Raises ActionNotAllowed for others, for other words
    once it is answered, and when the question was taken back or the application is decided.
    """
    application = _lock(question.application)
    if application.person_id != by.pk:
        raise ActionNotAllowed(_("You can only answer for yourself."))
    row = ApplicantQuestion.objects.of(by).select_related("by").get(pk=question.pk)
    if row.answered_at is not None and row.answer == text:
        return
    if row.answered_at is not None:
        day = date_format(timezone.localtime(row.answered_at))
        raise ActionNotAllowed(_("You answered this question on %(day)s.") % {"day": day})
    if row.withdrawn_at is not None or not may_ask(application):
        raise ActionNotAllowed(
            _("The committee no longer needs an answer to this question. Nothing was sent.")
        )
    now = at or timezone.now()
    row.answer, row.answered_at = text, now
    row.save(update_fields=["answer", "answered_at"])
    for member in _who_is_told(row, application):
        enqueue(ANSWERED, to=member, about=row, at=now)


@transaction.atomic
def take_back(question: ApplicantQuestion, *, by: User, at: datetime | None = None) -> None:
    """Take back a question that was not answered.

    Raises ActionNotAllowed unless `by` may decide about the application, and once it is answered or
    taken back.
    """
    allowed = Application.objects.for_committee(by, *DECIDERS)
    if not allowed.filter(pk=question.application_id).exists():
        raise ActionNotAllowed(_("You don't have permission to do this."))
    _lock(question.application)
    waiting = ApplicantQuestion.system.filter(pk=question.pk, answered_at=None, withdrawn_at=None)
    if not waiting.update(withdrawn_at=at or timezone.now(), withdrawn_by=by):
        raise ActionNotAllowed(_("This question was answered or taken back in the meantime."))


def _who_is_told(question: ApplicantQuestion, application: Application) -> list[User]:
    """Return who asked; once they may not read the answer any more, the chairs who may."""
    chairs = chairs_by_program([application.cohort.program_id])
    for members in ([question.by], chairs.get(application.cohort.program_id, [])):
        if found := [one for one in members if _may_read(application, one)]:
            return found
    return []


def _may_read(application: Application, member: User) -> bool:
    rows = Application.objects.readable_in_full_by(member)
    return rows.filter(pk=application.pk).exists()


def _lock(application: Application) -> Application:
    """Return the application as it is now: questions, answers and decisions take turns."""
    rows = Application.objects.select_related("person", "cohort__program")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=application.pk)


@reconciler
def remind_of_questions(at: datetime) -> None:
    """Remind applicants of questions that wait for an answer, after 4 and 8 days."""
    oldest = at - timedelta(days=REMINDER_DAYS[-1] + LAST_REMINDER_DAYS)
    rows = ApplicantQuestion.system.filter(asked_at__gt=oldest).open()
    due = list(
        rows.filter(asked_at__lte=at - timedelta(days=REMINDER_DAYS[0]))
        .select_related("application__person")
        .order_by("asked_at")
    )
    pending = PendingEmails([ASKED], due)
    for row in due:
        reminder = due_reminder(
            at, since=row.asked_at, reminders=REMINDER_DAYS, last_days=LAST_REMINDER_DAYS
        )
        if reminder:
            pending.enqueue(ASKED, reminder, to=row.application.person, about=row, at=at)
