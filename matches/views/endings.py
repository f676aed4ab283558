"""Ending one's own pair, step by step: talk first, ask the committee to join, or end kindly."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import endings
from ..ending_texts import ending_lines, partner_name
from ..forms import AskForm, EndForm, NextForm
from ..models import EndingRequest, FollowUp, Match
from ..pair_page import url_or_empty
from .pairs import own_match


def _open_match(request: HttpRequest, match_id: str) -> Match | HttpResponse:
    """Return the open match, or the redirect to the page of one that has ended."""
    match = own_match(request, match_id)
    if match.state == Match.State.CLOSED:
        messages.info(request, endings.ENDED_ALREADY)
        return redirect("matches:match-detail", match_id)
    return match


def _context(request: HttpRequest, match: Match) -> dict[str, object]:
    mine = EndingRequest.objects.of(request.user).open().filter(match=match)
    return {
        "match": match,
        "program": match.program,
        "partner_name": partner_name(match, request.user),
        "carer": match.carer,
        "request_of_mine": mine.first(),
        "have_both_asked": endings.have_both_asked(match),
        "help_url": url_or_empty("checkins:concern-create"),
    }


@require_safe
def match_ending(request: HttpRequest, match_id: str) -> HttpResponse:
    """Show the three ways to go."""
    match = _open_match(request, match_id)
    if isinstance(match, HttpResponse):
        return match
    return render(request, "matches/match_ending.html", _context(request, match))


@require_safe
def match_talk_first(request: HttpRequest, match_id: str) -> HttpResponse:
    """Show words that help to talk about it; nothing is recorded."""
    match = _open_match(request, match_id)
    if isinstance(match, HttpResponse):
        return match
    return render(request, "matches/match_talk_first.html", _context(request, match))


@require_http_methods(["GET", "HEAD", "POST"])
def match_ask_committee(request: HttpRequest, match_id: str) -> HttpResponse:
    match = _open_match(request, match_id)
    if isinstance(match, HttpResponse):
        return match
    form = AskForm(request.POST if request.method == "POST" else None, match=match)
    if form.is_valid():
        form.save(by=request.user)
        messages.success(request, _("We have told the committee. They will contact you."))
        return redirect("matches:match-ending", match_id)
    context = _context(request, match) | {"form": form}
    return render(request, "matches/match_ask_committee.html", context)


@require_POST
def match_ending_withdraw(request: HttpRequest, match_id: str) -> HttpResponse:
    match = _open_match(request, match_id)
    if isinstance(match, HttpResponse):
        return match
    endings.withdraw_request(match, by=request.user)
    messages.success(request, _("You have taken your request back. Your pair goes on."))
    return redirect("matches:match-detail", match_id)


@require_http_methods(["GET", "HEAD", "POST"])
def match_end(request: HttpRequest, match_id: str) -> HttpResponse:
    """Ask how it ends; posted, show what each of the two will read. Nothing is written."""
    match = _open_match(request, match_id)
    if isinstance(match, HttpResponse):
        return match
    form = EndForm(request.POST if request.method == "POST" else None, match=match)
    context = _context(request, match) | {"form": form}
    if not form.is_valid():
        return render(request, "matches/match_end.html", context)
    closure, partner = form.closure(by=request.user), match.partner_of(request.user)
    farewell = form.cleaned_data["farewell"]
    preview = {
        "partner_lines": ending_lines(closure, partner, has_farewell=bool(farewell.strip())),
        "farewell": farewell,
        "sent": [(name, form.data.get(name, "")) for name in form.fields],
    }
    return render(request, "matches/match_end_confirm.html", context | preview)


@require_POST
def match_end_confirm(request: HttpRequest, match_id: str) -> HttpResponse:
    match = own_match(request, match_id)
    form = EndForm(request.POST, match=match)
    if not form.is_valid():
        return render(request, "matches/match_end.html", _context(request, match) | {"form": form})
    form.save(by=request.user)
    messages.success(
        request,
        _("Your pair has ended. We have sent an e-mail to %(name)s and to you.")
        % {"name": partner_name(match, request.user)},
    )
    return redirect("matches:match-next", match_id)


@require_http_methods(["GET", "HEAD", "POST"])
def match_next(request: HttpRequest, match_id: str) -> HttpResponse:
    """Ask what the person would like after the end of their pair."""
    match = own_match(request, match_id)
    rows = FollowUp.objects.of(request.user).filter(closure__match=match)
    follow_up = rows.select_related("closure", "person").first()
    if follow_up is None:
        return redirect("matches:match-detail", match_id)
    follow_up.closure.match = match
    form = NextForm(request.POST if request.method == "POST" else None, follow_up=follow_up)
    if form.is_valid():
        form.save(by=request.user)
        messages.success(request, _("Thank you. We have saved your answer."))
        return redirect("matches:match-detail", match_id)
    context = _context(request, match) | {"form": form, "follow_up": follow_up}
    return render(request, "matches/match_next.html", context)
