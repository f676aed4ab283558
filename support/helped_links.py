"""What the link "Say whether it helped" does: one of two answers, without signing in.

The page names neither the topic nor the person, for whoever the e-mail was passed on to. Opening it
changes nothing.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from access.exceptions import ActionNotAllowed
from access.tokens import Claim
from accounts.models import User
from notifications.links import purpose

from . import requesting
from .emails import HELPED
from .models import SupportRequest

VERBS = {"helped": requesting.say_helped, "again": requesting.ask_again}


@purpose(HELPED, model="support.SupportRequest")
def say_by_link(
    request: HttpRequest, claim: Claim, person: User, subject: SupportRequest
) -> HttpResponse:
    """Close the request, or open it again; the same page then says so."""
    row = SupportRequest.objects.of(person).select_related("program").filter(pk=subject.pk).first()
    if row is None:
        return render(request, "notifications/link_expired.html", status=404)
    is_current = claim.version == row.turns and row.state == SupportRequest.State.ANSWERED
    said, done, refusal = request.POST.get("said", ""), "", ""
    if request.method == "POST":
        try:
            if not is_current:
                raise ActionNotAllowed(requesting.OVER)
            if said in VERBS:
                VERBS[said](row, by=person)
                done = said
        except ActionNotAllowed as refused:
            refusal = str(refused)
    context = {
        "program": row.program,
        "done": done,
        "refusal": refusal,
        "nothing_chosen": request.method == "POST" and not done and not refusal,
        "is_current": is_current,
    }
    return render(request, "support/by_link.html", context)
