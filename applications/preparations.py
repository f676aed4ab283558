"""Accepting the code of conduct, and asking again when a text has changed.

1. A new version of the code asks everyone again. One of the orientation does if the chair says so.
2. Who is asked again is told by one e-mail and can't be matched anew until they have done it. Pairs
   go on. What they did before stays in the history with its moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications.outbox import enqueue
from programs.models import Program
from programs.models.orientation_texts import role_of

from .models import Application, Preparation

ASKED_AGAIN = "preparation-again"  # the kind of e-mail
CODE = "code_of_conduct"  # the name of the text
Kind, State = Preparation.Kind, Application.State
ORIENTED = (Kind.CHECK, Kind.SESSION, Kind.COMMITTEE)
SENT = (State.SUBMITTED, State.WAITLISTED, State.ACCEPTED)


def may_accept_code(application: Application) -> bool:
    """Whether the person is asked to accept the code outside the form of the application."""
    return application.state in SENT


def needs_preparation(application: Application) -> bool:
    """Whether the person has to accept the code, or to do the orientation again."""
    if application.state not in SENT:
        return False
    return application.code_accepted_at is None or needs_orientation_again(application)


def needs_orientation_again(application: Application) -> bool:
    """Whether someone who has done the orientation is asked to do it once more."""
    if application.state != State.ACCEPTED or application.orientation_passed_at is not None:
        return False
    return Preparation.objects.oriented().filter(application=application).exists()


@transaction.atomic
def accept_code(application: Application, *, by: User, at: datetime | None = None) -> None:
    """Record that a person accepts the code of conduct, for all they have in the program.

    Accepting twice keeps the first moment. Raises ActionNotAllowed for anyone but the person, and
    for an application that is not open or was not sent.
    """
    if application.person_id != by.pk or not may_accept_code(application):
        raise ActionNotAllowed(_("You don't have permission to do this."))
    mine = Application.objects.of(by).filter(
        cohort__program=application.program, state__in=SENT, code_accepted_at=None
    )
    now = at or timezone.now()
    for each in mine.select_for_update(no_key=True):
        note_code(each, now)
    application.refresh_from_db(fields=["code_accepted_at"])


def note_code(application: Application, at: datetime) -> None:
    """Record the first acceptance of the present code for one application."""
    row = Application.objects.filter(pk=application.pk, code_accepted_at=None)
    if row.update(code_accepted_at=at):
        Preparation.objects.create(application=application, kind=Kind.CODE, at=at)


@transaction.atomic
def ask_again(program: Program, name: str, *, version: int, at: datetime) -> int:
    """Ask those who have read an earlier version of a text again; return how many people.

    `name`: the code of conduct, or a text of the orientation. `version`: the id of its newest one.
    """
    rows = Application.objects.filter(
        Q(cohort__ends_on=None) | Q(cohort__ends_on__gte=timezone.localdate(at)),
        cohort__program=program,
        state__in=Application.OPEN,
    )
    if name == CODE:
        asked = _clear(rows, "code_accepted_at", (Kind.CODE,))
    else:
        asked = _clear(rows.filter(role=role_of(name)), "orientation_passed_at", ORIENTED)
    states = SENT if name == CODE else (State.ACCEPTED,)
    return _tell((one for one in asked if one.state in states), version=version, at=at)


def _clear(
    rows: QuerySet[Application], column: str, kinds: tuple[str, ...]
) -> Sequence[Application]:
    """Forget when it was done; what has no row in the history yet gets one."""
    known = Preparation.objects.filter(application=OuterRef("pk"), kind__in=kinds)
    done = rows.filter(**{f"{column}__isnull": False}).select_related("person")
    found = list(done.annotate(is_known=Exists(known)).select_for_update(no_key=True, of=("self",)))
    Preparation.objects.bulk_create(
        Preparation(application=one, kind=kinds[0], at=getattr(one, column))
        for one in found
        if not one.is_known  # type: ignore[attr-defined]  # annotated
    )
    Application.objects.filter(pk__in=[one.pk for one in found]).update(**{column: None})
    return found


def _tell(asked: Iterable[Application], *, version: int, at: datetime) -> int:
    """Enqueue one e-mail to each person, about the application that has come furthest."""
    by_person: dict[int, Application] = {}
    for one in sorted(asked, key=lambda row: (SENT.index(State(row.state)), row.pk)):
        by_person[one.person_id] = one
    for one in by_person.values():
        enqueue(ASKED_AGAIN, to=one.person, about=one, ordinal=version, at=at)
    return len(by_person)
