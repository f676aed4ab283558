"""Asking people before their pair is made, where the program has set it.

1. Publishing a round opens an offer for each pair instead of making it. Who is asked has
   five days, to the end of the last one; where that is on a weekend, until Monday.
2. When all who are asked have said yes, the pair is made and introduced as by a publication.
3. After a no, or when time is over, the next best mentor of the round is asked: one that breaks no
   rule of it and has a free place. What others are asked stays as it is. If no one is left, the
   mentee gets the letter of those without a mentor.
4. An open offer holds a place of the mentor and the mentee: no round gives them away. It ends when
   its pair cannot be made any more: someone left, or the committee now keeps the two apart.
5. Verbs lock the round first, so that two answers are counted one after the other.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from matches.match_creation import create_matches
from matches.models import Match
from matches.signals import talk_asked
from matches.why_you_two import shareable
from notifications.outbox import enqueue
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, due_reminder
from workflow.states import move

from ..models import Offer, Proposal, Round
from .asking import KIND, answer_until, ask_next
from .barred_pairs import barred_pairs, refuse_if_barred

State = Offer.State
REMINDER_DAY = 3
PEOPLE = ("mentee__person", "mentor__person", "round__cohort__program__policy")
NOT_READY = "no longer ready to be matched"
ENDED = gettext_lazy("This request has ended. There is nothing left for you to do. Thank you.")


@transaction.atomic
def answer(
    offer: Offer, *, by: User, agrees: bool, reason: str = "", at: datetime | None = None
) -> None:
    """Store the answer of one who is asked; the same answer again changes nothing.

    Raises ActionNotAllowed for anyone else, and once the offer is closed.
    """
    at = at or timezone.now()
    _lock(offer)
    if by not in offer.people:
        raise ActionNotAllowed(_("You are not asked about this."))
    if agrees and offer.agreed_at(by) and offer.state in {State.OPEN, State.ACCEPTED}:
        return
    if not offer.is_open(at):
        raise ActionNotAllowed(ENDED)
    if not agrees:
        _close(offer, State.DECLINED, by=by, at=at, reason=reason)
        ask_next(offer, at=at)
        return
    column = "mentor_agreed_at" if offer.is_mentor(by) else "mentee_agreed_at"
    Offer.system.filter(pk=offer.pk).update(**{column: at})
    setattr(offer, column, at)
    if offer.is_agreed:
        _accept(offer, by=by, at=at)


def talk(offer: Offer, *, by: User, at: datetime | None = None) -> None:
    """Ask the committee to talk with `by` before they answer; the offer stays as it is.

    Raises ActionNotAllowed as `answer`.
    """
    at = at or timezone.now()
    if by not in offer.people:
        raise ActionNotAllowed(_("You are not asked about this."))
    if not offer.is_open(at):
        raise ActionNotAllowed(ENDED)
    talk_asked.send(Offer, program=offer.round.program, person=by, at=at)


def _lock(offer: Offer) -> None:
    list(Round.system.select_for_update(no_key=True).filter(pk=offer.round_id).values_list("pk"))
    columns = ("state", "closes_at", "mentor_agreed_at", "mentee_agreed_at")
    offer.refresh_from_db(fields=columns, from_queryset=Offer.system.all())


def _close(
    offer: Offer, state: str, *, by: User | None, at: datetime, why: str = "", reason: str = ""
) -> None:
    move(offer, state, by=by, at=at, why=why, closed_at=at, reason=reason)


def _accept(offer: Offer, *, by: User, at: datetime) -> None:
    """Make the pair and introduce the two; if that is not possible any more, go on to the next."""
    why = shareable(offer.why, offer.mentee, offer.mentor)
    try:
        with transaction.atomic():
            pairs = [(offer.mentee_id, offer.mentor_id, why)]
            refuse_if_barred(offer.round, pairs)
            (match,) = create_matches(pairs, at=at)
    except ActionNotAllowed as refused:
        _close(offer, State.EXPIRED, by=None, at=at, why=str(refused))
        ask_next(offer, at=at)
        return
    _close(offer, State.ACCEPTED, by=by, at=at)
    planned = Proposal.system.filter(round=offer.round_id).paired()
    planned.filter(mentee=offer.mentee_id, mentor=offer.mentor_id).update(
        state=Proposal.State.CHOSEN
    )
    for person in match.people:
        enqueue("match-introduced", to=person, about=match, at=at)


@transaction.atomic
def withdraw(offer: Offer, *, by: User, asks_next: bool, at: datetime | None = None) -> None:
    """Take an open offer back, for the committee; `asks_next` goes on with the next mentor.

    Raises ActionNotAllowed without the role or with a conflict of interest, and once it is closed.
    """
    at = at or timezone.now()
    _lock(offer)
    _check_member(offer, by)
    _close(offer, State.WITHDRAWN, by=by, at=at)
    if asks_next:
        ask_next(offer, at=at)


@transaction.atomic
def end_because_left(application: Application, *, at: datetime) -> None:
    """Take back the open offers of a withdrawn application; a mentee who is left goes on."""
    theirs = Q(mentee=application) | Q(mentor=application)
    for offer in Offer.system.open().filter(theirs).select_related(*PEOPLE):
        _end(offer, State.WITHDRAWN, at, why=NOT_READY)


@transaction.atomic
def end_kept_apart(people: Collection[User], *, at: datetime) -> None:
    """Take back at once the open offers about two of `people` who are kept apart from now on.

    No one learns why: who was asked reads that the request has ended.
    """
    about = Q(mentee__person__in=people, mentor__person__in=people)
    rows = list(Offer.system.open().filter(about).select_related(*PEOPLE))
    impossible = _impossible(rows)
    for offer in rows:
        if why := impossible.get(offer.pk):
            _end(offer, State.WITHDRAWN, at, why=why)


@transaction.atomic
def extend(offer: Offer, *, by: User, at: datetime | None = None) -> None:
    """Give everyone who is asked as long as a new offer would. Raises as `withdraw`."""
    at = at or timezone.now()
    _lock(offer)
    _check_member(offer, by)
    if offer.state != State.OPEN:
        raise ActionNotAllowed(_("This request is closed already."))
    offer.closes_at = answer_until(offer.round, at)
    Offer.system.filter(pk=offer.pk).update(closes_at=offer.closes_at)


def _check_member(offer: Offer, member: User) -> None:
    if not offer.may_be_changed_by(member):
        raise ActionNotAllowed(_("You don't have permission to do this."))


@reconciler
def follow_offers(at: datetime) -> None:
    """Remind once, end what was not answered in time, and take back what is not possible now."""
    rows = list(Offer.system.open().select_related(*PEOPLE))
    if not rows:
        return
    impossible = _impossible(rows)
    pending = PendingEmails([KIND], rows)
    for offer in rows:
        if why := impossible.get(offer.pk):
            _end(offer, State.WITHDRAWN, at, why=why)
        elif offer.closes_at <= at:
            _end(offer, State.EXPIRED, at, why="no answer in time")
        else:
            reminder = due_reminder(
                at,
                since=offer.opened_at,
                reminders=[REMINDER_DAY],
                last_days=(offer.closes_at - offer.opened_at).days - REMINDER_DAY,
            )
            for person in offer.people if reminder else ():
                if not offer.agreed_at(person):
                    pending.enqueue(KIND, reminder, to=person, about=offer, at=at)


def _impossible(offers: Collection[Offer]) -> dict[int, str]:
    """Return {offer: why} for those of `offers` whose pair cannot be made any more."""
    asked = {pk for row in offers for pk in (row.mentee_id, row.mentor_id)}
    ready = set(Application.objects.ready().filter(pk__in=asked).values_list("pk", flat=True))
    found = Match.objects.open().filter(mentee__in=asked)
    matched = set(found.values_list("mentee", flat=True))
    barred = barred_pairs([(row.round_id, row.mentee_id, row.mentor_id) for row in offers])
    why = {}
    for row in offers:
        if {row.mentee_id, row.mentor_id} - ready:
            why[row.pk] = NOT_READY
        elif row.mentee_id in matched:
            why[row.pk] = "matched in another way"
        elif (row.round_id, row.mentee_id, row.mentor_id) in barred:
            why[row.pk] = "kept apart"
    return why


@transaction.atomic
def _end(offer: Offer, state: str, at: datetime, *, why: str) -> None:
    _lock(offer)
    if offer.state != State.OPEN or (state == State.EXPIRED and offer.closes_at > at):
        return  # answered or extended a moment ago
    _close(offer, state, by=None, at=at, why=why)
    ask_next(offer, at=at)
