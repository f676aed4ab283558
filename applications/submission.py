"""Applying: begin a draft, send it, take it back. Answers are saved page by page (`applications.forms`).

1. A draft is the person's alone; the committee sees an application once it is sent.
2. It can be changed until the committee begins to read it, also after sending.
3. Sending twice is sending once; nothing is ever lost by closing the page.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import Profile
from notifications.outbox import enqueue
from programs.models import Cohort
from workflow.states import move

from . import suitability
from .completeness import missing
from .models import Application, Decision, NamedWish, PrivateAnswers
from .named_preferences import recognise
from .signals import application_withdrawn

State = Application.State


def begin(
    cohort: Cohort, role: str, *, by: Any, answers: dict[str, bool] | None = None
) -> Application:
    """Return the person's application in this role, a new draft if there is none.

    `answers` are those of the suitability page, if they were given before signing in.
    Raises Refused when the cohort takes no applications today and none was begun.
    """
    found = (
        Application.objects.of(by).filter(cohort=cohort, role=role).exclude(state=State.WITHDRAWN)
    )
    if begun := found.first():
        return begun
    if not Cohort.objects.taking_applications(timezone.localdate()).filter(pk=cohort.pk).exists():
        raise ActionNotAllowed(
            _("%(cohort)s does not take applications today.") % {"cohort": cohort}
        )
    known = {question.code for question in suitability.QUESTIONS[role]}
    given = {code: bool(yes) for code, yes in (answers or {}).items() if code in known}
    Profile.objects.get_or_create(user=by)
    try:
        with transaction.atomic():
            return Application.objects.create(
                cohort=cohort,
                person=by,
                role=role,
                external_key=by.email,
                suitability=given,
                rhythm_days=Application.Rhythm.MONTHLY,
            )
    except IntegrityError:  # the button was pressed twice at the same moment
        return found.get()


@transaction.atomic
def send(application: Application, *, by: Any, at: datetime | None = None) -> None:
    """Send a complete draft to the committee. A second press changes nothing.

    Raises Refused when something is missing, applications have closed, or it is not one's own.
    """
    at = at or timezone.now()
    if application.person_id != by.pk:
        raise ActionNotAllowed(_("Only the person can send an application."))
    if application.state == State.SUBMITTED:
        return
    if not application.cohort.is_open():
        raise ActionNotAllowed(
            _(
                "Applications have closed. Please write to the committee if you were kept from sending."
            )
        )
    if missing(application):
        raise ActionNotAllowed(_("Something is still missing. The list shows what."))
    move(application, State.SUBMITTED, by=by, at=at, submitted_at=at)
    enqueue("application-received", to=application.person, about=application, at=at)
    recognise(application.cohort)


@transaction.atomic
def withdraw(application: Application, *, by: Any, at: datetime | None = None) -> None:
    """Take an application back, for good; a second press changes nothing.

    Raises Refused when it has been answered with no, is not one's own, or another app holds it (an open match).
    """
    at = at or timezone.now()
    if application.person_id != by.pk:
        raise ActionNotAllowed(_("Only the person can withdraw an application."))
    if application.state == State.WITHDRAWN:
        return
    was_draft = application.state == State.DRAFT
    move(application, State.WITHDRAWN, by=by, at=at)
    Decision.system.filter(application=application, released_at=None).delete()
    if was_draft:  # nobody has read it and nobody will
        for model in (PrivateAnswers, NamedWish):
            model.system.filter(application=application).delete()
    application_withdrawn.send(Application, application=application, at=at)
