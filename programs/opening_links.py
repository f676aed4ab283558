"""What the links in e-mails to visitors do: confirm an address, or take it off the list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from access.tokens import Claim
from notifications.links import guest_purpose

from . import opening_requests
from .emails import CONFIRM, STOP
from .models import OpeningRequest


@guest_purpose(CONFIRM, model="programs.OpeningRequest")
def confirm_by_link(
    request: HttpRequest, claim: Claim, subject: OpeningRequest | None
) -> HttpResponse:
    """Put the address on the list."""
    if subject is None:
        return render(request, "notifications/link_expired.html", status=404)
    with translation.override(subject.language):
        is_open = opening_requests.open_cohorts(subject.program, timezone.now()).exists()
        if request.method == "POST" and not is_open:
            opening_requests.confirm(subject)
        context = {"program": subject.program, "is_open": is_open}
        context["is_confirmed"] = subject.confirmed_at is not None
        return render(request, "programs/opening_confirm.html", context)


@guest_purpose(STOP, model="programs.OpeningRequest", one_click=opening_requests.withdraw)
def stop_by_link(
    request: HttpRequest, claim: Claim, subject: OpeningRequest | None
) -> HttpResponse:
    """Take the address off the list. Who was told or has left already reads that it is gone."""
    if subject is None:
        return render(request, "programs/opening_stop.html", {"is_gone": True})
    with translation.override(subject.language):
        program = subject.program
        if request.method == "POST":
            opening_requests.withdraw(subject)
        context = {"program": program, "is_gone": request.method == "POST"}
        return render(request, "programs/opening_stop.html", context)
