"""What each of the two expects, before they write their agreement."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from matches.models import Match

from .. import expectations
from ..forms import ExpectationsForm
from .own import own_match


@require_http_methods(["GET", "HEAD", "POST"])
def expectation_exchange(request: HttpRequest, match_id: str) -> HttpResponse:
    match = own_match(request, match_id)
    exchange = expectations.exchange_of(match, request.user)
    form = ExpectationsForm(request.POST if request.method == "POST" else None, saved=exchange.mine)
    if form.is_valid():
        form.save(match, by=request.user)
        messages.success(request, _("Saved."))
        return redirect("agreements:expectation-exchange", match_id)
    partner = match.partner_of(request.user)
    context = {
        "match": match,
        "program": match.program,
        "partner": partner,
        "form": form,
        "exchange": exchange,
        "pairs": exchange.pairs() if exchange.theirs else [],
        "has_partner_answered": expectations.has_answered(match, partner),
        "is_open": match.state != Match.State.CLOSED,
    }
    return render(request, "agreements/expectation_exchange.html", context)
