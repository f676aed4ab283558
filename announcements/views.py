"""What the committee has written to groups to which the signed-in person belonged."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from .models import Announcement

SHOWN = 20  # the newest; older ones are in the person's mailbox and their export


@require_safe
def announcement_list(request: HttpRequest) -> HttpResponse:
    """Show the newest first, in the reader's language where it was written in it."""
    got = Announcement.objects.received_by(request.user).select_related("program")
    language = (get_language() or "").split("-")[0]
    rows = [(row, *row.words_in(language)) for row in got.order_by("-sent_at", "-pk")[:SHOWN]]
    context = {"rows": rows, "shown": SHOWN}
    return render(request, "announcements/announcement_list.html", context)
