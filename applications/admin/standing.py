"""Membership in good standing: using a list of members, and the page of one application."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.committee import acting_member, holds, roles_held

from .. import standing
from ..forms.standing import MemberListForm, WaiverForm
from ..member_lists import Status
from ..models import Application, Standing


def may_use_lists(request: HttpRequest) -> bool:
    return not roles_held(request).isdisjoint(standing.RECORDERS)


def has_programs(request: HttpRequest) -> bool:
    """Return whether a program that the member chairs looks at membership."""
    return may_use_lists(request) and standing.programs_of(acting_member(request)).exists()


def list_page(request: HttpRequest) -> HttpResponse:
    """Compare the applicants of a program with a list of members."""
    if not may_use_lists(request):
        raise Http404
    member = acting_member(request)
    form = MemberListForm(request.POST or None, request.FILES or None, user=member)
    if request.method == "POST" and form.is_valid():
        _tell(request, form.save(by=member))
        return redirect("admin:applications_application_changelist")
    context = {
        **admin.site.each_context(request),
        "opts": Application._meta,
        "title": _("Use a list of members"),
        "form": form,
        "has_programs": has_programs(request),
    }
    return TemplateResponse(request, "admin/applications/application/standing.html", context)


def _tell(request: HttpRequest, done: standing.Compared) -> None:
    text = _(
        "The list is compared and not stored. Members: %(member)s, lapsed: %(lapsed)s, not found: "
        "%(unknown)s."
    )
    counts = {status.value: done.counts[status] for status in Status}
    messages.success(request, text % counts)
    if done.hidden:
        text = ngettext(
            "%(n)s application is hidden from you. Another chair has to use the list for it.",
            "%(n)s applications are hidden from you. Another chair has to use the list for them.",
            done.hidden,
        )
        messages.warning(request, text % {"n": done.hidden})


def standing_context(request: HttpRequest, application: Application) -> dict[str, object]:
    """Return what the member reads about an applicant's membership, and the form of a chair."""
    if not standing.is_used(application.program):
        return {"uses_standing": False}
    rows = Standing.objects.visible_to(acting_member(request)).select_related("by", "waived_by")
    row = rows.filter(application=application).first()
    may_waive = holds(request, application.program, *standing.RECORDERS)
    return {
        "uses_standing": True,
        "standing": row,
        "is_standing_required": standing.is_required(application.program),
        "may_waive": may_waive,
        "waiver_form": WaiverForm() if may_waive and not (row and row.is_good) else None,
    }


def waive(request: HttpRequest, application: Application, form: WaiverForm) -> str:
    form.save(application, by=acting_member(request))
    return _("This person may take part all the same.")


def take_back(request: HttpRequest, application: Application) -> str:
    standing.take_back_waiver(application, by=acting_member(request))
    return _("Taken back: the list of members decides again.")
