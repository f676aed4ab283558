"""What the link in the e-mail before the end of a pause does: make it longer, in one tap.

Opening it changes nothing, and it shows no more than the e-mail.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from access.tokens import Claim
from accounts.models import User
from notifications.links import purpose

from . import pauses
from .models import Match, Pause
from .pause_days import longer_day
from .pause_emails import LINK_PURPOSE


@purpose(LINK_PURPOSE, model="matches.Pause")
def pause_longer(request: HttpRequest, claim: Claim, person: User, subject: Pause) -> HttpResponse:
    """Make a pause longer once; a second tap finds it changed."""
    mine = Pause.objects.filter(match__in=Match.objects.of(person))
    people = ("match__mentee__person", "match__mentor__person")
    pause = (
        mine.select_related("match__mentee__cohort__program__policy", *people)
        .filter(pk=subject.pk)
        .first()
    )
    if pause is None:
        return render(request, "notifications/link_expired.html", status=404)
    refusal, done, now = "", "", timezone.now()
    if request.method == "POST":
        try:
            pause = pauses.make_longer(pause, by=person, changes=claim.version)
            text = _("Saved: your pause now lasts until %(day)s.")
            done = text % {"day": format_date(pause.last_day)}
        except ActionNotAllowed as refused:
            refusal = str(refused)
    longer = longer_day(pause.match, pause, now)
    context = {
        "match": pause.match,
        "program": pause.match.program,
        "pause": pause,
        "longer": longer,
        "is_open": not done
        and pause.is_on(now)
        and pause.changes == claim.version
        and longer > pause.last_day,
        "done": done,
        "refusal": refusal,
    }
    return render(request, "matches/pause_by_link.html", context)
