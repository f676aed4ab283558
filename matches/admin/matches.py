"""Pairs in the committee's admin: people, state and carer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from matches.carers import ASSIGNERS, possible_carers
from matches.endings import may_be_handled_by
from matches.models import Match, MatchQuerySet
from matches.pair_exports import pairs_sheet
from matches.pair_sections import committee_overview, committee_sections
from programs.committee import acting_member, cares_for_pairs
from programs.committee_admin import (
    CarerFilter,
    CohortOfMatchFilter,
    ExportAdmin,
    InWeek,
    WeekFilter,
)
from programs.models import Program, about_only
from programs.spreadsheets import Sheet

from . import carers, endings, pauses
from .carers import CarerForm, assign

LONGEST_NUMBER = 4  # of a page, in digits


class InWeekOfMatch(WeekFilter):
    weeks: ClassVar[dict[str, InWeek]] = {
        "begun": InWeek("introduced_at", gettext_lazy("Introduced")),
        "ended": InWeek("closed_at", gettext_lazy("Ended")),
    }


@admin.register(Match)
class MatchAdmin(ExportAdmin):
    export_program = "mentee__cohort__program"
    empty_words = gettext_lazy("No pairs yet. They appear here once a round is published.")
    list_title = gettext_lazy("All pairs")
    other_list = ("admin:dashboard_pair_changelist", gettext_lazy("Open pairs and how they are"))
    list_display = ("pair", "state_chip", "cohort", "carer", "introduced_at")
    list_select_related = ("mentee__person", "mentor__person", "mentee__cohort", "carer")
    row_relations = (
        "mentee__person",
        "mentor__person",
        "mentee__cohort__program__policy",
        "carer",
    )
    list_filter = (
        "state",
        "origin",
        pauses.PausedFilter,
        InWeekOfMatch,
        CarerFilter,
        CohortOfMatchFilter,
    )
    search_fields = ("mentee__person__name", "mentor__person__name", "carer__name")
    search_help_text = gettext_lazy("Name of either person or of the carer")
    sortable_by = ("introduced_at",)
    date_hierarchy = "introduced_at"
    ordering = ("-introduced_at", "pk")
    fields = readonly_fields = ("mentee", "mentor")  # the page shows more: see `change_view`
    actions = ("choose_carer", "end_pairs")
    change_roles = ASSIGNERS

    @admin.display(description=gettext_lazy("pair"), ordering="mentee__person__name")
    def pair(self, match: Match) -> str:
        return f"{match.mentee.person} + {match.mentor.person}"

    @admin.display(description=gettext_lazy("cohort"))
    def cohort(self, match: Match) -> str:
        return str(match.mentee.cohort)

    def get_urls(self) -> list[URLPattern]:
        def route(address: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            page = self.admin_site.admin_view(partial(view, site=self.admin_site))
            return path(address, page, name=f"matches_match_{name}")

        return [
            route("end/", endings.end, "end-selected"),
            route("end/confirm/", endings.end_confirm, "end-selected-confirm"),
            route("hand-over/<int:pk>/", carers.hand_over, "hand-over"),
            route("<int:pk>/carer/", carers.change_carer, "carer"),
            route("<int:pk>/end/", endings.end, "end"),
            route("<int:pk>/end/confirm/", endings.end_confirm, "end-confirm"),
            route("<int:pk>/reopen/", endings.reopen, "reopen"),
            route("<int:pk>/note/", partial(endings.note, show=self.change_view), "note"),
            route("<int:pk>/pause/", pauses.pause, "pause"),
            route("<int:pk>/pause/end/", pauses.pause_end, "pause-end"),
            route("<int:pk>/wish/", endings.wish, "wish"),
            *super().get_urls(),
        ]

    def export_sheet(self, request: HttpRequest, rows: MatchQuerySet) -> Sheet:
        return pairs_sheet(rows)

    @method_decorator(require_safe)
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """Show all that the member may see of a pair, and what they can do for it."""
        match = self.get_object(request, object_id)
        if not isinstance(match, Match):
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if match.mentor.cohort_id == match.mentee.cohort_id:
            match.mentor.cohort = match.mentee.cohort  # read with its program
        member, now = acting_member(request), timezone.now()
        page = _asked_page(request)
        with about_only(match):
            in_care = may_be_handled_by(match, member)
            shown = {
                "overview": committee_overview(match, member, now, in_care=in_care, page=page),
                "committee_sections": committee_sections(match, member, now, in_care=in_care),
                **endings.context_of(request, match, in_care=in_care),
                **pauses.context_of(request, match, in_care=in_care),
            }
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.row_title(match),
            "list_name": self.list_name,
            "original": match,
            "wrong_forms": [],
            **shown,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/matches/match/page.html", context)

    def has_care_permission(self, request: HttpRequest) -> bool:
        return cares_for_pairs(request)

    @admin.action(description=gettext_lazy("End pairs…"), permissions=["care"])
    def end_pairs(self, request: HttpRequest, matches: MatchQuerySet) -> HttpResponse:
        """Go to the page that asks what happened and shows who will read what."""
        query = urlencode([("pk", pk) for pk in matches.values_list("pk", flat=True)])
        return redirect(f"{reverse('admin:matches_match_end-selected')}?{query}")

    def program_of(self, obj: Match) -> Program:
        return obj.program

    @admin.action(description=gettext_lazy("Assign a carer…"), permissions=["change"])
    def choose_carer(self, request: HttpRequest, matches: MatchQuerySet) -> HttpResponse | None:
        """Show which pairs are affected, then assign the carer."""
        chosen = list(matches.with_people())
        programs = {match.program.pk: match.program for match in chosen}
        if len(programs) != 1:
            self.message_user(request, _("Select pairs of one program only."), messages.WARNING)
            return None
        possible = possible_carers(next(iter(programs.values())))
        form = CarerForm(request.POST if "carer" in request.POST else None, carers=possible)
        if form.is_valid():
            assign(request, chosen, form.chosen)
            return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Assign a carer"),
            "form": form,
            "matches": chosen,
            "checkbox": ACTION_CHECKBOX_NAME,
            "back_url": reverse("admin:matches_match_changelist"),
        }
        return TemplateResponse(request, "admin/matches/match/carer.html", context)


def _asked_page(request: HttpRequest) -> int:
    """Return which page of the timeline is asked for; the first one without a number."""
    asked = request.GET.get("page", "")
    return int(asked) if asked.isdecimal() and len(asked) <= LONGEST_NUMBER else 1
