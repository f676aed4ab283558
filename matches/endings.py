"""Ending a pair: the one way in for pages, admin, withdrawal, erasure and the end of the term.

1. Either of the two may end, at any time and without a reason; so may the carer, the carer's deputy
   and the chair. Only the committee says that a pair was made by mistake.
2. The end takes effect at once: the mentor's place is free, dates ahead and check-ins are cancelled
   (by the apps above, which hear `match_ended`), e-mails that wait are cancelled, and each of the
   two gets one e-mail of their own, without any reason.
3. Nobody is matched again because a pair ended: each is asked what they want next (`FollowUp`).
4. Of two people who end at the same moment the second finds the pair ended; that is no error.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from notifications.outbox import cancel_about, enqueue
from workflow.states import move

from .ending_texts import MATCH_ENDED, REFLECTION
from .models import Closure, EndingNote, EndingReason, EndingRequest, Farewell, FollowUp, Match
from .pair_lock import lock_row
from .signals import ending_asked, ending_withdrawn, match_ended

ENDED_ALREADY = gettext_lazy("This pair has ended already.")
Kind, Cause, State = Match.Closed, Closure.Cause, Match.State
# What each of the two can say; the committee can say everything.
KINDS_OF_PAIR = {Kind.BY_CHOICE, Kind.BY_CIRCUMSTANCE, Kind.COMPLETED_EARLY, Kind.COMPLETED}
# What the committee's answer "what happened" means for the kind that is counted.
KIND_OF_CAUSE = {
    Cause.ONE_SIDED: Kind.BY_CHOICE,
    Cause.UNEXPECTED: Kind.BY_CIRCUMSTANCE,
    Cause.LEFT: Kind.BY_CIRCUMSTANCE,
    Cause.SILENCE: Kind.BY_CIRCUMSTANCE,
    Cause.MISTAKE: Kind.IN_ERROR,
}


@transaction.atomic
def ask_committee(match: Match, *, by: User, at: datetime | None = None) -> EndingRequest:
    """Ask the committee to join, for one of the pair who may want to end; return the request.

    A second call returns the open request. Raises ActionNotAllowed outside the pair and after the
    end.
    """
    at = at or timezone.now()
    _check_in_pair(match, by)
    if locked_row(match).state == State.CLOSED:
        raise ActionNotAllowed(ENDED_ALREADY)
    request, created = EndingRequest.objects.open().get_or_create(
        match=match, person=by, settled_at=None, defaults={"asked_at": at}
    )
    if created:
        ending_asked.send(Match, match=match, person=by, at=at)
    return request


@transaction.atomic
def withdraw_request(match: Match, *, by: User, at: datetime | None = None) -> None:
    """Take back the request of `by`; without one nothing happens.

    Raises ActionNotAllowed outside the pair.
    """
    at = at or timezone.now()
    _check_in_pair(match, by)
    if EndingRequest.objects.open().filter(match=match, person=by).update(settled_at=at):
        ending_withdrawn.send(Match, match=match, person=by, at=at)


def have_both_asked(match: Match) -> bool:
    """Whether each of the two has asked the committee, without knowing of the other."""
    return EndingRequest.objects.open().filter(match=match).count() == len(match.people)


def cause_for(match: Match, kind: str, *, by: User) -> str:
    """Return what happened when `by`, one of the pair, ends it by `kind`."""
    if kind in {Kind.COMPLETED, Kind.COMPLETED_EARLY}:
        return Cause.EXPECTED
    # A request of the partner alone stays between them and the committee: the text that is shown
    # before the pair ends must not give it away.
    if have_both_asked(match):
        return Cause.EXPECTED
    return Cause.UNEXPECTED if kind == Kind.BY_CIRCUMSTANCE else Cause.ONE_SIDED


def completed_kind(match: Match) -> str:
    """Return "completed" from the closing on, "completed early" before."""
    return Kind.COMPLETED if match.state == State.CLOSING else Kind.COMPLETED_EARLY


@transaction.atomic
def end(
    match: Match,
    *,
    by: User | None,
    kind: str,
    cause: str = "",
    about: User | None = None,
    farewell: str = "",
    offers_last_meeting: bool = False,
    tried_on: date | None = None,
    at: datetime | None = None,
) -> Closure:
    """End a pair and return how it ended. `by` is None for the program itself.

    `cause` and `about` (one of the two) say what happened; for one of the pair they follow from
    `kind`. `farewell` is read by the partner. `tried_on` is the day on which the committee tried to
    reach a silent person another way.

    One of the pair who ends it a second time gets the ending that is there; their `farewell` is
    kept, as the partner may have been a moment faster. Raises ActionNotAllowed
    for anyone who may not end it, for facts that are missing, and for a committee member when the
    pair has ended already.
    """
    at = at or timezone.now()
    locked = locked_row(match)
    is_one_of_pair = by is not None and by in locked.people
    if locked.state == State.CLOSED:
        copy_state(locked, match)
        if by is not None and is_one_of_pair:
            closure = Closure.objects.in_force().get(match=locked)
            _keep_farewell(closure, farewell, by=by, at=at)
            return closure
        raise ActionNotAllowed(ENDED_ALREADY)
    if by is not None and is_one_of_pair:
        cause = cause_for(locked, kind, by=by)
        about = None if cause == Cause.EXPECTED else by
    _check(locked, by=by, kind=kind, cause=cause, about=about, tried_on=tried_on)
    closure = Closure(
        match=locked,
        kind=kind,
        cause=cause,
        person=about,
        closed_at=at,
        closed_by=by,
        state_before=locked.state,
        tried_on=tried_on,
    )
    move(locked, State.CLOSED, by=by, at=at, closed_at=at, closed_kind=kind)
    _fill_checklist(closure, farewell=farewell, offers_last_meeting=offers_last_meeting)
    closure.save()
    if by is not None:
        _keep_farewell(closure, farewell, by=by, at=at)
    _finish(closure, at)
    copy_state(locked, match)
    return closure


def _keep_farewell(closure: Closure, text: str, *, by: User, at: datetime) -> None:
    """Store the words of `by`; those of an earlier click stay."""
    if text.strip():
        words = {"text": text, "written_at": at}
        Farewell.system.get_or_create(closure=closure, author=by, defaults=words)


def locked_row(match: Match) -> Match:
    """Return the row as it is now, locked until the commit."""
    rows = Match.objects.select_for_update(no_key=True, of=("self",)).with_people()
    return rows.select_related("mentee__cohort__program__policy").get(pk=match.pk)


def copy_state(source: Match, target: Match) -> None:
    for name in ("state", "closed_at", "closed_kind"):
        setattr(target, name, getattr(source, name))


def _check_in_pair(match: Match, user: User) -> None:
    if user not in match.people:
        raise ActionNotAllowed(_("Only the two people of a pair can do this."))


def may_be_handled_by(match: Match, user: User) -> bool:
    """Whether `user` is the carer, the deputy or the chair, without a conflict of interest."""
    return Match.objects.in_care_of(user).filter(pk=match.pk).exists()


def _check(
    match: Match,
    *,
    by: User | None,
    kind: str,
    cause: str,
    about: User | None,
    tried_on: date | None,
) -> None:
    if by is not None and by in match.people:
        if kind not in KINDS_OF_PAIR:
            raise ActionNotAllowed(_("Only the committee can say that a pair was a mistake."))
    elif by is not None and not may_be_handled_by(match, by):
        raise ActionNotAllowed(
            _("Only the carer of this pair, the deputy or a chair can end it for them.")
        )
    if cause in Closure.ABOUT_ONE and about not in match.people:
        raise ActionNotAllowed(_("Choose which of the two this is about."))
    if cause == Cause.SILENCE and tried_on is None:
        raise ActionNotAllowed(
            _("Try to reach them another way first, and enter on which day you tried.")
        )
    if (kind == Kind.IN_ERROR) != (cause == Cause.MISTAKE):
        raise ActionNotAllowed(_("What happened and how it ended contradict each other."))


def _fill_checklist(closure: Closure, *, farewell: str, offers_last_meeting: bool) -> None:
    """Set the dates of what the program itself does now: its e-mails explain, thank and ask."""
    today = timezone.localdate(closure.closed_at)
    if closure.is_mistake:
        return
    closure.explained_on = closure.thanked_on = closure.asked_on = today
    if offers_last_meeting:
        closure.last_meeting_offered_on = today


def _finish(closure: Closure, at: datetime) -> None:
    """Stop what waits, ask and notify both, and let the apps above end their part."""
    match = closure.match
    EndingRequest.objects.open().filter(match=match).update(settled_at=at)
    cancel_about(match, why=MATCH_ENDED, at=at, but=(REFLECTION,))
    for person in match.people:
        if not closure.is_mistake and not (
            closure.cause == Cause.LEFT and closure.is_about(person)
        ):
            FollowUp.objects.create(closure=closure, person=person, asked_at=at)
        enqueue("match-ended", to=person, about=closure, at=at)
    match_ended.send(Match, match=match, closure=closure, at=at)


@transaction.atomic
def end_because_left(
    person: User, *, application: Application | None = None, at: datetime | None = None
) -> list[Closure]:
    """End the open pairs of a person who leaves the program; `application` limits them to its own.

    The partner reads neutral words. Returns the endings.
    """
    at = at or timezone.now()
    matches = Match.objects.of(person).open()
    if application is not None:
        own = Match.objects.open()
        matches = own.filter(mentee=application) | own.filter(mentor=application)
    return [
        end(match, by=None, kind=Kind.BY_CIRCUMSTANCE, cause=Cause.LEFT, about=person, at=at)
        for match in matches.with_people()
        if lock_row(match.pk) != State.CLOSED  # the partner may have left a moment ago
    ]


@transaction.atomic
def give_reason(match: Match, *, by: User, reason: str = "", text: str = "") -> None:
    """Store why `by`, one of the pair, wants to end; empty values change nothing.

    Only the author, the carer, the deputy and the chair read it. Raises ActionNotAllowed outside
    the pair.
    """
    _check_in_pair(match, by)
    if reason or text.strip():
        EndingReason.system.update_or_create(
            match=match, person=by, defaults={"reason": reason, "text": text}
        )


@transaction.atomic
def note(
    match: Match, *, by: User, text: str = "", dates: dict[str, date | None] | None = None
) -> None:
    """Store a note of the committee about an ending, and the dates of its checklist.

    `dates` has names of `Closure` columns. Raises ActionNotAllowed for anyone but carer, deputy and
    chair, and for dates of a pair that has not ended.
    """
    if not may_be_handled_by(match, by):
        raise ActionNotAllowed(
            _("Only the carer of this pair, the deputy or a chair can note this.")
        )
    if text.strip():
        EndingNote.objects.create(match=match, member=by, text=text)
    if dates and not Closure.objects.in_force().filter(match=match).update(**dates):
        raise ActionNotAllowed(_("This pair has not ended, so it has no checklist yet."))
