"""The orientation of both roles: parts to read, then questions with the reason for each answer.

1. It is for people who were accepted. No one is matched as a mentor without it; mentees may do it.
2. All answers must be right to pass. People may try as often as they like and see every reason.
3. A committee member may instead record that a mentor was prepared in another way, with a reason.
4. A session counts instead where the program's settings say so.

What is read and asked are texts of the program (`programs.orientation_texts`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications.outbox import cancel_about
from notifications.reasons import reason
from programs.models import Membership, Program
from programs.orientation_texts import Orientation, Question, orientation_of

from .models import Application, CommitteeNote, Preparation

INVITATION = "orientation-open"  # the kind of e-mail
REMINDER_DAYS = (7, 14)  # after acceptance
LAST_REMINDER_DAYS = 7  # how long the last one is useful
ORIENTATION_PASSED = reason(
    "orientation-passed", gettext_lazy("the orientation is passed or no longer needed")
)
ATTENDANCE_RECORDERS = (Membership.Role.MATCHER, Membership.Role.CHAIR)


def orientation_for(application: Application) -> Orientation:
    """Return what this person reads and answers, in the active language."""
    return orientation_of(application.program, application.role)


def orientation_figures(application: Application) -> dict[str, object]:
    """Return the size of the orientation, for templates that mention it."""
    return orientation_for(application).figures


def is_open_for(application: Application) -> bool:
    """Return whether this applicant may take the orientation: whoever was accepted."""
    return application.state == Application.State.ACCEPTED


def wrong_answers(questions: list[Question], answers: Mapping[str, str]) -> list[str]:
    """Return the codes of the questions that `answers` ({code: option}) does not answer right."""
    return [one.code for one in questions if answers.get(one.code) != one.parts.right]


@transaction.atomic
def submit_answers(
    application: Application, *, by: User, answers: Mapping[str, str], at: datetime | None = None
) -> bool:
    """Check the answers, record the first pass and return whether all were right.

    Raises ActionNotAllowed for anyone but the person who was accepted.
    """
    if application.person_id != by.pk or not is_open_for(application):
        raise ActionNotAllowed(_("The orientation is only for people who were accepted."))
    if wrong_answers(orientation_for(application).questions, answers):
        return False
    _record_pass(application, at or timezone.now(), Preparation.Kind.CHECK)
    return True


@transaction.atomic
def mark_attended(
    application: Application, *, by: User, reason: str, at: datetime | None = None
) -> None:
    """Record that a mentor attended a session; the reason becomes a committee note.

    Raises ActionNotAllowed without a reason, for anyone but an accepted mentor, and when `by` has
    not the role or has a conflict of interest.
    """
    permitted = Application.objects.for_committee(by, *ATTENDANCE_RECORDERS)
    if not permitted.filter(pk=application.pk).exists():
        raise ActionNotAllowed(_("You don't have permission to do this."))
    if not (application.is_mentor and is_open_for(application)):
        raise ActionNotAllowed(_("The orientation is only for accepted mentors."))
    if not reason.strip():
        raise ActionNotAllowed(_("Enter how this mentor was prepared."))
    now = at or timezone.now()
    if _record_pass(application, now, Preparation.Kind.COMMITTEE, by=by):
        text = _("Orientation recorded as passed: %(reason)s") % {"reason": reason}
        CommitteeNote.objects.create(application=application, author=by, text=text, written_at=now)


@transaction.atomic
def count_sessions(
    people: Collection[int], *, program: Program, by: User, came: bool, at: datetime
) -> None:
    """Count a session as the orientation of the mentors among `people` (ids), or no longer.

    `at`: when the session was; the correction of a record finds its rows by it. Whoever has passed
    already keeps that. Nothing happens where the program does not count sessions.
    """
    if not program.policy.orientation_session_counts:
        return
    rows = Application.objects.mentors().filter(
        person__in=people, cohort__program=program, state=Application.State.ACCEPTED
    )
    counted = Preparation.objects.filter(application__in=rows, kind=Preparation.Kind.SESSION, at=at)
    if came:  # a second record does not count what the committee has asked for again since
        fresh = rows.filter(orientation_passed_at=None)
        for application in fresh.exclude(pk__in=counted.values("application")):
            _record_pass(application, at, Preparation.Kind.SESSION, by=by)
        return
    taken_back = list(counted.values_list("application", flat=True))
    counted.delete()
    Application.objects.filter(pk__in=taken_back, orientation_passed_at=at).update(
        orientation_passed_at=None
    )


def _record_pass(
    application: Application, at: datetime, kind: str, *, by: User | None = None
) -> bool:
    row = Application.objects.filter(pk=application.pk, orientation_passed_at=None)
    if not row.update(orientation_passed_at=at):
        return False
    application.orientation_passed_at = at
    Preparation.objects.create(application=application, kind=kind, at=at, by=by)
    cancel_about(application, why=ORIENTATION_PASSED, at=at, kinds=(INVITATION,))
    return True
