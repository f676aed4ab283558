"""Say which meeting is the closing talk of a pair. Only the pair can."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .. import closing_talk
from ..models import Meeting
from ..presenters import show_time
from .pages import own_meeting

CLOSING = "matches:match-closing"


@require_POST
def closing_talk_choose(request: HttpRequest, meeting_id: str) -> HttpResponse:
    """Let a meeting that is ahead be the closing talk."""
    meeting: Meeting = own_meeting(request, meeting_id)
    closing_talk.choose(meeting, by=request.user)
    when = show_time(meeting.starts_at, request.user, meeting.match.partner_of(request.user))
    messages.success(request, _("Your closing talk: %(when)s.") % {"when": when})
    return redirect(CLOSING, meeting.match.public_id)


@require_POST
def closing_talk_forget(request: HttpRequest, meeting_id: str) -> HttpResponse:
    """Let it be a meeting like the others; it stays planned."""
    meeting: Meeting = own_meeting(request, meeting_id)
    closing_talk.forget(meeting, by=request.user)
    messages.success(request, _("The meeting stays planned. It is not your closing talk any more."))
    return redirect(CLOSING, meeting.match.public_id)
