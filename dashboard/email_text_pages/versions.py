"""Earlier versions of an e-mail's texts: compare, use again, and the way back to our words."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications.editable_texts.blocks import editable_blocks
from programs import email_texts
from programs.committee import acting_member
from programs.email_texts import TextsChanged
from programs.models import EmailText
from programs.text_differences import Piece, difference

from .shared import Page, warn
from .writing import labels_of

PER_PAGE = 25


@require_safe
def versions_view(request: HttpRequest, pk: int, kind: str, language: str) -> HttpResponse:
    """List the published versions, the newest first."""
    page = Page.of(request, pk, kind, language)
    rows = EmailText.objects.of(*page.key).published().select_related("by")
    context = {
        **page.context(_("Versions: %(name)s") % {"name": page.name}),
        "rows": Paginator(rows, PER_PAGE).get_page(request.GET.get("p")),
    }
    return TemplateResponse(request, "admin/dashboard/email_texts/versions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def version_view(
    request: HttpRequest, pk: int, kind: str, language: str, number: int
) -> HttpResponse:
    """Show what an older version would change; use it again on POST."""
    page = Page.of(request, pk, kind, language)
    row = get_object_or_404(
        EmailText.objects.of(*page.key).published().select_related("by"), number=number
    )
    if request.method == "POST":
        return _use_again(page, number)
    context = {
        **page.context(_("Version %(number)s: %(name)s") % {"number": number, "name": page.name}),
        "row": row,
        "is_newest": page.versions.current == row,
        "changes": changes(page, row),
    }
    return TemplateResponse(request, "admin/dashboard/email_texts/version.html", context)


def changes(page: Page, row: EmailText) -> list[tuple[str, list[Piece]]]:
    """Return (label, pieces) of each text that differs from what is used now."""
    ours = email_texts.defaults_of(page.kind, page.language)
    now = {**ours, **page.versions.texts}
    then = {**ours, **row.texts}
    labels = labels_of(page.kind)
    return [
        (labels[name], difference(now[field], then[field]))
        for name, block in editable_blocks(page.kind).items()
        for field in block.fields
        if now[field] != then[field]
    ]


def _use_again(page: Page, number: int) -> HttpResponse:
    request = page.request
    member, seen = acting_member(request), request.POST.get("seen", "")
    try:
        email_texts.use_again(*page.key, number, by=member, seen=seen)
    except TextsChanged as error:
        warn(request, error)
        return page.go("version", number)
    except ValidationError:
        messages.error(
            request,
            _(
                "This version breaks a rule that is newer than it. Copy what you need from it into "
                "a new draft."
            ),
        )
        return page.go("version", number)
    messages.success(request, _("Version %(number)s is used again.") % {"number": number})
    return page.go()


@require_POST
def ours_view(request: HttpRequest, pk: int, kind: str, language: str) -> HttpResponse:
    """Go back to our words."""
    page = Page.of(request, pk, kind, language)
    try:
        email_texts.use_ours(
            *page.key, by=acting_member(request), seen=request.POST.get("seen", "")
        )
        messages.success(request, _("Our words are used again. Yours stay among the versions."))
    except TextsChanged as error:
        warn(request, error)
    return page.go()
