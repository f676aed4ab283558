"""Base of the lists of pairs: each row leads to the one page that a pair has."""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from programs.committee_admin import CommitteeAdmin, CommitteeList


class ListOfPairs(CommitteeList):
    def url_for_result(self, result: Model) -> str:
        return reverse("admin:matches_match_change", args=[result.pk])


class LeadsToPair(CommitteeAdmin):
    """A list of matches from one side. The page of a row, which old links open, is the pair's."""

    fields = readonly_fields = ("mentee", "mentor")

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[CommitteeList]:
        return ListOfPairs

    @method_decorator(require_safe)
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return redirect("admin:matches_match_change", row.pk)
