"""What the committee has written to groups to which the signed-in person belonged."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.models import User

from .models import Announcement
from .personal_words import words_for

SHOWN = 20  # the newest; older ones are in the person's mailbox and their export


@require_safe
def announcement_list(request: HttpRequest) -> HttpResponse:
    """Show the newest first, in the reader's language where it was written in it."""
    reader = request.user
    assert isinstance(reader, User)  # the page asks to sign in
    got = Announcement.objects.received_by(reader).select_related("program")
    language = (get_language() or "").split("-")[0]
    newest = got.order_by("-sent_at", "-pk")[:SHOWN]
    rows = [(row, *words_for(row, reader, language)) for row in newest]
    context = {"rows": rows, "shown": SHOWN}
    return render(request, "announcements/announcement_list.html", context)
