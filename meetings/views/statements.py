"""Pages of certificates and hours statements, and the public page that verifies a code."""

from __future__ import annotations

from allauth.decorators import rate_limit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.exceptions import ActionNotAllowed
from programs.role_names.rows import get_row_or_404

from ..forms import VerifyForm
from ..models import Statement
from ..statements import documents, facts, issuing, pdf
from .pages import own_match


@require_POST
def certificate_create(request: HttpRequest, match_id: str) -> HttpResponse:
    statement = issuing.issue_certificate(own_match(request, match_id), by=request.user)
    return redirect("meetings:statement-detail", statement.public_id)


@require_POST
def hours_create(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    mine = {(program.slug, year): program for program, year in facts.minutes_by_year(request.user)}
    if (slug, year) not in mine:  # the same for a program that does not exist
        raise ActionNotAllowed(issuing.NO_MEETING)
    statement = issuing.issue_hours(mine[slug, year], year=year, by=request.user)
    return redirect("meetings:statement-detail", statement.public_id)


def _own_statement(request: HttpRequest, statement_id: str) -> Statement:
    rows = Statement.objects.visible_to(request.user).select_related("program")
    return get_row_or_404(rows, public_id=statement_id)


@require_safe
def statement_detail(request: HttpRequest, statement_id: str) -> HttpResponse:
    statement = _own_statement(request, statement_id)
    context = {
        "statement": statement,
        "program": statement.program,
        "document": documents.document_of(statement),
        "is_certificate": statement.kind == Statement.Kind.CERTIFICATE,
    }
    return render(request, "meetings/statement_detail.html", context)


@require_safe
def statement_pdf(request: HttpRequest, statement_id: str) -> HttpResponse:
    statement = _own_statement(request, statement_id)
    program = statement.program
    document = documents.document_of(statement)
    content = pdf.render(document, author=program.name, zone=program.time_zone)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{statement.kind}.pdf"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@rate_limit(action="verify_statement")
def statement_verify(request: HttpRequest) -> HttpResponse:
    """Say whether a code is valid, and nothing else."""
    form = VerifyForm(request.POST if request.method == "POST" else None)
    answer = ""
    if form.is_valid():
        answer = (
            _("This code is valid.")
            if issuing.is_valid(form.cleaned_data["code"])
            else _("This code is not valid.")
        )
    return render(request, "meetings/statement_verify.html", {"form": form, "answer": answer})
