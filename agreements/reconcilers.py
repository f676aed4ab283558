"""Who is asked for what about the agreement, and how often.

The mentee is asked to draft after the first meeting or some days after the introduction, until a draft is shared. Whoever
must act is asked to sign, until it is done. `plan` makes this true from the facts once a minute; running it twice, or after
a long stop, owes nothing twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from matches.models import Match
from notifications.outbox import enqueue
from notifications.reconcilers import reconciler

from .models import Agreement, AgreementVersion
from .reminders import Debts, turn_at

DRAFT_REMINDERS = (7, 14)  # days after the ask
SETTLING = timedelta(minutes=15)  # after a change of a shared text: several parts, one letter
CALLS = 10  # the ordinal of a letter is ten times the call to sign plus the number of the reminder

State = AgreementVersion.State


def ask_for_draft(match: Match, *, at: datetime) -> None:
    """Ask the mentee now to draft the agreement: the first meeting has been held. Asking twice is asking once."""
    agreement, _made = Agreement.objects.get_or_create(match=match)
    Agreement.objects.filter(pk=agreement.pk, asked_at=None).update(asked_at=at)


def ask_to_sign(version: AgreementVersion, person: Any, *, at: datetime) -> None:
    """Owe the letter that `person` can sign the text as it stands now."""
    policy = version.program.policy
    expires_at = at + timedelta(days=policy.reminder_first_days)
    ordinal = version.call * CALLS + 1
    enqueue(
        "agreement-to-sign",
        to=person,
        about=version,
        ordinal=ordinal,
        due_at=at,
        expires_at=expires_at,
        at=at,
    )


def tell_signed(version: AgreementVersion, person: Any, *, at: datetime) -> None:
    enqueue("agreement-signed", to=person, about=version, at=at)


@reconciler
def plan(at: datetime) -> None:
    matches, versions = list(undrafted(at)), list(waiting_for_signatures())
    debts = Debts(["agreement-open"], matches)
    for match in matches:
        _ask_for_draft(match, debts, at)
    debts = Debts(["agreement-to-sign"], versions)
    for version in versions:
        _ask_signers(version, debts, at)


def undrafted(at: datetime) -> QuerySet[Match]:
    """Introduced matches without a shared text."""
    shared = AgreementVersion.objects.exclude(state=State.DRAFT).values("agreement__match")
    found = Match.objects.filter(state=Match.State.INTRODUCED, introduced_at__lte=at).exclude(
        pk__in=shared
    )
    return found.with_people().select_related("agreement", "mentee__cohort__program__policy")


def _ask_for_draft(match: Match, debts: Debts, at: datetime) -> None:
    agreement = getattr(match, "agreement", None)
    latest = match.introduced_at + timedelta(days=match.program.policy.agreement_ask_days)
    asked_at = agreement.asked_at if agreement else None
    since = min(asked_at or latest, latest)
    turn = turn_at(at, since=since, reminders=DRAFT_REMINDERS)
    if turn is not None:
        mentee = match.mentee.person
        debts.enqueue(
            "agreement-open",
            to=mentee,
            about=match,
            ordinal=turn.ordinal,
            expires_at=turn.expires_at,
            at=at,
        )


def waiting_for_signatures() -> QuerySet[AgreementVersion]:
    rows = AgreementVersion.objects.filter(
        state=State.SHARED, agreement__match__in=Match.objects.open()
    )
    return rows.select_related(
        "agreement__match__mentee__person",
        "agreement__match__mentor__person",
        "agreement__match__mentee__cohort__program__policy",
    ).prefetch_related("signatures")


def _ask_signers(version: AgreementVersion, debts: Debts, at: datetime) -> None:
    since = version.changed_at or version.shared_at or at
    policy = version.program.policy
    reminders = (policy.reminder_first_days, policy.reminder_second_days)
    turn = turn_at(at, since=since, reminders=reminders)
    if turn is None:
        return
    signed = {
        signature.person_id
        for signature in version.signatures.all()
        if signature.withdrawn_at is None
    }
    for person in version.match.people:
        # Whoever changed the text last is looking at it; the other one is told when it has settled.
        too_early = turn.ordinal == 1 and (
            person.pk == version.changed_by_id or at < since + SETTLING
        )
        if person.pk not in signed and not too_early:
            ordinal = version.call * CALLS + turn.ordinal
            debts.enqueue(
                "agreement-to-sign",
                to=person,
                about=version,
                ordinal=ordinal,
                expires_at=turn.expires_at,
                at=at,
            )
