"""Raising concerns, and telling the member who must act: without details, and at once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from agreements.models import AgreementVersion, Signature
from agreements.reminders import Debts
from matches.models import Match
from notifications import kinds
from notifications.models import Notification
from programs.models import Program
from workflow.models import Transition

from .care_access import chairs_of, deputies_of
from .models import CheckIn, Concern

SILENCE_COUNTS = timedelta(days=60)
TO_DEPUTY, TO_CHAIR = timedelta(hours=4), timedelta(hours=24)
MACHINERY = "the program tells who must act"


@transaction.atomic
def ask_for_help(
    *,
    author: Any,
    program: Program,
    match: Match | None,
    text: str,
    urgency: str,
    partner_may_know: bool,
    reach: str,
    nonce: str,
    at: datetime | None = None,
) -> Concern:
    """Somebody asks the committee for help. The same form sent twice is one concern."""
    at = at or timezone.now()
    concern, made = Concern.system.get_or_create(
        person=author,
        nonce=nonce,
        defaults={
            "author": author,
            "program": program,
            "match": match,
            "text": text,
            "urgency": urgency,
            "partner_may_know": partner_may_know,
            "reach": reach,
            "raised_at": at,
        },
    )
    if made:
        tell(concern, at=at)
    return concern


def raise_about_answer(checkin: CheckIn, *, at: datetime) -> Concern:
    """An answer wants a person to act: not a fit, a low score, a wish for a call. Once per check-in."""
    concern, made = Concern.system.get_or_create(
        checkin=checkin,
        cause=Concern.Cause.ANSWER,
        defaults={
            "program": checkin.program,
            "match": checkin.match,
            "person": checkin.person,
            "author": checkin.person,
            "raised_at": at,
        },
    )
    if made:
        tell(concern, at=at)
    return concern


def raise_about_silence(at: datetime) -> None:
    """Several letters in a row that needed an answer got none: the carer asks in another way. Once per silence."""
    matches = list(
        Match.objects.open().with_people().select_related("mentee__cohort__program__policy")
    )
    letters = unanswered_letters({person for match in matches for person in match.people}, at)
    for match in matches:
        for person in match.people:
            if letters.get(person.pk, 0) >= match.program.policy.unanswered_messages:
                _raise_silence(match, person, at)


def unanswered_letters(people: set[Any], at: datetime) -> dict[int, int]:
    """{person id: letters that needed an answer and left since the person last did anything, or the carer was told}."""
    sent = Notification.system.filter(
        state=Notification.State.SENT,
        kind__in=kinds.needing_answer(),
        recipient__in=people,
        sent_at__gte=at - SILENCE_COUNTS,
        sent_at__lte=at,
    )
    heard = last_heard(people)
    fresh = (
        row
        for row in sent.values_list("recipient", "sent_at")
        if row[1] > heard.get(row[0], row[1] - SILENCE_COUNTS)
    )
    return dict(Counter(recipient for recipient, _sent_at in fresh))


def last_heard(people: set[Any]) -> dict[int, datetime]:
    """{person id: when the person last answered, wrote, signed or moved something, or was brought to the carer's notice}."""
    sources = (
        Transition.system.filter(by__in=people).values_list("by").annotate(last=Max("at")),
        Signature.objects.filter(person__in=people)
        .values_list("person")
        .annotate(last=Max("signed_at")),
        AgreementVersion.objects.filter(changed_by__in=people)
        .values_list("changed_by")
        .annotate(last=Max("changed_at")),
        CheckIn.objects.filter(person__in=people, answered_at__isnull=False)
        .values_list("person")
        .annotate(last=Max("answered_at")),
        Concern.system.filter(person__in=people)
        .values_list("person")
        .annotate(last=Max("raised_at")),
    )
    found: dict[int, datetime] = {}
    for person, last in (row for rows in sources for row in rows.order_by()):
        found[person] = max(last, found.get(person, last))
    return found


@transaction.atomic
def _raise_silence(match: Match, person: Any, at: datetime) -> None:
    silent = Concern.system.unresolved().filter(cause=Concern.Cause.SILENCE)
    concern, made = silent.get_or_create(
        match=match,
        person=person,
        cause=Concern.Cause.SILENCE,
        defaults={"program": match.program, "raised_at": at, "urgency": Concern.Urgency.WHENEVER},
    )
    if made:
        tell(concern, at=at)


def tell(concern: Concern, *, at: datetime) -> None:
    """Owe the letter to whoever must act first: the carer, or the chair where there is none."""
    told = first_to_act(concern)
    if concern.urgency == Concern.Urgency.URGENT:
        told += _handling(concern, _deputies(concern))
    _owe(concern, told or _handling(concern, chairs_of(concern.program)), at)


def first_to_act(concern: Concern) -> list[Any]:
    carer = concern.match.carer if concern.match else None
    return _handling(concern, [carer] if carer else chairs_of(concern.program))


def escalate(at: datetime) -> None:
    """A concern that nobody has taken goes to the deputy after four hours, and to the chair after a day."""
    waiting = Concern.system.filter(state=Concern.State.OPEN, raised_at__lte=at)
    rows = list(waiting.select_related("program", "person", "match__carer"))
    debts = Debts(["concern", "concern-urgent"], rows)
    for concern in rows:
        _owe(concern, first_to_act(concern), at, debts)
        if concern.raised_at <= at - TO_DEPUTY:
            _owe(concern, _handling(concern, _deputies(concern)), at, debts)
        if concern.raised_at <= at - TO_CHAIR:
            _owe(concern, _handling(concern, chairs_of(concern.program)), at, debts)


def _deputies(concern: Concern) -> list[Any]:
    carer = concern.match.carer if concern.match else None
    return deputies_of(carer, concern.program) if carer else []


def _handling(concern: Concern, people: list[Any]) -> list[Any]:
    """Those of `people` who may look at it: no conflict of interest, a live role."""
    return [person for person in people if concern.may_be_handled_by(person)]


def _owe(concern: Concern, people: list[Any], at: datetime, debts: Debts | None = None) -> None:
    debts = debts or Debts([], [])
    kind = "concern" if concern.urgency == Concern.Urgency.WHENEVER else "concern-urgent"
    for person in people:
        debts.enqueue(kind, to=person, about=concern, at=at)
