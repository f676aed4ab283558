"""What the link in the e-mail with a short text does: say in one tap that one has tried it.

Opening it changes nothing, and it shows no more than the e-mail.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from access.tokens import Claim
from accounts.models import User
from matches.models import Match
from notifications.links import purpose

from .models import Touch
from .touch_emails import TRIED
from .touch_planning import mark_tried


@purpose(TRIED, model="learning.Touch")
def tried_by_link(request: HttpRequest, claim: Claim, person: User, subject: Touch) -> HttpResponse:
    """Note that a person has tried something; a second tap finds it noted.

    Once the pair has ended it does nothing: their page still does.
    """
    rows = Touch.objects.of(person).select_related("version__text__program", "match")
    touch = rows.filter(pk=subject.pk).first()
    if touch is None:
        return render(request, "notifications/link_expired.html", status=404)
    is_over = touch.match.state == Match.State.CLOSED
    if request.method == "POST" and not is_over:
        mark_tried(touch, by=person, at=timezone.now())
    context = {
        "touch": touch,
        "words": touch.version.words(),
        "program": touch.program,
        "is_open": touch.tried_at is None and not is_over,
    }
    return render(request, "learning/touch_by_link.html", context)
