"""Pooled results: figures of complete months, with small groups suppressed."""

from django.contrib import admin
from django.urls import path
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from programs.committee import Role, holds
from programs.committee_admin import CohortFilter, CommitteeAdmin

from ..models import Wave
from ..result_readers import ResultReader, knows_turnout, with_turnout
from ..suppression import ROUND_TO
from ..theme_results import theme_rows, theme_state
from . import objective_pages
from . import result_pages as pages


@admin.register(Wave)
class WaveAdmin(CommitteeAdmin):
    empty_words = _(
        "There are no results yet. The results of a month appear once it is over and enough people "
        "have answered to protect each person."
    )
    other_list = ("admin:checkins_wave_cohorts", _("Results by cohort: trends, change, objectives"))
    list_display = ("__str__", "month_name", "asked", "answers", "rate")
    # Not by the number of answers, which is not shown to everyone.
    sortable_by = ("__str__", "month_name", "asked")
    list_filter = ("kind", CohortFilter)
    list_select_related = ("cohort__program",)
    fields = readonly_fields = (
        "cohort",
        "kind",
        "month_name",
        "asked",
        "answers",
        "rate",
        "published_at",
    )
    change_form_template = "admin/checkins/wave/change_form.html"

    def with_columns(self, request, rows):
        return with_turnout(rows, request.user)

    @admin.display(description=_("month"), ordering="month")
    def month_name(self, obj):
        return date_format(obj.month, "YEAR_MONTH_FORMAT")

    @admin.display(description=_("answered"))
    def answers(self, obj):
        return obj.answered if knows_turnout(obj) else None

    @admin.display(description=_("response rate"))
    def rate(self, obj):
        if not knows_turnout(obj):
            return None
        percent = round(100 * obj.answered / obj.asked) if obj.asked else 0
        return _("%(percent)s percent") % {"percent": percent}

    def change_view(self, request, object_id, form_url="", extra_context=None):
        wave = self.get_object(request, object_id)
        context = {"round_to": ROUND_TO, **(extra_context or {})}
        if wave is not None:
            reader = ResultReader.of(wave, request.user)
            context |= {
                "tables": reader.tables(),
                "theme_state": theme_state(wave),
                "theme_rows": theme_rows(reader),
                "need_tables": reader.need_tables(),
                "smallest_group": wave.smallest_group,
                "may_write_adjustments": holds(request, wave.cohort.program, Role.CHAIR),
            }
        return super().change_view(request, object_id, form_url, context)

    def get_urls(self):
        def page(route, view, name):
            return path(route, self.admin_site.admin_view(view), name=f"checkins_wave_{name}")

        cohort, objectives = "cohort/<int:pk>/before-after/", "cohort/<int:pk>/objectives/"
        return [
            page("<int:pk>/trend/", pages.trend_view, "trend"),
            page("<int:pk>/trend/export/", pages.trend_export_view, "trend-export"),
            page("<int:pk>/themes/export/", pages.themes_export_view, "themes-export"),
            page(cohort, pages.before_after_view, "before-after"),
            page(f"{cohort}export/", pages.before_after_export_view, "before-after-export"),
            page("cohorts/", objective_pages.cohorts_view, "cohorts"),
            page(objectives, objective_pages.objectives_view, "objectives"),
            page(
                f"{objectives}export/", objective_pages.objectives_export_view, "objectives-export"
            ),
            page("objectives/<int:pk>/", objective_pages.measure_view, "objective-measure"),
            *super().get_urls(),
        ]
