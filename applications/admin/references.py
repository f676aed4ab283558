"""References on the page of an application, and as a filter of the list."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from programs.committee import acting_member, holds

from .. import references
from ..models import Application, Reference
from ..models.references import asks_for, has_new_reference
from ..screening import RECORDERS


def references_of(request: HttpRequest, application: Application) -> dict[str, object]:
    """Return the references for a member who reads the application in full, nothing for others.

    Asks no database where the program asks this applicant for none.
    """
    if not asks_for(application):
        return {"uses_references": False}
    member = acting_member(request)
    rows = Reference.objects.visible_to(member).filter(application=application)
    found = [(row, row.is_open(timezone.now())) for row in _with(application, rows)]
    if not found and not _reads_in_full(member, application):
        return {"uses_references": False}
    is_waiting = application.state in Reference.ASKED_IN
    is_needed = application.is_mentor and application.program.policy.references_needed > 0
    return {
        "uses_references": True,
        "references": found,
        "references_to_name": max(0, references.MOST - len(found)) if is_waiting else 0,
        "reference_to_record": is_needed and any(row.answered_at for row, _is_open in found),
        "may_record_reference": holds(request, application.program, *RECORDERS),
    }


def _reads_in_full(member: User, application: Application) -> bool:
    readable = Application.objects.readable_in_full_by(member)
    return bool(readable.filter(pk=application.pk).exists())


def _with(application: Application, rows: QuerySet[Reference]) -> list[Reference]:
    found = list(rows.defer("address"))
    for row in found:
        row.application = application
    return found


class ReferenceFilter(admin.SimpleListFilter):
    """Applications to decide about: with a reference that came, or with one that is missing."""

    title = gettext_lazy("references")
    parameter_name = "references"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("come", _("A reference has come")), ("open", _("Waiting for a reference"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        rows = Application.objects.readable_in_full_by(acting_member(request))
        if self.value() == "come":
            return queryset.filter(has_new_reference(), pk__in=rows.values("pk"))
        if self.value() == "open":
            waiting = Reference.objects.visible_to(acting_member(request)).open()
            return queryset.filter(Exists(waiting.filter(application=OuterRef("pk"))))
        return queryset
