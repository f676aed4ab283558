"""Pausing one's own pair: until when, what the partner will read, and coming back."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from .. import pauses
from ..ending_texts import partner_name
from ..models import Match
from ..pair_page import url_or_empty
from ..pause_days import back_at_of, end_with, last_day_with, pause_of
from ..pause_forms import PauseForm
from ..pause_texts import pause_lines
from ..signals import meetings_in_pause_asked
from .pairs import own_match


def _form(request: HttpRequest, match: Match, at: datetime) -> PauseForm:
    data = request.POST if request.method == "POST" else None
    return PauseForm(data, match=match, person=request.user, at=at)


def _context(request: HttpRequest, match: Match, at: datetime) -> dict[str, object]:
    current = pause_of(match, at)
    if current:
        current.match = match
    return {
        "match": match,
        "program": match.program,
        "partner_name": partner_name(match, request.user),
        "pause": current,
        "may_come_back": current is not None and pauses.may_come_back(current, request.user),
        "help_url": url_or_empty("checkins:concern-create"),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def match_pause(request: HttpRequest, match_id: str) -> HttpResponse:
    """Ask until when; posted, show what the partner will read. Nothing is written."""
    match, at = own_match(request, match_id), timezone.now()
    refusal = pauses.refusal_of(match, by=request.user, at=at)
    if refusal:
        messages.info(request, refusal)
        return redirect("matches:match-detail", match_id)
    form, context = _form(request, match, at), _context(request, match, at)
    if not form.is_valid():
        return render(request, "matches/match_pause.html", context | {"form": form})
    preview = _preview(request, match, form, at)
    return render(request, "matches/match_pause_confirm.html", context | preview)


def _preview(
    request: HttpRequest, match: Match, form: PauseForm, at: datetime
) -> dict[str, object]:
    wish, person = form.wish(), request.user
    last_day = last_day_with(match, wish, person=person, at=at)
    lines = pause_lines(
        match,
        match.partner_of(person),
        last_day=last_day,
        ends_on=end_with(match, last_day, at),
        has_note=bool(wish.note),
    )
    names = [name for name in form.fields if name != "cancels_meetings"]
    return {
        "last_day": last_day,
        "is_longer": last_day > wish.last_day,
        "partner_lines": lines,
        "note": wish.note,
        "meetings": _meetings_in(match, request, last_day, at),
        "sent": [(name, form.data.get(name, "")) for name in names],
    }


def _meetings_in(match: Match, request: HttpRequest, last_day: date, at: datetime) -> list[str]:
    """Return the meetings that are ahead within the pause, in words."""
    answers = meetings_in_pause_asked.send(
        Match,
        match=match,
        person=request.user,
        at=at,
        back_at=back_at_of(match, last_day),
    )
    return [text for _receiver, texts in answers for text in cast(list[str], texts)]


@require_POST
def match_pause_confirm(request: HttpRequest, match_id: str) -> HttpResponse:
    match, at = own_match(request, match_id), timezone.now()
    form = _form(request, match, at)
    if not form.is_valid():
        context = _context(request, match, at) | {"form": form}
        return render(request, "matches/match_pause.html", context)
    pause = form.save(by=request.user)
    text = _("Your pair is on a pause until %(day)s. No reminders are sent until then.")
    messages.success(request, text % {"day": format_date(pause.last_day)})
    return redirect("matches:match-detail", match_id)


@require_POST
def match_pause_end(request: HttpRequest, match_id: str) -> HttpResponse:
    match = own_match(request, match_id)
    pause = pauses.come_back(match, by=request.user)
    text = _("Welcome back. Suggest a time for your next meeting.")
    if pause.ended_at is None:
        text = _("You are back. Your partner asked for a pause too, so it lasts until %(day)s.")
        text %= {"day": format_date(pause.last_day)}
    messages.success(request, text)
    return redirect("matches:match-detail", match_id)
