"""Raising concerns, and notifying the member who must act: at once, and without details."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.bounded import by_ids, found_in
from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match
from notifications.outbox import cancel_about
from notifications.reasons import reason
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails
from programs.committee import chairs_by_program
from programs.models import Program, read_roles_once

from .care_access import chairs_of, deputies_by_carer, deputies_of
from .models import CheckIn, Concern

SAME_WORDS_WITHIN = timedelta(days=1)
ESCALATED = ("program", "urgency", "cause", "raised_at", "match__carer")  # columns
EMAIL_KINDS = ("concern", "concern-urgent", "concern-ending", "concern-bounced", "concern-rule")
TAKEN_BACK = reason("taken-back", gettext_lazy("the person took the request back"))
DEPUTY_AFTER, CHAIR_AFTER = timedelta(hours=4), timedelta(hours=24)
LOOK_AGAIN = timedelta(minutes=10)  # for new carers, deputies and chairs


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
    cause: str = Concern.Cause.ASKED,
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
        "cause": cause,
    }
    # Two pages that are sent at the same moment take turns.
    list(User.objects.select_for_update(no_key=True).filter(pk=author.pk).values_list("pk"))
    if same := _sent_already(author, asked, at):
        return same, False
    concern, created = Concern.system.get_or_create(
        person=author, nonce=nonce, defaults={"author": author, "raised_at": at, **asked}
    )
    if created:
        notify(concern, at=at)
    return concern, created


def say_before_start(
    match: Match, *, author: User, text: str, contact_info: str, nonce: str
) -> tuple[Concern, bool]:
    """Tell the carer something before the two begin; the partner never learns of it.

    Returns as `ask_for_help`. Raises ActionNotAllowed outside the pair, and once it has begun.
    """
    if author not in match.people:
        raise ActionNotAllowed(_("Only the two people of a pair can do this."))
    if match.state != Match.State.INTRODUCED:
        raise ActionNotAllowed(_("Your pair has begun or ended. Ask the committee for help."))
    return ask_for_help(
        author=author,
        program=match.program,
        match=match,
        text=text,
        urgency=Concern.Urgency.SOON,
        partner_may_know=False,
        contact_info=contact_info,
        nonce=nonce,
        cause=Concern.Cause.BEFORE,
    )


def raise_not_reached(match: Match, *, author: User, at: datetime) -> Concern:
    """Ask the carer to try another way, because `author` could not reach the partner.

    There is one concern about a person who does not answer, until it is resolved.
    """
    return raise_once(match, match.partner_of(author), Concern.Cause.NO_REPLY, at, author=author)


def _sent_already(author: User, asked: Mapping[str, object], at: datetime) -> Concern | None:
    """Return an unresolved concern of the last day that says exactly the same."""
    recent = Concern.system.unresolved().filter(
        author=author, cause=asked["cause"], raised_at__gt=at - SAME_WORDS_WITHIN
    )
    rows = recent.select_related("program", "match")
    # The texts are encrypted: a query cannot compare them.
    is_same = (row for row in rows if all(getattr(row, name) == asked[name] for name in asked))
    return next(is_same, None)


def raise_about_offer(program: Program, person: User, *, at: datetime) -> Concern:
    """Ask the chairs to talk with someone who is asked about a match before it is made, once."""
    text = _("Asked about a match before it is made, and wants to talk first.")
    return ask_for_help(
        author=person,
        program=program,
        match=None,
        text=text,
        urgency=Concern.Urgency.SOON,
        partner_may_know=False,
        contact_info="",
        nonce="",
        at=at,
    )[0]


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


def raise_about_ending(match: Match, person: User, *, author: User | None, at: datetime) -> Concern:
    """Ask the carer to talk with `person` about the end of their pair; return the concern.

    `author` is who asked for it, None where the pair has ended. There is one until it is resolved.
    """
    return raise_once(match, person, Concern.Cause.ENDING, at, author=author)


@transaction.atomic
def raise_once(match: Match, person: User, cause: str, at: datetime, **values: object) -> Concern:
    """Raise a concern about `person`, unless one with this cause is unresolved; return it."""
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
        concern.close(by=person, outcome=Concern.Outcome.NOTHING, note=note, at=at)
        cancel_about(concern, why=TAKEN_BACK, at=at)


def raise_about_silence(match: Match, *, since: datetime, at: datetime) -> None:
    """Ask the carer to reach a pair of which nothing was heard `since`, once per silence."""
    known = Concern.system.filter(match=match, cause=Concern.Cause.SILENCE, raised_at__gte=since)
    if not known.exists():
        whenever = Concern.Urgency.WHENEVER
        raise_once(match, match.mentee.person, Concern.Cause.SILENCE, at, urgency=whenever)


def resolve_about_silence(matches: Collection[int], *, note: str, at: datetime) -> None:
    """Resolve what `raise_about_silence` raised; `note` says why it needs no one any more."""
    silent = Concern.system.unresolved().filter(cause=Concern.Cause.SILENCE, match__in=matches)
    for concern in silent:
        concern.close(by=None, outcome=Concern.Outcome.NOTHING, note=note, at=at)
        cancel_about(concern, why=TAKEN_BACK, at=at)


def notify(concern: Concern, *, at: datetime) -> None:
    """Enqueue the e-mail to whoever must act first; an urgent concern goes to the deputy too."""
    people = first_responders(concern)
    if concern.urgency == Concern.Urgency.URGENT:
        people += able_to_handle(concern, _deputies(concern))
    people = people or able_to_handle(concern, chairs_of(concern.program))
    _enqueue(concern, people, at, PendingEmails())


def first_responders(concern: Concern) -> list[User]:
    """Return the carer of the match, or the chairs where there is none; conflicts left out."""
    carer = concern.match.carer if concern.match else None
    return able_to_handle(concern, [carer] if carer else chairs_of(concern.program))


@reconciler
def escalate(at: datetime) -> None:
    """Notify the carer's deputy, and later the chair, of concerns that no one has taken.

    Each is looked at when someone is due to know, and else every `LOOK_AGAIN`.
    """
    is_due = Q(escalate_from=None) | Q(escalate_from__lte=at)
    waiting = Concern.system.filter(is_due, state=Concern.State.OPEN, raised_at__lte=at)
    if rows := found_in(waiting, lambda found: found.select_related("match").only(*ESCALATED)):
        with read_roles_once():
            _escalate(rows, at)


def _escalate(waiting: Iterable[Concern], at: datetime) -> None:
    rows = list(waiting)
    pending = PendingEmails(EMAIL_KINDS, rows)
    team = CareTeam.of(rows)
    for concern in rows:
        age = at - concern.raised_at
        people = team.responsible_for(
            concern, is_late=age >= DEPUTY_AFTER, is_old=age >= CHAIR_AFTER
        )
        new = [one for one in people if not pending.has(_kind(concern), to=one, about=concern)]
        _enqueue(concern, able_to_handle(concern, new), at, pending)
    _look_again(rows, at)


def _look_again(rows: Collection[Concern], at: datetime) -> None:
    """Note when each is looked at next: in `LOOK_AGAIN`, or as soon as someone else is due."""
    next_looks: dict[datetime, list[int]] = defaultdict(list)
    for row in rows:
        due = (row.raised_at + after for after in (DEPUTY_AFTER, CHAIR_AFTER))
        next_looks[min([at + LOOK_AGAIN, *(one for one in due if one > at)])].append(row.pk)
    for next_at, ids in next_looks.items():
        by_ids(Concern.system.all(), ids).update(escalate_from=next_at)


@dataclass(frozen=True)
class CareTeam:
    """Who acts on some concerns: carers by id, deputies by carer and program, chairs by program."""

    carers: Mapping[int, User]
    deputies: Mapping[tuple[int, int], list[User]]
    chairs: Mapping[int, list[User]]

    @classmethod
    def of(cls, concerns: Collection[Concern]) -> CareTeam:
        """Read them in three queries."""
        of_pairs = {
            (row.match.carer_id, row.program_id)
            for row in concerns
            if row.match and row.match.carer_id
        }
        return cls(
            User.objects.in_bulk({carer for carer, _program in of_pairs}),
            deputies_by_carer(of_pairs),
            chairs_by_program(row.program_id for row in concerns),
        )

    def responsible_for(self, concern: Concern, *, is_late: bool, is_old: bool) -> list[User]:
        """Return who must know: the carer or else the chairs, late the deputy, then the chairs."""
        carer = self.carers.get(concern.match.carer_id or 0) if concern.match else None
        chairs = self.chairs.get(concern.program_id, [])
        if carer is None:
            return chairs
        deputies = self.deputies.get((carer.pk, concern.program_id), []) if is_late else []
        return [carer, *deputies, *(chairs if is_old else [])]


def _deputies(concern: Concern) -> list[User]:
    carer = concern.match.carer if concern.match else None
    return deputies_of(carer, concern.program) if carer else []


def able_to_handle(concern: Concern, people: list[User]) -> list[User]:
    """Leave out people with a conflict of interest or without a live role."""
    return [person for person in people if concern.may_be_handled_by(person)]


def _enqueue(concern: Concern, people: list[User], at: datetime, pending: PendingEmails) -> None:
    for person in people:
        pending.enqueue(_kind(concern), to=person, about=concern, at=at)


def _kind(concern: Concern) -> str:
    if concern.cause == Concern.Cause.ENDING:
        return "concern-ending"
    if concern.cause == Concern.Cause.BOUNCED:
        return "concern-bounced"
    if concern.cause == Concern.Cause.RULE:
        return "concern-rule"
    return "concern" if concern.urgency == Concern.Urgency.WHENEVER else "concern-urgent"
