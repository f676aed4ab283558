"""Pairs without a round: registering one, the rules for it, and the committee's decision.

1. One member registers a pair with a reason; another one accepts it or turns it down. Neither may
   have a conflict of interest with one of the two.
2. The rules that no one can waive in a round hold here too. Same employer is accepted by saying so.
3. What two people ask for themselves is accepted by any matcher or chair without a conflict. If one
   of the two is not ready yet, the pair is made as soon as both are.
4. Once accepted the two are a pair like any other; no figure of a round counts them.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.draft_closing import was_never_sent
from applications.models import Application
from applications.submission import close_for_pair
from matches.match_creation import NewPair, check_pairs, create_matches
from matches.models import Match
from notifications.outbox import cancel_about, enqueue
from programs.committee import has_role
from workflow.states import move

from ..models import MATCHERS, PairRequest
from . import asking
from .announcements import MATCHED
from .request_rules import refusal_of

DECIDED = "pair-request-decided"
RELATIONS = (
    "mentee__person__profile__employer",
    "mentor__person__profile__employer",
    "mentee__cohort__program__policy",
    "mentor__cohort__program__policy",
    "cohort__program__policy",
)
State = PairRequest.State
Origin = Match.Origin


def new_pair(mentee: Application, mentor: Application, origin: str) -> NewPair:
    """Return what `create_matches` needs; no engine has found reasons for these two."""
    return mentee.pk, mentor.pk, {"origin": origin}


def check_possible(
    mentee: Application, mentor: Application, *, is_employer_known: bool = False
) -> None:
    """Raise ActionNotAllowed with the rule that keeps these two from being a pair today.

    Locks both applications until the end of the transaction.
    """
    if refusal := refusal_of(mentee, mentor, is_employer_known=is_employer_known):
        raise ActionNotAllowed(refusal)
    pair = new_pair(mentee, mentor, Origin.COMMITTEE)
    check_pairs([pair])
    asking.refuse_if_held([pair])


@transaction.atomic
def register_pair(
    mentee: Application,
    mentor: Application,
    *,
    by: User,
    reason: str,
    is_employer_known: bool = False,
    at: datetime | None = None,
) -> PairRequest:
    """Ask another member to accept these two as a pair; the same again returns the first request.

    Raises ActionNotAllowed for anyone but a matcher or chair without a conflict of interest, and
    for a pair that can't be made.
    """
    if not has_role(by, mentee.program, *MATCHERS):
        raise ActionNotAllowed(_("Only a matcher or chair can register a pair."))
    visible = Application.objects.for_committee(by, *MATCHERS)
    if visible.filter(pk__in=[mentee.pk, mentor.pk]).count() < len({mentee.pk, mentor.pk}):
        raise ActionNotAllowed(
            _("You have a conflict of interest with one of the two. Please ask another member.")
        )
    mine = PairRequest.objects.visible_to(by).waiting().filter(by=by)
    known: PairRequest | None = mine.filter(mentee=mentee, mentor=mentor).first()
    if known is not None:
        return known
    check_possible(mentee, mentor, is_employer_known=is_employer_known)
    try:
        with transaction.atomic():
            return PairRequest.objects.create(
                cohort=mentee.cohort,
                origin=Origin.COMMITTEE,
                state=State.CONFIRMED,
                mentee=mentee,
                mentor=mentor,
                by=by,
                reason=reason,
                is_employer_known=is_employer_known,
                asked_at=at or timezone.now(),
            )
    except IntegrityError as found:  # another member registers the mentee at the same moment
        raise ActionNotAllowed(
            _("Someone else has just changed this. Please reload the page.")
        ) from found


@transaction.atomic
def accept(request: PairRequest, *, by: User, at: datetime | None = None) -> Match | None:
    """Make the two a pair and introduce them; of two who asked themselves, once both are ready.

    Raises ActionNotAllowed for whoever may not decide, once it is decided, and while a rule, a
    missing step of one of the two or a lack of places stands against it.
    """
    at = at or timezone.now()
    lock(request)
    if not request.may_be_decided_by(by):
        raise ActionNotAllowed(_not_yours(request, by))
    if request.state != State.CONFIRMED:
        raise ActionNotAllowed(_("This request is closed already."))
    if request.is_of_people:
        _accept_applications(request, by=by, at=at)
        if not _are_ready(request):
            _check_rules(request)
            move(request, State.APPROVED, by=by, at=at, decided_by=by)
            _tell_both(request, at=at)
            return None
    return _make(request, by=by, at=at)


def _accept_applications(request: PairRequest, *, by: User, at: datetime) -> None:
    """Accept what was applied for only with this pair. Raises ActionNotAllowed for a draft."""
    for application in request.both:
        if application.state == Application.State.DRAFT:
            text = _("%(name)s has not sent their application yet.")
            raise ActionNotAllowed(text % {"name": application.person})
        if not application.is_for_pair and application.state != Application.State.ACCEPTED:
            text = _("Please decide first about the application of %(name)s.")
            raise ActionNotAllowed(text % {"name": application.person})
        if application.state in (Application.State.SUBMITTED, Application.State.WAITLISTED):
            move(application, Application.State.ACCEPTED, by=by, at=at)


def _are_ready(request: PairRequest) -> bool:
    both = [application.pk for application in request.both]
    return Application.objects.ready().filter(pk__in=both).count() == len(both)


def _tell_both(request: PairRequest, *, at: datetime) -> None:
    for application in request.both:
        enqueue(DECIDED, to=application.person, about=request, at=at)


def make_approved(at: datetime) -> int:
    """Make the pairs that wait only for a step of one of the two; return how many."""
    made = 0
    ready = Application.objects.ready(timezone.localdate(at)).values("pk")
    rows = PairRequest.system.filter(state=State.APPROVED, mentee__in=ready, mentor__in=ready)
    for request in rows.select_related(*RELATIONS).order_by("pk"):
        with suppress(ActionNotAllowed), transaction.atomic():  # asked again in the next run
            lock(request)
            _make(request, by=None, at=at)
            made += 1
    return made


def _check_rules(request: PairRequest) -> None:
    mentee, mentor = request.both
    known = request.is_employer_known
    if refusal := refusal_of(mentee, mentor, is_employer_known=known):
        raise ActionNotAllowed(refusal)


def _make(request: PairRequest, *, by: User | None, at: datetime) -> Match:
    _check_rules(request)
    mentee, mentor = request.both
    pair = new_pair(mentee, mentor, request.origin)
    asking.refuse_if_held([pair], besides=request)
    (match,) = create_matches([pair], at=at, origin=request.origin)
    decider = by or request.decided_by
    move(request, State.MADE, by=by, at=at, closed_at=at, decided_by=decider, match=match)
    cancel_about(request, why=MATCHED, kinds=(DECIDED,), at=at)
    for application in (mentee, mentor):
        enqueue("match-introduced", to=application.person, about=match, at=at)
        cancel_about(application, why=MATCHED, kinds=("decision-accepted",), at=at)
    return match


@transaction.atomic
def turn_down(
    request: PairRequest,
    *,
    by: User,
    reason: str,
    words: str = "",
    at: datetime | None = None,
) -> None:
    """Turn a request down; only the committee reads the reason. Raises as `accept`.

    Of two who asked themselves both are told, with `words`. Of others nobody hears of it.
    """
    at = at or timezone.now()
    lock(request)
    if not request.may_be_decided_by(by):
        raise ActionNotAllowed(_not_yours(request, by))
    move(
        request,
        State.DECLINED,
        by=by,
        at=at,
        closed_at=at,
        decided_by=by,
        decision_reason=reason,
        words=words,
    )
    if request.is_of_people:
        _tell_both(request, at=at)
        close_applications(request, at=at)


@transaction.atomic
def take_back(request: PairRequest, *, by: User, at: datetime | None = None) -> None:
    """Take back what `by` has registered or asked for.

    Raises ActionNotAllowed for others and once it has ended.
    """
    at = at or timezone.now()
    lock(request)
    if not request.may_be_taken_back_by(by):
        raise ActionNotAllowed(_("Only the member who registered it can take it back."))
    end(request, State.WITHDRAWN, by=by, at=at)


def end(request: PairRequest, state: str, *, by: User | None, at: datetime) -> None:
    """End a request without a pair, in the current transaction."""
    move(request, state, by=by, at=at, closed_at=at)
    if request.is_of_people:
        close_applications(request, at=at)


def close_applications(request: PairRequest, *, at: datetime) -> None:
    """Close the short applications of a request that has ended without a pair.

    One that another request or a pair of the person needs stays.
    """
    for application in (request.mentee, request.mentor):
        if application is not None and not _is_needed(application):
            close_for_pair(application, at=at)


def _is_needed(application: Application) -> bool:
    theirs = Q(mentee=application) | Q(mentor=application)
    is_asked_for = PairRequest.system.open().filter(theirs).exists()
    return is_asked_for or Match.objects.filter(theirs).exists()


def end_of_application(application: Application, *, at: datetime) -> None:
    """End the open requests of an application that is withdrawn, or was not sent in time."""
    state = State.LAPSED if was_never_sent(application) else State.WITHDRAWN
    for side in ("mentee", "mentor"):
        rows = PairRequest.system.open().filter(**{side: application})
        for request in rows.select_related("mentee__cohort", "mentor__cohort"):
            end(request, state, by=None, at=at)


def lock(request: PairRequest) -> None:
    """Lock the row until the end of the transaction, and read its state again."""
    rows = PairRequest.system.select_for_update(no_key=True).filter(pk=request.pk)
    request.state = rows.values_list("state", flat=True)[0]


def _not_yours(request: PairRequest, by: User) -> str:
    if request.by_id == by.pk:
        return _("Another member must accept what you have registered.")
    return _("You don't have permission to do this.")
