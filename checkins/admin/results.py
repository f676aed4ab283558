"""Pooled results: figures of closed waves, already suppressed."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from programs.committee_admin import CommitteeAdmin

from ..models import Wave
from ..results import tables_of


@admin.register(Wave)
class WaveAdmin(CommitteeAdmin):
    empty_words = _(
        "There are no results yet. They come when so many people have answered that nobody can be told from the figures."
    )
    list_display = ("__str__", "month", "asked", "answered", "rate")
    list_filter = ("kind",)
    list_select_related = ("cohort",)
    date_hierarchy = "month"
    fields = readonly_fields = (
        "cohort",
        "kind",
        "month",
        "asked",
        "answered",
        "rate",
        "published_at",
    )
    change_form_template = "admin/checkins/wave/change_form.html"

    @admin.display(description=_("response rate"))
    def rate(self, obj):
        return _("%(percent)s percent") % {
            "percent": round(100 * obj.answered / obj.asked) if obj.asked else 0
        }

    def change_view(self, request, object_id, form_url="", extra_context=None):
        wave = self.get_object(request, object_id)
        context = {"tables": tables_of(wave) if wave else [], **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)
