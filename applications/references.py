"""Applicants name up to two people who can speak for them, and those answer a short form.

1. Only where the program asks for references (`Policy.references_from`), and while the committee
   has not decided for good. A referee is named once and not exchanged.
2. Each gets one e-mail with a link and one reminder. They answer without an account, or decline.
   The link works for `OPEN_DAYS`; the address is deleted with the answer or that day.
3. Naming gets the same answer for every address. The applicant is told neither whether nor what a
   referee has answered; those who read applications in full are.
4. What was answered is erased with the other texts of the application. Declining may be for good:
   then nothing is sent to the address any more.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications import outbox, preferences
from notifications.kinds import Stream
from notifications.reasons import ANSWERED, TURNED_OFF, reason
from notifications.reconcilers import reconciler
from notifications.reminders import remind_addresses
from programs.models import Program
from programs.models.programs import lines_of

from .models import Application, Reference
from .models.references import OPEN_DAYS, asks_for

KIND = "reference-request"
REMIND_DAYS = 7
MOST = 2  # referees of one application
NOT_NEEDED = reason("reference-not-needed", gettext_lazy("no reference is needed any more"))


def may_name(application: Application, named: int) -> bool:
    """Return whether the applicant can name another referee; `named` are there."""
    is_open = application.state in Reference.ASKED_IN
    return asks_for(application) and is_open and named < MOST


def questions_of(program: Program) -> list[str]:
    """Return what referees are asked, in the reader's language: the program's words or ours."""
    return lines_of(program.texts["reference_questions"]) or [
        _("Do they keep to what was agreed?"),
        _("Do they listen before they give advice?"),
        _("Would you trust them with something confidential?"),
    ]


@transaction.atomic
def name_referee(
    application: Application,
    *,
    by: User,
    name: str,
    address: str,
    relation: str,
    language: str = "",
    at: datetime | None = None,
) -> Reference:
    """Ask the owner of `address`, in `language`, about the applicant; the same address once.

    Raises ActionNotAllowed for someone else's application, where no references are asked for (any
    more), for an address of the applicant, and beyond `MOST` referees.
    """
    rows = Application.objects.of(by).select_related("cohort__program__policy", "person")
    locked = rows.select_for_update(no_key=True, of=("self",)).filter(pk=application.pk).first()
    if locked is None:
        raise ActionNotAllowed(_("You can only name people for your own application."))
    named = Reference.system.filter(application=locked)
    if known := named.with_addresses([address]).first():
        return known
    if not may_name(locked, named.count()):
        raise ActionNotAllowed(_("No more references are needed for this application."))
    if User.objects.with_address(address) == by:
        raise ActionNotAllowed(_("Name someone else, not yourself."))
    row = Reference.objects.create(
        application=locked,
        program=locked.program,
        name=name,
        relation=relation,
        address=address.strip().lower(),
        address_key=outbox.digest_of_address(address),
        language=language or locked.program.language or settings.LANGUAGE_CODE,
        asked_at=at or timezone.now(),
    )
    outbox.enqueue(KIND, to=None, address=row.address, about=row, at=row.asked_at)
    return row


def why_not(reference: Reference, at: datetime) -> str:
    """Return the reason why its e-mail must not be sent at `at`, "" if it may."""
    if reference.closed_at is not None:
        return ANSWERED
    if not reference.is_open(at):
        return NOT_NEEDED
    if preferences.is_unsubscribed(reference.address_key):
        return TURNED_OFF
    person = User.objects.with_address(reference.address)
    is_off = person and (preferences.is_muted(person, Stream.OPTIONAL, at) or not person.is_active)
    return TURNED_OFF if is_off else ""


@transaction.atomic
def answer(
    reference: Reference,
    answers: Sequence[tuple[str, str]],
    *,
    text: str = "",
    at: datetime | None = None,
) -> None:
    """Store what a referee says and delete their address; the same again changes nothing.

    `answers` are the questions as they were asked, each with a code. Raises ActionNotAllowed once
    it is answered otherwise, declined or over, and for an answer that is none.
    """
    now = at or timezone.now()
    row = _lock(reference)
    packed = json.dumps([[question, one] for question, one in answers])
    if row.answered_at and (row.answers_json, row.text) == (packed, text):
        return
    if not row.is_open(now):
        raise ActionNotAllowed(_("This reference can't be answered any more."))
    if not answers or any(one not in Reference.Answer.values for _q, one in answers):
        raise ActionNotAllowed(_("Answer each question."))
    row.answers_json, row.text, row.answered_at = packed, text, now
    _close(row, now)


@transaction.atomic
def decline(reference: Reference, *, at: datetime | None = None) -> None:
    """Note that a referee does not answer and delete their address; twice is the same as once.

    Raises ActionNotAllowed once it is answered or over.
    """
    now = at or timezone.now()
    row = _lock(reference)
    if row.declined_at:
        return
    if not row.is_open(now):
        raise ActionNotAllowed(_("This reference can't be answered any more."))
    row.declined_at = now
    _close(row, now)


@transaction.atomic
def never_again(reference: Reference, *, at: datetime | None = None) -> None:
    """Remember that the owner of the address wants no such e-mail, and decline."""
    now = at or timezone.now()
    preferences.unsubscribe_address(reference.address_key, at=now)
    if reference.is_open(now):
        decline(reference, at=now)


def _lock(reference: Reference) -> Reference:
    rows = Reference.system.select_for_update(no_key=True, of=("self",))
    return rows.select_related("application__cohort__program__policy").get(pk=reference.pk)


def _close(row: Reference, now: datetime) -> None:
    row.address, row.closed_at = "", now
    row.save(
        update_fields=[
            "address", "closed_at", "answers_json", "text", "answered_at", "declined_at",
        ]
    )  # fmt: skip
    outbox.delete_about(Reference.system.filter(pk=row.pk))


def forget_person(user: User) -> None:
    """Delete what a person who is erased was asked or answered as a referee."""
    Reference.system.with_address_of(user).delete()
    outbox.delete_about_missing(Reference)


def export(user: User) -> dict[str, object]:
    """Return for the person's export whom they named, and what they answered as a referee."""
    named = Reference.objects.named_by(user)
    given = Reference.system.with_address_of(user).order_by("pk").select_related("program")
    return {
        "my_referees": [
            {"name": row.name, "relation": row.relation, "asked_at": row.asked_at} for row in named
        ],
        "references_i_gave": [
            {
                "program": row.program.name,
                "asked_at": row.asked_at,
                "answers": row.answers,
                "text": row.text,
            }
            for row in given
        ],
    }


@reconciler
def remind_referees(at: datetime) -> int:
    """Enqueue the one reminder that is due; return how many. Running it twice changes nothing."""
    rows = Reference.system.all().open()
    return remind_addresses(KIND, rows, at, after_days=REMIND_DAYS, open_days=OPEN_DAYS)


@reconciler
def forget_referees(at: datetime) -> int:
    """Delete addresses that have no use any more; return how many. E-mails go with them."""
    with transaction.atomic():
        late = Q(asked_at__lte=at - timedelta(days=OPEN_DAYS))
        over = late | ~Q(application__state__in=Reference.ASKED_IN)
        ids = list(Reference.system.filter(over, closed_at=None).values_list("pk", flat=True))
        rows = Reference.system.filter(pk__in=ids)
        gone = rows.update(address="", closed_at=at)
        if ids:
            outbox.delete_about(rows)
    return gone
