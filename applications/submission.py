"""Start a draft, send it, withdraw it. The pages in `applications.forms` save the answers.

1. A draft is visible to its person only; the committee sees an application once it is sent.
2. It can be changed until the committee starts to review it, also after sending.
3. Sending twice is the same as sending once.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import Profile, User
from notifications.outbox import enqueue
from programs.models import Cohort
from workflow.states import move

from . import suitability
from .completeness import missing
from .models import Application, Decision, NamedWish, PrivateAnswers, QuestionAnswer
from .named_wishes import resolve_names
from .person_facts import keep_said
from .signals import application_sent, application_withdrawn, withdrawal_announced

State = Application.State


def begin(
    cohort: Cohort, role: str, *, by: User, answers: dict[str, bool] | None = None
) -> Application:
    """Return the person's application in this role, a new draft if there is none.

    `answers` ({question code: yes}) are those of the suitability page, if they were given before
    signing in. Raises ActionNotAllowed when there is no application yet and the cohort takes none.
    """
    existing = (
        Application.objects.of(by).filter(cohort=cohort, role=role).exclude(state=State.WITHDRAWN)
    )
    if application := existing.first():
        return application
    if not Cohort.objects.taking_applications(timezone.localdate()).filter(pk=cohort.pk).exists():
        raise ActionNotAllowed(
            _("%(cohort)s is not open for applications today.") % {"cohort": cohort}
        )
    codes = suitability.question_codes(role)
    suitable = {code: bool(yes) for code, yes in (answers or {}).items() if code in codes}
    try:
        return _new_draft(cohort, role, by, suitability=suitable)
    except IntegrityError:  # the button was pressed twice at the same time
        return existing.get()


def begin_for_pair(cohort: Cohort, role: str, *, by: User) -> Application:
    """Return the person's application in this role, a new short draft if there is none.

    Possible at any time until the cohort is over. Raises ActionNotAllowed afterwards, and when the
    committee has declined an application of theirs in this cohort.
    """
    existing = (
        Application.objects.of(by).filter(cohort=cohort, role=role).exclude(state=State.WITHDRAWN)
    )
    application = existing.select_related("person", "cohort__program__policy").first()
    if cohort.is_over():
        raise ActionNotAllowed(_("%(cohort)s is over.") % {"cohort": cohort})
    if application is None:
        return _new_draft(cohort, role, by, is_for_pair=True)
    if application.state == State.DECLINED:
        raise ActionNotAllowed(_("The committee has declined your application for this cohort."))
    return application


def _new_draft(cohort: Cohort, role: str, by: User, **fields: object) -> Application:
    Profile.objects.get_or_create(user=by)
    with transaction.atomic():
        return Application.objects.create(
            cohort=cohort, person=by, role=role, external_key=by.email, **fields
        )


def close_for_pair(application: Application, *, at: datetime) -> None:
    """Close a short application whose pair did not come about; nothing else was asked with it."""
    if application.is_for_pair and State.WITHDRAWN in application.TRANSITIONS[application.state]:
        close(application, by=None, at=at)


@transaction.atomic
def send(application: Application, *, by: User, at: datetime | None = None) -> None:
    """Send a complete draft to the committee; a second call changes nothing.

    Raises ActionNotAllowed when something is missing, applications have closed, or it belongs to
    someone else.
    """
    at = at or timezone.now()
    if application.person_id != by.pk:
        raise ActionNotAllowed(_("You can only send your own application."))
    if application.state == State.SUBMITTED:
        return
    if not application.is_in_time():
        raise ActionNotAllowed(
            _(
                "Applications have closed. "
                "If something kept you from sending, write to the committee."
            )
        )
    if missing(application):
        raise ActionNotAllowed(
            _("Your application is not complete. The list shows what is missing.")
        )
    move(application, State.SUBMITTED, by=by, at=at, submitted_at=at)
    keep_said(application)
    enqueue("application-received", to=application.person, about=application, at=at)
    resolve_names(application.cohort)
    application_sent.send(Application, application=application, at=at)


@transaction.atomic
def withdraw(application: Application, *, by: User, at: datetime | None = None) -> None:
    """Withdraw an application for good; a second call changes nothing.

    An open pair of the application ends with it (`application_withdrawn`). Raises ActionNotAllowed
    when it was declined or belongs to someone else.
    """
    at = at or timezone.now()
    if application.person_id != by.pk:
        raise ActionNotAllowed(_("You can only withdraw your own application."))
    if application.state == State.WITHDRAWN:
        return
    close(application, by=by, at=at)


def close(application: Application, *, by: User | None, at: datetime) -> None:
    """Close an application, in the current transaction; `by` is None where the program does it."""
    was_draft = application.state == State.DRAFT
    move(application, State.WITHDRAWN, by=by, at=at)
    Decision.system.filter(application=application, released_at=None).delete()
    if was_draft:  # no one has read it, so there is no reason to keep it
        for model in (PrivateAnswers, NamedWish, QuestionAnswer):
            model.system.filter(application=application).delete()
    application_withdrawn.send(Application, application=application, at=at)


def effects_of_withdrawal(application: Application) -> list[str]:
    """Return what else happens when the application is withdrawn, in sentences for the person."""
    answers = withdrawal_announced.send(Application, application=application)
    return [line for _receiver, lines in answers for line in lines or ()]
