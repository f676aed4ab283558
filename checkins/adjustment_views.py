"""The public page: what the committee changed because of what people said."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from applications.models import Application
from programs.models import Program
from programs.role_names.rows import get_row_or_404

from .models import Adjustment

PER_PAGE = 20


@login_not_required
@require_safe
def adjustment_list(request: HttpRequest, slug: str) -> HttpResponse:
    """List what the reader may read of a program, the newest first.

    A program without a public page is found by its committee and by those who take part; whoever
    is not signed in is asked to, as for an address that does not exist.
    """
    programs = Program.objects.visible_to(request.user)
    if request.user.is_authenticated:
        own = Application.objects.of(request.user).filter(state=Application.State.ACCEPTED)
        mine = Program.objects.filter(pk__in=own.order_by().values("cohort__program"))
        programs = (programs | mine).distinct()
    elif not programs.filter(slug=slug).exists():
        return redirect_to_login(request.get_full_path())
    program = get_row_or_404(programs, slug=slug)
    rows = Adjustment.objects.visible_to(request.user).published().filter(program=program)
    rows = rows.select_related("program", "cohort", "wave__cohort", "theme")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    reader_language = request.LANGUAGE_CODE.split("-")[0]
    texts = [text for row in page for text in (row.heard_text, row.changed_text)]
    context = {
        "program": program,
        "page": page,
        "is_partly_untranslated": any(text and text.lang != reader_language for text in texts),
    }
    return render(request, "checkins/adjustment_list.html", context)
