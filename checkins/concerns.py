"""Raising concerns, and notifying the member who must act: at once, and without details."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from agreements.models import AgreementVersion, Signature
from matches.models import Match
from notifications import kinds
from notifications.models import Notification
from notifications.models.outbox import NotificationQuerySet
from notifications.outbox import cancel_about
from notifications.reasons import reason
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails
from programs.models import Membership, Policy, Program, read_roles_once
from workflow.models import Transition
from workflow.states import move

from .care_access import chairs_of, deputies_of
from .models import CheckIn, Concern

# E-mails that were sent longer ago say nothing about whether a person answers today.
UNANSWERED_WINDOW = timedelta(days=60)
SENT_LATELY = timedelta(days=2)  # nothing is sent while this does not run
SAME_WORDS_WITHIN = timedelta(days=1)
ESCALATED = ("program", "urgency", "cause", "raised_at", "match__carer")  # columns
EMAIL_KINDS = ("concern", "concern-urgent", "concern-ending")
TAKEN_BACK = reason("taken-back", gettext_lazy("the person took the request back"))
DEPUTY_AFTER, CHAIR_AFTER = timedelta(hours=4), timedelta(hours=24)


@transaction.atomic
def ask_for_help(
    *,
    author: User,
    program: Program,
    match: Match | None,
    text: str,
    urgency: str,
    partner_may_know: bool,
    contact_info: str,
    nonce: str,
    at: datetime | None = None,
) -> tuple[Concern, bool]:
    """Ask the committee for help, for `author`, and notify who must act.

    Return the concern and whether it is new. `nonce` names the form: sending it twice makes one
    concern, and so does going back to the page and sending the same words again.
    """
    at = at or timezone.now()
    asked = {
        "program": program,
        "match": match,
        "text": text,
        "urgency": urgency,
        "partner_may_know": partner_may_know,
        "contact_info": contact_info,
    }
    # Two pages that are sent at the same moment take turns.
    list(User.objects.select_for_update().filter(pk=author.pk).values_list("pk"))
    if same := _sent_already(author, asked, at):
        return same, False
    concern, created = Concern.system.get_or_create(
        person=author, nonce=nonce, defaults={"author": author, "raised_at": at, **asked}
    )
    if created:
        notify(concern, at=at)
    return concern, created


def _sent_already(author: User, asked: Mapping[str, object], at: datetime) -> Concern | None:
    """Return an unresolved concern of the last day that says exactly the same."""
    recent = Concern.system.unresolved().filter(
        author=author, cause=Concern.Cause.ASKED, raised_at__gt=at - SAME_WORDS_WITHIN
    )
    rows = recent.select_related("program", "match")
    # The texts are encrypted: a query cannot compare them.
    is_same = (row for row in rows if all(getattr(row, name) == asked[name] for name in asked))
    return next(is_same, None)


def raise_about_answer(checkin: CheckIn, *, at: datetime) -> Concern:
    """Raise a concern because an answer needs someone to act, at most once per check-in."""
    concern, created = Concern.system.get_or_create(
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
    if created:
        notify(concern, at=at)
    return concern


@reconciler
def raise_about_unanswered_emails(at: datetime) -> None:
    """Raise a concern for everyone who left several e-mails in a row unanswered.

    How many is the program's `unanswered_messages`. The carer then tries another way; there is one
    concern until it is resolved or the person does something.
    """
    people = _with_unanswered_emails(at)
    if not people:
        return
    counts = unanswered_emails(people, at)
    either = Q(mentee__person__in=people) | Q(mentor__person__in=people)
    matches = Match.objects.open().filter(either).with_people()
    for match in matches.select_related("mentee__cohort__program__policy"):
        for person in match.people:
            if counts.get(person.pk, 0) >= match.program.policy.unanswered_messages:
                _raise_no_reply(match, person, at)


def _with_unanswered_emails(at: datetime) -> list[User]:
    """Return who was sent as many e-mails as some program allows to stay unanswered, or more.

    Without those about whom a concern is unresolved: there is at most one.
    """
    fewest = Policy.objects.aggregate(fewest=Min("unanswered_messages"))["fewest"]
    if fewest is None:
        return []
    sent = _needing_answer(at).order_by().values("recipient").annotate(emails=Count("pk"))
    known = Concern.system.unresolved().filter(cause=Concern.Cause.NO_REPLY).values("person")
    # The number of someone's unanswered e-mails grows only when one is sent.
    lately = _needing_answer(at).filter(sent_at__gte=at - SENT_LATELY).values("recipient")
    many = sent.filter(recipient__in=lately, emails__gte=fewest).values("recipient")
    return list(User.objects.filter(pk__in=many).exclude(pk__in=known))


def _needing_answer(at: datetime) -> NotificationQuerySet:
    """Return the e-mails of the last weeks that a person should answer."""
    return Notification.system.filter(
        state=Notification.State.SENT,
        kind__in=kinds.needing_answer(),
        sent_at__gte=at - UNANSWERED_WINDOW,
        sent_at__lte=at,
    )


def unanswered_emails(people: Collection[User], at: datetime) -> dict[int, int]:
    """Count, by person id, e-mails that needed an answer and were sent after the last activity."""
    sent = _needing_answer(at).filter(recipient__in=people)
    active = last_activity(people)
    counts: Counter[int] = Counter()
    for recipient, sent_at in sent.values_list("recipient", "sent_at"):
        if sent_at and (recipient not in active or sent_at > active[recipient]):
            counts[recipient] += 1
    return dict(counts)


def last_activity(people: Collection[User]) -> dict[int, datetime]:
    """Return by person id when each last answered, wrote, signed or moved something.

    A concern about the person counts too: counting starts again once the carer knows.
    """
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


def _raise_no_reply(match: Match, person: User, at: datetime) -> None:
    _raise_once(match, person, Concern.Cause.NO_REPLY, at, urgency=Concern.Urgency.WHENEVER)


def raise_about_ending(match: Match, person: User, *, author: User | None, at: datetime) -> Concern:
    """Ask the carer to talk with `person` about the end of their pair; return the concern.

    `author` is who asked for it, None where the pair has ended. There is one until it is resolved.
    """
    return _raise_once(match, person, Concern.Cause.ENDING, at, author=author)


@transaction.atomic
def _raise_once(match: Match, person: User, cause: str, at: datetime, **values: object) -> Concern:
    unresolved = Concern.system.unresolved().filter(cause=cause)
    concern, created = unresolved.get_or_create(
        match=match,
        person=person,
        cause=cause,
        defaults={"program": match.program, "raised_at": at, **values},
    )
    if created:
        notify(concern, at=at)
    return concern


def resolve_about_ending(match: Match, person: User, *, at: datetime) -> None:
    """Resolve what `raise_about_ending` raised, because the person took the request back."""
    for concern in Concern.system.unresolved().filter(
        match=match, person=person, cause=Concern.Cause.ENDING
    ):
        note = _("They took the request back.")
        move(concern, Concern.State.RESOLVED, by=person, at=at, resolved_at=at, resolution=note)
        cancel_about(concern, why=TAKEN_BACK, at=at)


def notify(concern: Concern, *, at: datetime) -> None:
    """Enqueue the e-mail to whoever must act first; an urgent concern goes to the deputy too."""
    people = first_responders(concern)
    if concern.urgency == Concern.Urgency.URGENT:
        people += _able_to_handle(concern, _deputies(concern))
    people = people or _able_to_handle(concern, chairs_of(concern.program))
    _enqueue(concern, people, at, PendingEmails())


def first_responders(concern: Concern) -> list[User]:
    """Return the carer of the match, or the chairs where there is none; conflicts left out."""
    carer = concern.match.carer if concern.match else None
    return _able_to_handle(concern, [carer] if carer else chairs_of(concern.program))


@reconciler
def escalate(at: datetime) -> None:
    """Notify the carer's deputy, and later the chair, of concerns that no one has taken."""
    with read_roles_once():
        _escalate(at)


def _escalate(at: datetime) -> None:
    waiting = Concern.system.filter(state=Concern.State.OPEN, raised_at__lte=at)
    # Few columns: in most minutes nobody has to be told anything new.
    rows = list(waiting.select_related("match").only(*ESCALATED))
    pending = PendingEmails(EMAIL_KINDS, rows)
    team = CareTeam.of(rows)
    for concern in rows:
        age = at - concern.raised_at
        people = team.responsible_for(
            concern, is_late=age >= DEPUTY_AFTER, is_old=age >= CHAIR_AFTER
        )
        new = [one for one in people if not pending.has(_kind(concern), to=one, about=concern)]
        _enqueue(concern, _able_to_handle(concern, new), at, pending)


@dataclass(frozen=True)
class CareTeam:
    """Who acts on some concerns: carers by id, deputies by carer and program, chairs by program."""

    carers: Mapping[int, User]
    deputies: Mapping[tuple[int, int], list[User]]
    chairs: Mapping[int, list[User]]

    @classmethod
    def of(cls, concerns: Collection[Concern]) -> CareTeam:
        """Read them in three queries."""
        carers = {row.match.carer_id for row in concerns if row.match and row.match.carer_id}
        deputies: dict[tuple[int, int], list[User]] = defaultdict(list)
        live = Membership.objects.live()
        for row in live.filter(user__in=carers, deputy__is_active=True).select_related("deputy"):
            if row.deputy is not None and row.deputy not in deputies[row.user_id, row.program_id]:
                deputies[row.user_id, row.program_id].append(row.deputy)
        chairs: dict[int, list[User]] = defaultdict(list)
        programs = {row.program_id for row in concerns}
        of_programs = live.filter(program__in=programs, role=Membership.Role.CHAIR)
        for row in of_programs.filter(user__is_active=True).select_related("user"):
            if row.user not in chairs[row.program_id]:
                chairs[row.program_id].append(row.user)
        return cls(User.objects.in_bulk(carers), deputies, chairs)

    def responsible_for(self, concern: Concern, *, is_late: bool, is_old: bool) -> list[User]:
        """Return who must know: the carer or else the chairs, late the deputy, then the chairs."""
        carer = self.carers.get(concern.match.carer_id or 0) if concern.match else None
        chairs = self.chairs[concern.program_id]
        if carer is None:
            return chairs
        deputies = self.deputies[carer.pk, concern.program_id] if is_late else []
        return [carer, *deputies, *(chairs if is_old else [])]


def _deputies(concern: Concern) -> list[User]:
    carer = concern.match.carer if concern.match else None
    return deputies_of(carer, concern.program) if carer else []


def _able_to_handle(concern: Concern, people: list[User]) -> list[User]:
    """Leave out people with a conflict of interest or without a live role."""
    return [person for person in people if concern.may_be_handled_by(person)]


def _enqueue(concern: Concern, people: list[User], at: datetime, pending: PendingEmails) -> None:
    for person in people:
        pending.enqueue(_kind(concern), to=person, about=concern, at=at)


def _kind(concern: Concern) -> str:
    if concern.cause == Concern.Cause.ENDING:
        return "concern-ending"
    return "concern" if concern.urgency == Concern.Urgency.WHENEVER else "concern-urgent"
