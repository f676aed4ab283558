"""The short texts that a person has been sent, each with what to try."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from programs.role_names.rows import get_row_or_404

from .models import Touch
from .touch_planning import mark_tried

SHOWN = 12  # on one page


@require_safe
def touch_list(request: HttpRequest) -> HttpResponse:
    """All of the reader, the newest first; the same text for a second pair is shown once."""
    rows = Touch.objects.of(request.user).filter(is_repeat=False)
    shown = rows.select_related("version__text__program", "version__text__item__program")
    page = Paginator(shown, SHOWN).get_page(request.GET.get("page"))
    touches = [(touch, touch.version.words(), _item(touch)) for touch in page]
    context = {
        "page": page,
        "touches": touches,
        "has_programs": len({touch.program for touch, _words, _found in touches}) > 1,
        "language": (get_language() or "").split("-")[0],
    }
    return render(request, "learning/touch_list.html", context)


def _item(touch: Touch) -> dict[str, str] | None:
    item = touch.version.text.item
    if item is None or item.is_retired:
        return None
    return {"title": item.words().title, "id": item.public_id}


@require_POST
def touch_tried(request: HttpRequest, touch_id: str) -> HttpResponse:
    reader = request.user
    assert isinstance(reader, User)  # every page of this app asks to sign in
    touch = get_row_or_404(Touch.objects.of(reader), public_id=touch_id)
    mark_tried(touch, by=reader, at=timezone.now())
    messages.success(request, _("Noted. Only you see what you tried."))
    return redirect("learning:touch-list")
