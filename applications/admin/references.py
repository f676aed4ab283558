"""References on the page of an application, and as a filter of the list."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.committee import acting_member

from .. import references
from ..models import Application, Reference
from ..models.references import has_new_reference


def references_of(request: HttpRequest, application: Application) -> dict[str, object]:
    """Return the references that the member may read, and how many are still to be named.

    Asks no database where the program asks this applicant for none.
    """
    if not references.is_asked(application):
        return {"uses_references": False}
    member = acting_member(request)
    rows = Reference.objects.visible_to(member).filter(application=application)
    found = [(row, row.is_open(timezone.now())) for row in _with(application, rows)]
    is_waiting = application.state in Reference.ASKED_IN
    return {
        "uses_references": True,
        "references": found,
        "references_to_name": max(0, references.MOST - len(found)) if is_waiting else 0,
    }


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
