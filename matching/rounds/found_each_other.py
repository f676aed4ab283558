"""Two people who have found each other ask to be a pair: one asks, the other confirms.

1. Whoever asks names the other by address. The address gets one e-mail and one reminder; it is
   deleted with the answer, when the request ends, and after 21 days at the latest.
2. Asking does the same work and gets the same answer for every address, and a no looks like no
   answer, so that whoever asks learns nothing of the address.
3. The other confirms as the owner of the address: signed in, with the address proven. Each applies
   in a short form, unless they have applied already. Then the committee decides.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from applications.submission import begin_for_pair
from matches.models import Match
from notifications import outbox, preferences
from notifications.kinds import Stream
from notifications.reasons import ANSWERED, TURNED_OFF
from notifications.reconcilers import reconciler
from notifications.reminders import remind_addresses
from programs.models import Cohort, Program
from workflow.states import move

from ..models import PairInvitation, PairRequest
from ..models.pair_requests import OPEN_DAYS
from . import pair_requests

INVITED = "pair-invitation"
REMIND_DAYS = 7
WINDOW, LIMIT = timedelta(days=30), 5  # requests of one person within the window
State = PairRequest.State


def programs_to_ask_in() -> QuerySet[Program]:
    """Return the public programs in which two people may ask to be a pair."""
    return Program.objects.public().filter(policy__pairs_by_people=True)


def cohorts_to_ask_in(program: Program, at: datetime) -> QuerySet[Cohort]:
    """Return the cohorts of a program that have begun to take people and are not over."""
    today = timezone.localdate(at)
    begun = program.cohorts.filter(opens_on__lte=today)
    return begun.exclude(ends_on__lt=today).order_by("-opens_on", "-pk")


def refusal_of(user: User, at: datetime) -> str:
    """Return why `user` can't ask anyone at `at`, "" if they can."""
    if not user.name:
        return _("Enter your name in your account first: the e-mail says who asks.")
    lately = PairRequest.objects.of(user).filter(by=user, asked_at__gt=at - WINDOW)
    if lately.count() >= LIMIT:
        text = _("You have asked %(count)s people within %(days)s days. Please wait a little.")
        return text % {"count": LIMIT, "days": WINDOW.days}
    return ""


@transaction.atomic
def ask(
    cohort: Cohort,
    role: str,
    address: str,
    *,
    by: User,
    reason: str,
    language: str = "",
    at: datetime | None = None,
) -> PairRequest:
    """Ask the owner of `address` to be a pair with `by`, who is in `role`.

    The same again while the first request is open returns that one. Raises ActionNotAllowed where
    the program has no such requests, beyond the limit, for one's own address, and for someone whose
    place in this role is taken.
    """
    now = at or timezone.now()
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # counts what another tab has sent
    if not programs_to_ask_in().filter(pk=cohort.program_id).exists():
        raise ActionNotAllowed(_("In this program, only the committee forms pairs."))
    key = outbox.digest_of_address(address)
    mine = PairRequest.objects.of(by).open().filter(by=by, cohort=cohort)
    to_them = PairInvitation.system.filter(address_key=key).values("request")
    known: PairRequest | None = mine.filter(pk__in=to_them).first()
    if known is not None:
        return known
    if refusal := refusal_of(by, now):
        raise ActionNotAllowed(refusal)
    if is_own_address(by, address):
        raise ActionNotAllowed(_("This is your own address."))
    application = begin_for_pair(cohort, role, by=by)
    _refuse_if_taken(application)
    request = PairRequest.objects.create(
        cohort=cohort, origin=Match.Origin.SELF, by=by, reason=reason, asked_at=now,
        state=State.ASKED, **{role: application},
    )  # fmt: skip
    invitation = PairInvitation.objects.create(
        request=request,
        program=cohort.program,
        address=address.strip().lower(),
        address_key=key,
        language=language or cohort.program.language,
        asked_at=now,
    )
    outbox.enqueue(INVITED, to=None, address=invitation.address, about=invitation, at=now)
    return request


def is_own_address(user: User, address: str) -> bool:
    """Return whether an address is one that the user has proven, or signs in with."""
    from allauth.account.models import EmailAddress

    own = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
    return address.strip().lower() in {one.lower() for one in own}


def _refuse_if_taken(application: Application) -> None:
    if application.is_mentor:
        return  # places are counted when the committee decides
    if Match.objects.open().filter(mentee=application).exists():
        raise ActionNotAllowed(_("You already have a mentor in this cohort."))
    if PairRequest.objects.of(application.person).open().filter(mentee=application).exists():
        raise ActionNotAllowed(
            _("You have already asked for a pair. Take that request back first.")
        )


def why_not(invitation: PairInvitation, at: datetime) -> str:
    """Return the reason why its e-mail must not be sent at `at`, "" if it may."""
    if not invitation.is_open(at) or not invitation.request.by.is_active:
        return ANSWERED
    if preferences.is_unsubscribed(invitation.address_key):
        return TURNED_OFF
    person = User.objects.with_address(invitation.address)
    if person is None:
        return ""
    is_off = preferences.is_muted(person, Stream.OPTIONAL, at) or not person.is_active
    return TURNED_OFF if is_off else ""


@transaction.atomic
def confirm(request: PairRequest, *, by: User, at: datetime | None = None) -> Application:
    """Say yes as the owner of the address; the request then waits for the committee.

    Returns the application of `by`; a second call changes nothing. Raises ActionNotAllowed for
    anyone else and once the request has ended.
    """
    now = at or timezone.now()
    pair_requests.lock(request)
    mine = request.application_of(by)
    if mine is not None and request.by_id != by.pk:
        return mine
    invited = PairInvitation.objects.visible_to(by).open(now).filter(request=request)
    if request.by_id == by.pk or not invited.exists():
        raise ActionNotAllowed(_("This request has ended, or it is about another address."))
    application = begin_for_pair(request.cohort, request.other_role, by=by)
    _refuse_if_taken(application)
    try:
        with transaction.atomic():
            if request.other_role == Application.Role.MENTEE:
                move(request, State.CONFIRMED, by=by, at=now, mentee=application)
            else:
                move(request, State.CONFIRMED, by=by, at=now, mentor=application)
    except IntegrityError as found:
        raise ActionNotAllowed(
            _("Someone else has just changed this. Please reload the page.")
        ) from found
    _forget_address(request, now)
    return application


@transaction.atomic
def say_no(invitation: PairInvitation, *, at: datetime | None = None) -> None:
    """End the request; whoever asked sees the same as without an answer. Twice changes nothing."""
    now = at or timezone.now()
    request = invitation.request
    pair_requests.lock(request)
    if request.state == State.ASKED:
        pair_requests.end(request, State.LAPSED, by=None, at=now)
        _forget_address(request, now)


@transaction.atomic
def never_again(invitation: PairInvitation, *, at: datetime | None = None) -> None:
    """Remember that the owner of the address wants no such e-mail, and say no."""
    now = at or timezone.now()
    preferences.unsubscribe_address(invitation.address_key, at=now)
    say_no(invitation, at=now)


@transaction.atomic
def take_back(request: PairRequest, *, by: User, at: datetime | None = None) -> None:
    """Take a request back, as one of the two. Raises as `pair_requests.take_back`."""
    now = at or timezone.now()
    pair_requests.take_back(request, by=by, at=now)
    _forget_address(request, now)


def _forget_address(request: PairRequest, at: datetime) -> None:
    rows = PairInvitation.system.filter(request=request)
    outbox.delete_about(rows)
    rows.filter(address_deleted_at=None).update(address="", address_deleted_at=at)


@transaction.atomic
def forget_person(user: User) -> None:
    """Delete invitations to a person who is erased, and end what they have asked for."""
    now = timezone.now()
    to_them = PairInvitation.system.with_address_of(user)
    asked = PairRequest.system.filter(state=State.ASKED)
    for request in asked.filter(Q(pk__in=to_them.values("request")) | Q(by=user)):
        pair_requests.end(request, State.LAPSED, by=None, at=now)
        _forget_address(request, now)
    PairInvitation.system.with_address_of(user).delete()
    outbox.delete_about_missing(PairInvitation)


def export(user: User) -> list[dict[str, object]]:
    """Return for the person's export the pairs that they have asked for, with their words."""
    rows = PairRequest.objects.of(user).filter(by=user).order_by("pk")
    return [
        {
            "program": row.program.name,
            "asked_at": row.asked_at,
            "state": row.state,
            "reason": row.reason,
            "words": row.words,
        }
        for row in rows.select_related("cohort__program")
    ]


@reconciler
def follow_requests(at: datetime) -> int:
    """End what was not answered in time, remind once, and make pairs that are ready now."""
    return _lapse(at) + _remind(at) + pair_requests.make_approved(at)


def _lapse(at: datetime) -> int:
    over = PairInvitation.system.filter(
        request__state=State.ASKED, asked_at__lte=at - timedelta(days=OPEN_DAYS)
    )
    rows = list(over.select_related("request__mentee__cohort", "request__mentor__cohort"))
    for invitation in rows:
        say_no(invitation, at=at)
    return len(rows)


def _remind(at: datetime) -> int:
    rows = PairInvitation.system.all().open(at)
    return remind_addresses(INVITED, rows, at, after_days=REMIND_DAYS, open_days=OPEN_DAYS)
