"""The participants' pages: the calendar, one event, signing up, leaving, the questions."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.exceptions import ActionNotAllowed
from accounts.models import User
from programs.role_names.rows import get_row_or_404

from . import sign_ups
from .calendar_entries import FILE_NAME, download
from .feedback import may_answer
from .feedback_links import feedback_page
from .models import Event
from .presenters import PAST_SHOWN, card_of, cards
from .sign_up_links import done_words


def _reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # every page of this app asks to sign in
    return request.user


def _own(request: HttpRequest, event_id: str) -> Event:
    rows = Event.objects.for_participant(request.user).select_related("program__policy")
    return get_row_or_404(rows, public_id=event_id)


@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    """What is coming, and what has been, in all programs of the reader."""
    at = timezone.now()
    rows = Event.objects.for_participant(request.user).select_related("program")
    found = cards(rows.order_by("starts_at", "pk"), _reader(request), at=at)
    past = [card for card in reversed(found) if card.is_past]
    shown = past if request.GET.get("past") == "all" else past[:PAST_SHOWN]
    context = {
        "upcoming": [card for card in found if not card.is_past],
        "past": shown,
        "not_shown": len(past) - len(shown),
        "has_programs": len({card.event.program_id for card in found}) > 1,
    }
    return render(request, "events/event_list.html", context)


@require_safe
def event_detail(request: HttpRequest, event_id: str) -> HttpResponse:
    """One event. The committee sees the page of a draft as people will."""
    rows = Event.objects.visible_to(request.user).select_related("program__policy")
    event = get_row_or_404(rows, public_id=event_id)
    reader, at = _reader(request), timezone.now()
    is_participant = Event.objects.for_participant(request.user).filter(pk=event.pk).exists()
    context = {
        "event": event,
        "program": event.program,
        "card": card_of(event, reader, at=at),
        "is_participant": is_participant,
        "may_answer": may_answer(event, reader, at),
    }
    return render(request, "events/event_detail.html", context)


@require_POST
def event_sign_up(request: HttpRequest, event_id: str) -> HttpResponse:
    event = _own(request, event_id)
    sign_ups.sign_up(event, by=_reader(request))
    return _done(request, event)


@require_POST
def event_leave(request: HttpRequest, event_id: str) -> HttpResponse:
    event = _own(request, event_id)
    sign_ups.leave(event, by=_reader(request))
    return _done(request, event)


def _done(request: HttpRequest, event: Event) -> HttpResponse:
    card = card_of(event, _reader(request), at=timezone.now())
    messages.success(request, done_words(card))
    return redirect("events:event-detail", event.public_id)


@require_safe
def event_calendar(request: HttpRequest, event_id: str) -> HttpResponse:
    """The calendar file of an event for which the reader has a place."""
    event = _own(request, event_id)
    reader, at = _reader(request), timezone.now()
    if not card_of(event, reader, at=at).has_place:
        raise ActionNotAllowed(sign_ups.NO_PLACE)
    response = HttpResponse(download(event, reader, at=at), content_type="text/calendar")
    response["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def event_feedback(request: HttpRequest, event_id: str) -> HttpResponse:
    return feedback_page(request, _own(request, event_id), _reader(request))
