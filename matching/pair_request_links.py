"""What the links of a question do that someone's address got: see it, say no, and no more e-mail.

Saying yes needs to be signed in, because it begins an application.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation

from access.tokens import Claim
from notifications.links import guest_purpose

from .models import PairInvitation
from .pair_request_emails import SEE, STOP
from .rounds import found_each_other


@guest_purpose(SEE, model="matching.PairInvitation")
def answer_by_link(
    request: HttpRequest, claim: Claim, subject: PairInvitation | None
) -> HttpResponse:
    """Say who asks and what it means; yes leads to the page where one signs in."""
    if subject is None:
        return render(request, "notifications/link_expired.html", status=404)
    answer = request.POST.get("answer", "")
    if answer == "no":
        found_each_other.say_no(subject)
    if answer == "yes" and subject.is_open(timezone.now()):
        return redirect("matching:pair-request", subject.request.public_id)
    asked = subject.request
    context = {
        "program": subject.program,
        "pair_request": asked,
        "has_said_yes": asked.mentee_id is not None and asked.mentor_id is not None,
        "is_open": subject.is_open(timezone.now()),
        "has_said_no": answer == "no",
        "closes_at": subject.closes_at,
    }
    with translation.override(subject.language):
        return render(request, "matching/pair_invitation.html", context)


@guest_purpose(STOP, model="matching.PairInvitation", one_click=found_each_other.never_again)
def stop_by_link(
    request: HttpRequest, claim: Claim, subject: PairInvitation | None
) -> HttpResponse:
    """Send nothing more to the address, ever; who did it before reads the same."""
    language = subject.language if subject else translation.get_language() or "en"
    with translation.override(language):
        if subject is not None and request.method == "POST":
            found_each_other.never_again(subject)
        is_done = subject is None or request.method == "POST"
        return render(request, "applications/mentor_invitation_stop.html", {"is_done": is_done})
