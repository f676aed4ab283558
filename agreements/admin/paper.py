"""Pages on which the committee records signatures on paper, and deletes a scan."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from matches.models import Match
from programs.committee import acting_member

from .. import paper
from ..forms import PaperForm
from ..models import AgreementVersion, PaperRecord, PaperScan, Signature


def _in_care(request: HttpRequest, pk: int) -> AgreementVersion:
    rows = AgreementVersion.objects.filter(
        agreement__match__in=Match.objects.in_care_of(request.user)
    )
    return get_object_or_404(
        rows.select_related(
            "agreement__match__mentee__person",
            "agreement__match__mentor__person",
            "agreement__match__mentee__cohort__program",
        ),
        pk=pk,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, site: AdminSite, pk: int) -> HttpResponse:
    """Ask who signed when, and for the scan or the paper."""
    version, member = _in_care(request, pk), acting_member(request)
    back = "admin:agreements_agreementversion_change"
    if not paper.may_record(version, member):
        messages.warning(request, _("This version does not wait for signatures."))
        return redirect(back, pk)
    is_sent = request.method == "POST"
    form = PaperForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, version=version
    )
    if form.is_valid():
        form.save(by=member)
        messages.success(request, _("Recorded. Both people get an e-mail."))
        return redirect(back, pk)
    context = {
        **site.each_context(request),
        "opts": AgreementVersion._meta,
        "title": _("Record signatures on paper"),
        "version": version,
        "version_title": f"{version.match}, {version}",
        "form": form,
    }
    return TemplateResponse(request, "admin/agreements/agreementversion/paper.html", context)


@require_POST
def erase_scan(request: HttpRequest, site: AdminSite, pk: int, record: int) -> HttpResponse:
    version = _in_care(request, pk)
    made = get_object_or_404(PaperRecord, version=version, pk=record)
    made.version = version
    if paper.erase_scan(made, by=acting_member(request)):
        messages.success(request, _("The scan was deleted."))
    else:
        messages.info(request, _("There was no scan any more."))
    return redirect("admin:agreements_agreementversion_change", pk)


def context_of(request: HttpRequest, version: AgreementVersion) -> dict[str, object]:
    """Return what the page of a version shows about its signatures."""
    rows = Signature.objects.for_committee(request.user).under(version)
    papers = PaperRecord.objects.for_committee(request.user).filter(version=version)
    readable = PaperScan.objects.visible_to(request.user).filter(record__version=version)
    return {
        # Those that count, and those that were denied; not what an edit has withdrawn.
        "signatures": rows.exclude(denied_at=None, withdrawn_at__isnull=False),
        "papers": papers.select_related("recorded_by"),
        "scans": set(readable.values_list("record", flat=True)),
        "stored": paper.stored_scans(version),
        "is_in_care": Match.objects.in_care_of(request.user).filter(pk=version.match.pk).exists(),
        "may_record": paper.may_record(version, request.user),
    }
