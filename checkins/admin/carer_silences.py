"""Carers who have gone silent, and taking their pairs over with one press."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from matches.carers import possible_carers
from programs.committee import acting_member, cares_for_pairs
from programs.committee_admin import CommitteeAdmin, changed, log_changes

from ..models import CarerSilence
from ..silent_carers import pairs_to_take_over, take_over

SHOWN = 50  # pairs on the page; all are taken over


@admin.register(CarerSilence)
class CarerSilenceAdmin(CommitteeAdmin):
    """Rows come from `visible_to`: the deputies of the carer, and the chairs."""

    empty_words = gettext_lazy(
        "No carer has gone silent. Carers are listed here when contacts or concerns wait for "
        "longer than the program allows."
    )
    list_display = ("carer", "program", "since", "noticed_at")
    list_select_related = ("carer", "program__policy")
    ordering = ("since", "pk")
    sortable_by = ()
    fields = readonly_fields = ("carer", "program", "since", "noticed_at", "taken_by")
    change_form_template = "admin/checkins/carersilence/change_form.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return cares_for_pairs(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).open().select_related(*self.list_select_related)

    def row_title(self, row: CarerSilence) -> str:
        return _("%(name)s has gone silent") % {"name": row.carer}

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        silence = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if isinstance(silence, CarerSilence):
            member = acting_member(request)
            pairs = pairs_to_take_over(silence, member)
            context |= {
                "pairs": list(pairs.with_people().order_by("pk")[:SHOWN]),
                "pair_count": pairs.count(),
                "may_take_over": member in possible_carers(silence.program),
            }
        return super().change_view(request, object_id, form_url, context)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.take_over_view))
        take = path("<int:pk>/take-over/", view, name="checkins_carersilence_take-over")
        return [take, *super().get_urls()]

    def take_over_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        silence = get_object_or_404(self.get_queryset(request), pk=pk)
        taken = take_over(silence, by=acting_member(request))
        log_changes(request, taken, changed("carer"))
        text = ngettext(
            "You look after %(count)s pair of %(name)s now. We have told %(name)s.",
            "You look after %(count)s pairs of %(name)s now. We have told %(name)s.",
            len(taken),
        )
        messages.success(request, text % {"count": len(taken), "name": silence.carer})
        return redirect("admin:checkins_contactplan_changelist")
