"""E-mails about the agreement: who is asked for what, and when.

The mentee is asked to draft it after the first meeting or some days after the introduction, until
a draft is shared. Whoever has not signed a shared version is asked to sign it. About once in two
minutes `enqueue_reminders` enqueues what the facts call for; running it twice, or after a long
stop, enqueues nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from access.bounded import found_in
from accounts.models import User
from matches.models import Match, not_paused
from matches.pair_clock import rested_since
from notifications.models import Notification
from notifications.outbox import enqueue
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, due_reminder
from programs.models.programs_by import ProgramsBySettings, programs_by

from .models import Agreement, AgreementVersion

DRAFT_REMINDERS = (7, 14)  # days after the first e-mail
LAST_DAYS = 7  # how long the last one makes sense
# Several parts of a shared text that change within this time make one e-mail.
CHANGE_DELAY = timedelta(minutes=15)
# The ordinal of an e-mail is ten times the signing round plus the number of the reminder.
ORDINALS_PER_ROUND = 10

State = AgreementVersion.State


def ask_for_draft(match: Match, *, at: datetime) -> None:
    """Ask the mentee for a draft from now on, because the first meeting was held.

    The e-mail follows with the next run of `enqueue_reminders`. A second call changes nothing.
    """
    agreement, _created = Agreement.objects.get_or_create(match=match)
    Agreement.objects.filter(pk=agreement.pk, asked_at=None).update(asked_at=at)


def ask_to_sign(version: AgreementVersion, person: User, *, at: datetime) -> None:
    """Enqueue the e-mail that asks `person` to sign the text as it is now."""
    enqueue(
        "agreement-to-sign",
        to=person,
        about=version,
        ordinal=version.signing_round * ORDINALS_PER_ROUND + 1,
        due_at=at,
        expires_at=at + timedelta(days=version.program.policy.reminder_first_days),
        at=at,
    )


def notify_signed(version: AgreementVersion, *, at: datetime) -> None:
    """Enqueue the e-mail to both people that the agreement is in force."""
    for person in version.match.people:
        enqueue("agreement-signed", to=person, about=version, at=at)


@reconciler
def enqueue_reminders(at: datetime) -> None:
    """Enqueue the e-mails about agreements that are due at `at` and not enqueued yet."""
    matches, versions = to_ask_for_draft(at), list(waiting_for_signatures())
    pending = PendingEmails(["agreement-to-draft"], matches)
    for match in matches:
        _remind_to_draft(match, pending, at)
    pending = PendingEmails(["agreement-to-sign"], versions)
    for version in versions:
        _remind_to_sign(version, pending, at)


def without_shared_draft(at: datetime) -> QuerySet[Match]:
    """Return matches introduced by `at`, not paused, whose agreement was never shared."""
    shared = AgreementVersion.objects.exclude(state=State.DRAFT).filter(
        agreement__match=OuterRef("pk")
    )
    introduced = Match.objects.filter(state=Match.State.INTRODUCED, introduced_at__lte=at)
    found = introduced.filter(not_paused(at)).exclude(Exists(shared)).with_people()
    related = found.select_related("agreement", "mentee__cohort__program__policy")
    return related.prefetch_related("pauses")


def to_ask_for_draft(at: datetime) -> list[Match]:
    """Return those of `without_shared_draft` for whom an e-mail is due that is not enqueued yet."""
    emails = Notification.system.filter(
        about_type=Match._meta.label_lower, about_id=OuterRef("pk"), kind="agreement-to-draft"
    )
    programs = programs_by("agreement_ask_days")
    due = Q(pk__in=[])
    for ordinal in range(1, len(DRAFT_REMINDERS) + 2):
        due |= _is_due(ordinal, programs, at) & ~Q(Exists(emails.filter(ordinal=ordinal)))
    # Few are in time for an e-mail that is missing: only of these the versions are looked at.
    found = Match.objects.filter(due, state=Match.State.INTRODUCED).order_by()
    ids = list(found.values_list("pk", flat=True))
    return list(without_shared_draft(at).filter(pk__in=ids)) if ids else []


def _is_due(ordinal: int, programs: ProgramsBySettings, at: datetime) -> Q:
    """Match pairs for whom e-mail number `ordinal` can be due, by either of its two reasons."""
    begin, end = (0, *DRAFT_REMINDERS, DRAFT_REMINDERS[-1] + LAST_DAYS)[ordinal - 1 : ordinal + 1]
    newest, oldest = at - timedelta(days=begin), at - timedelta(days=end)
    found = Q(agreement__asked_at__lte=newest, agreement__asked_at__gt=oldest)
    found |= Q(first_days_from__isnull=False)  # was paused: few, `_remind_to_draft` looks closer
    for (days,), theirs in programs.items():
        ask_after = timedelta(days=days)
        window = Q(introduced_at__lte=newest - ask_after, introduced_at__gt=oldest - ask_after)
        found |= window & theirs("mentee__cohort__program")
    return found


def _remind_to_draft(match: Match, pending: PendingEmails, at: datetime) -> None:
    agreement: Agreement | None = getattr(match, "agreement", None)
    latest = match.counts_from + timedelta(days=match.program.policy.agreement_ask_days)
    asked_at = agreement.asked_at if agreement else None
    if asked_at:
        asked_at += rested_since(asked_at, match.pauses.all())
    since = min(asked_at or latest, latest)
    reminder = due_reminder(at, since=since, reminders=DRAFT_REMINDERS, last_days=LAST_DAYS)
    if reminder is not None:
        mentee = match.mentee.person
        pending.enqueue("agreement-to-draft", reminder, to=mentee, about=match, at=at)


def waiting_for_signatures() -> Iterable[AgreementVersion]:
    """Return the shared versions of open matches."""
    rows = AgreementVersion.objects.filter(
        state=State.SHARED, agreement__match__in=Match.objects.open()
    )
    return found_in(
        rows,
        lambda found: found.select_related(
            "agreement__match__mentee__person",
            "agreement__match__mentor__person",
            "agreement__match__mentee__cohort__program__policy",
        ).prefetch_related("signatures", "agreement__match__pauses"),
    )


def _remind_to_sign(version: AgreementVersion, pending: PendingEmails, at: datetime) -> None:
    since = version.changed_at or version.shared_at or at
    policy = version.program.policy
    days = (policy.reminder_first_days, policy.reminder_second_days)
    # While the pair is paused, news is told and nothing is asked again.
    is_paused = version.match.is_paused(at)
    if not is_paused:
        since += rested_since(since, version.match.pauses.all())
    reminder = due_reminder(at, since=since, reminders=days)
    if reminder is None or (is_paused and reminder.ordinal > 1):
        return
    is_settled = reminder.ordinal > 1 or at >= since + CHANGE_DELAY
    signed = {row.person_id for row in version.signatures.all() if row.withdrawn_at is None}
    for person in version.match.people:
        # Whoever changed the text last is looking at it, so only reminders go to that person.
        is_author = reminder.ordinal == 1 and person.pk == version.changed_by_id
        if person.pk not in signed and is_settled and not is_author:
            first = version.signing_round * ORDINALS_PER_ROUND
            pending.enqueue(
                "agreement-to-sign", reminder, to=person, about=version, at=at, first_ordinal=first
            )
