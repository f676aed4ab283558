"""What the links "Sign up" and "I can't come" in e-mails do: one thing each, without signing in.

The page shows the event, and never who else comes nor the link to join: whoever the e-mail was
passed on to reads the page too. Opening it changes nothing; only its button does.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from access.tokens import Claim
from accounts.models import User
from notifications.links import purpose

from . import sign_ups
from .emails import LEAVE, SIGN_UP
from .models import Event
from .presenters import Card, card_of


@purpose(SIGN_UP, model="events.Event")
def sign_up_by_link(
    request: HttpRequest, claim: Claim, person: User, subject: Event
) -> HttpResponse:
    """Sign up; the same page then says whether there was a place."""
    return _page(request, person, subject, sign_ups.sign_up, is_leaving=False)


@purpose(LEAVE, model="events.Event")
def leave_by_link(request: HttpRequest, claim: Claim, person: User, subject: Event) -> HttpResponse:
    """Give up a place, or a place on the waiting list."""
    return _page(request, person, subject, sign_ups.leave, is_leaving=True)


def _page(
    request: HttpRequest,
    person: User,
    subject: Event,
    verb: Callable[..., object],
    *,
    is_leaving: bool,
) -> HttpResponse:
    rows = Event.objects.for_participant(person).select_related("program")
    event = rows.filter(pk=subject.pk).first()
    if event is None:
        return render(request, "notifications/link_expired.html", status=404)
    refusal, is_done = "", False
    if request.method == "POST":
        try:
            verb(event, by=person)
            is_done = True
        except ActionNotAllowed as refused:
            refusal = str(refused)
    card = card_of(event, person, at=timezone.now())
    context = {
        "card": card,
        "event": event,
        "program": event.program,
        "is_leaving": is_leaving,
        "done": done_words(card) if is_done else "",
        "refusal": refusal,
        "may_act": card.may_leave if is_leaving else card.may_sign_up,
    }
    return render(request, "events/by_link.html", context)


def done_words(card: Card) -> str:
    """Return what is true after a button was pressed."""
    if card.has_place:
        return _("You have a place. We are e-mailing you the details.")
    if card.is_waiting:
        return _(
            "All places are taken, so you are on the waiting list. We e-mail you at once when"
            " a place comes free."
        )
    return _("You are not coming. You can sign up again while there is time.")
