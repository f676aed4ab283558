"""Who moved what from where to where. The reasons stay with the row that they belong to."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from programs.committee import CommitteeAdmin
from workflow.models import Transition
from workflow.states import stateful_models


@admin.register(Transition)
class TransitionAdmin(CommitteeAdmin):
    """Read-only. A row is seen by whoever in the committee may see the row that it is about."""

    list_display = ("at", "about", "from_state", "to_state", "by")
    list_display_links = None
    date_hierarchy = "at"
    list_select_related = ("by",)
    ordering = ("-at", "-pk")
    fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        about = Q(pk__in=[])
        for model in stateful_models():
            rows = model._default_manager.all()
            if hasattr(rows, "for_committee"):
                about |= Q(
                    about_type=model._meta.label_lower, about_id__in=rows.for_committee(request.user).values("pk")
                )
        found = Transition.objects.filter(about).scoped("committee")
        return found.order_by(*self.ordering)

    @admin.display(description=_("what"))
    def about(self, row: Transition) -> str:
        model = apps.get_model(row.about_type)
        return f"{model._meta.verbose_name} {row.about_id}"
