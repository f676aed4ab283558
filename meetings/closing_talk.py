"""The closing talk of a pair: the meeting that the two have chosen for it.

Once it is booked, the e-mails that ask for it stop at once; when its date is lost, whoever has not
read such an e-mail gets it after all (`matches.terms`).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches import terms
from matches.closing_plan import ClosingPlan, TalkChoice
from matches.models import Match
from matches.signals import closing_plan_asked

from .locking import lock_meeting
from .models import ClosingTalk, Meeting
from .presenters import show_time

State = Meeting.State
NOT_NEAR = _("A closing talk belongs to the end of a term, and your pair has none yet.")
IS_OVER = _("Only a meeting that is still ahead can become your closing talk.")


@transaction.atomic
def choose(meeting: Meeting, *, by: User, at: datetime | None = None) -> None:
    """Let `meeting` be the closing talk of its pair, instead of another one; twice is once.

    Raises ActionNotAllowed outside the pair, after its end, before a term has begun, and for a
    meeting that is not ahead.
    """
    now = at or timezone.now()
    lock_meeting(meeting, by=by)
    match = meeting.match
    match.refresh_from_db(fields=["state", "term_agreed_on", "ends_on"])
    if match.ends_on is None or match.state == Match.State.INTRODUCED:
        raise ActionNotAllowed(NOT_NEAR)
    if not meeting.is_ahead(now):
        raise ActionNotAllowed(IS_OVER)
    chosen = {"meeting": meeting, "term_agreed_on": match.term_agreed_on}
    ClosingTalk.objects.update_or_create(match=match, defaults=chosen)
    _tell_terms(match, now)


@transaction.atomic
def forget(meeting: Meeting, *, by: User, at: datetime | None = None) -> None:
    """Let `meeting` be a meeting like the others again; twice changes nothing.

    Raises ActionNotAllowed outside the pair and after its end.
    """
    lock_meeting(meeting, by=by)
    if ClosingTalk.objects.filter(meeting=meeting).delete()[0]:
        _tell_terms(meeting.match, at or timezone.now())


def follow(meeting: Meeting, at: datetime) -> None:
    """Call it, inside its lock, when `meeting` was confirmed, cancelled, moved or recorded."""
    if ClosingTalk.objects.filter(meeting=meeting).exists():
        _tell_terms(meeting.match, at)


def _tell_terms(match: Match, at: datetime) -> None:
    if ClosingTalk.objects.booked().filter(match=match).exists():
        terms.stop_asking(match, at=at)
    else:
        terms.ask_after_all(match, at=at)


def may_be_planned(match: Match, at: datetime) -> bool:
    """Return whether the form of a new meeting asks if it is the closing talk."""
    if match.ends_on is None or match.state not in {Match.State.ACTIVE, Match.State.CLOSING}:
        return False
    return terms.is_announced(match, at) and not _talk_of(match)


def _talk_of(match: Match) -> ClosingTalk | None:
    """Return the talk that is booked, or suggested and not answered yet."""
    talks = ClosingTalk.objects.of_this_term().filter(match=match)
    alive = [State.PROPOSED, State.SET, State.HELD]
    return talks.filter(meeting__state__in=alive).select_related("meeting").first()


@receiver(closing_plan_asked)
def plan_of(
    sender: type[Match], match: Match, person: User | None, at: datetime, **kwargs: object
) -> ClosingPlan:
    """Return what the two have planned; with a `person`, in their words and with their choices."""
    talk = _talk_of(match)
    is_booked = talk is not None and talk.meeting.state != State.PROPOSED
    is_over = is_booked and talk is not None and talk.meeting.ends_at <= at
    if person is None:
        return ClosingPlan(is_booked=is_booked, is_over=is_over)
    partner = match.partner_of(person)
    if talk is not None:
        is_ahead = talk.meeting.is_ahead(at)
        return ClosingPlan(
            is_booked=is_booked,
            is_over=is_over,
            when=show_time(talk.meeting.starts_at, person, partner),
            url=reverse("meetings:meeting-list", args=[match.public_id]),
            forget_url=_url("closing-talk-forget", talk.meeting) if is_ahead else "",
        )
    ahead = Meeting.objects.ahead(at).filter(match=match).order_by("starts_at", "pk")
    return ClosingPlan(
        plan_url=f"{reverse('meetings:meeting-create', args=[match.public_id])}?closing-talk=yes",
        choices=tuple(
            TalkChoice(show_time(row.starts_at, person, partner), _url("closing-talk", row))
            for row in ahead
        ),
    )


def _url(name: str, meeting: Meeting) -> str:
    return reverse(f"meetings:{name}", args=[meeting.public_id])
