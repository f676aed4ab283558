"""Pooled results: figures of complete months, with small groups suppressed."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from programs.committee_admin import CommitteeAdmin

from ..models import Wave
from ..results import smallest_group, tables_of
from ..suppression import ROUND_TO


@admin.register(Wave)
class WaveAdmin(CommitteeAdmin):
    empty_words = _(
        "There are no results yet. The results of a month appear once it is over and enough people "
        "have answered to protect each person."
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
        percent = round(100 * obj.answered / obj.asked) if obj.asked else 0
        return _("%(percent)s percent") % {"percent": percent}

    def change_view(self, request, object_id, form_url="", extra_context=None):
        wave = self.get_object(request, object_id)
        context = {"round_to": ROUND_TO, **(extra_context or {})}
        if wave is not None:
            context |= {
                "tables": tables_of(wave),
                "smallest_group": smallest_group(wave.cohort.program),
            }
        return super().change_view(request, object_id, form_url, context)
