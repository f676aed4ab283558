"""Rounds in the committee's admin: the list, opening one, and the URLs of the workbench."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from matching.forms import OpenRoundForm
from matching.models import MATCHERS, Round
from matching.models.rounds import RoundQuerySet
from matching.rounds import lifecycle
from matching.rounds.proposal_rows import plan_counts
from programs.committee import acting_member
from programs.committee_admin import CohortFilter, CommitteeAdmin, CommitteeList, row_id
from programs.models import Cohort, Membership, read_roles_once

from . import (
    bulk,
    compare,
    criteria,
    decisions,
    exports,
    own_criteria,
    publication,
    review,
    round_emails,
    workbench,
)
from .pages import as_the_member_reads
from .reasons import asked_again

View = Callable[..., HttpResponse]

READ: list[tuple[str, View]] = [
    ("workbench", workbench.show),
    ("review", review.show),
    ("minutes", review.minutes),
    ("publish", publication.show),
    ("emails", round_emails.show),
    ("weakest", criteria.weakest),
    ("mutual", compare.mutual),
    ("names", compare.names),
    ("differences", workbench.differences),
]
WRITE: list[tuple[str, View]] = [
    ("run", workbench.run),
    ("copy", workbench.copy),
    ("discard", workbench.discard),
    ("pin-several", bulk.pin),
    ("unpin-several", bulk.unpin),
    ("min-score", criteria.set_min_score),
    ("use-criteria", criteria.use),
    ("use-own-criterion", own_criteria.use),
    ("remove-own-criterion", own_criteria.remove),
    ("send", review.send),
    ("approve", review.approve),
    ("send-back", review.send_back),
    ("schedule", publication.schedule),
    ("cancel-publication", publication.cancel),
]
DECIDE: list[tuple[str, View]] = [
    ("pin", decisions.pin),
    ("unpin", decisions.unpin),
    ("reject", decisions.reject),
    ("allow", decisions.allow),
    ("include", decisions.include),
    ("choose", decisions.choose),
    ("swap", decisions.swap),
    ("waive-rule", decisions.waive),
    ("add-capacity", decisions.add_place),
]


class RoundList(CommitteeList):
    def url_for_result(self, result: Round) -> str:
        return reverse("admin:matching_round_workbench", args=[result.public_id])


class WaitsFilter(admin.SimpleListFilter):
    """Rounds that wait for a member who matches: the numbers of Today are about the same rows."""

    title = gettext_lazy("what it waits for")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [
            ("proposals", _("proposals: it is a draft")),
            ("approval", _("my approval")),
            ("publication", _("publication, without a day for it")),
        ]

    def queryset(self, request: HttpRequest, queryset: RoundQuerySet) -> RoundQuerySet:
        member = acting_member(request)
        mine = queryset.filter(
            cohort__program__in=Membership.objects.program_ids(member, *MATCHERS)
        )
        if self.value() == "proposals":
            return mine.filter(state=Round.State.DRAFT)
        if self.value() == "approval":
            return mine.to_approve(member)
        return mine.to_publish() if self.value() == "publication" else queryset


@admin.register(Round)
class RoundAdmin(CommitteeAdmin):
    empty_words = gettext_lazy("No rounds yet.")
    empty_advice = gettext_lazy(
        "Open one once the applications of a cohort are accepted. No one is notified before you "
        "publish."
    )
    add_title = menu_words = gettext_lazy("Open a round")
    list_display = (
        "name",
        "cohort",
        "state_chip",
        "people",
        "proposed",
        "pinned",
        "unmatched",
        "approved_by",
        "opened_on",
    )
    list_select_related = ("cohort__program", "approved_by")
    list_filter = (WaitsFilter, "state", CohortFilter)
    search_fields = ("name",)
    search_help_text = gettext_lazy("Search by name of the round")
    ordering = ("-created_at", "-pk")
    add_roles = MATCHERS

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[CommitteeList]:
        return RoundList

    def get_urls(self) -> list[Any]:
        def address(route: str, view: View, name: str) -> object:
            page = self.admin_site.admin_view(as_the_member_reads(view))
            return path(route, page, name=f"matching_round_{name}")

        def decision(route: str, view: View, name: str) -> object:
            """Read roles and conflicts once: a decision about a row changes neither."""
            heard = decisions.refusal_in_fragment(asked_again(view))
            page = as_the_member_reads(require_POST(heard))
            once = self.admin_site.admin_view(read_roles_once()(page))
            return path(route, once, name=f"matching_round_{name}")

        return [
            *(address(f"<str:public_id>/{name}/", require_safe(view), name) for name, view in READ),
            *(
                address(f"<str:public_id>/{name}/", require_POST(asked_again(view)), name)
                for name, view in WRITE
            ),
            *(
                decision(f"<str:public_id>/row/<str:mentee>/{name}/", view, name)
                for name, view in DECIDE
            ),
            address("<str:public_id>/row/<str:mentee>/", require_safe(compare.show), "compare"),
            address(
                "<str:public_id>/row/<str:mentee>/preview/",
                require_safe(compare.preview),
                "preview",
            ),
            address("<str:public_id>/undo/<int:version>/", require_POST(decisions.undo), "undo"),
            address("<str:public_id>/criteria/", criteria.edit, "criteria"),
            address("<str:public_id>/export/", exports.export, "export"),
            address("<str:public_id>/own-criterion/", own_criteria.edit, "own-criterion"),
            address(
                "<str:public_id>/emails/<str:sort>/<str:language>/",
                round_emails.shared,
                "emails-shared",
            ),
            address(
                "<str:public_id>/email/<str:recipient>/<str:partner>/",
                round_emails.personal,
                "email",
            ),
            address("<str:public_id>/job/<str:job_id>/", require_safe(workbench.job), "job"),
            address(
                "<str:public_id>/job/<str:job_id>/cancel/",
                require_POST(workbench.cancel),
                "cancel-run",
            ),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise Http404
        form = OpenRoundForm(
            request.POST or None, user=request.user, initial={"cohort": _asked_cohort(request)}
        )
        if request.method == "POST" and form.is_valid():
            return self._open(request, form.cleaned_data["cohort"], form.cleaned_data["name"])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.add_title,
            "form": form,
        }
        return TemplateResponse(request, "admin/matching/round/open.html", context)

    def _open(self, request: HttpRequest, cohort: Cohort, name: str) -> HttpResponse:
        """Open a round, or go to the one that a first click has opened."""
        unused = lifecycle.unused_round(cohort, by=request.user, name=name)
        if unused is not None:
            text = _("%(round)s is open and has not been run yet, so no other round was opened.")
            messages.info(request, text % {"round": unused.name})
        made = unused or lifecycle.open_round(cohort, by=request.user, name=name)
        return redirect("admin:matching_round_workbench", made.public_id)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        found = get_object_or_404(Round.objects.visible_to(request.user), pk=row_id(object_id))
        return redirect("admin:matching_round_workbench", found.public_id)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: object = None
    ) -> HttpResponse:
        found = get_object_or_404(Round.objects.visible_to(request.user), pk=row_id(object_id))
        return redirect("admin:matching_round_minutes", found.public_id)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        found = super().get_changelist_instance(request)
        counts = plan_counts([row.pk for row in found.result_list])
        for row in found.result_list:
            row.figures = counts.get(row.pk, {})
        return found

    @admin.display(description=gettext_lazy("opened on"), ordering="created_at")
    def opened_on(self, row: Round) -> date:
        return timezone.localdate(row.created_at)

    @admin.display(description=gettext_lazy("mentees"))
    def people(self, row: Round) -> int:
        return row.figures.get("people", 0)

    @admin.display(description=gettext_lazy("pairs"))
    def proposed(self, row: Round) -> int:
        return row.figures.get("proposed", 0)

    @admin.display(description=gettext_lazy("pinned"))
    def pinned(self, row: Round) -> int:
        return row.figures.get("pinned", 0)

    @admin.display(description=gettext_lazy("unmatched"))
    def unmatched(self, row: Round) -> int:
        return row.figures.get("unmatched", 0)


def _asked_cohort(request: HttpRequest) -> Cohort | None:
    """Return the cohort whose page led here; the form offers it only to who may open a round."""
    asked = request.GET.get("cohort", "")
    rows = Cohort.objects.for_committee(request.user, *MATCHERS)
    return rows.filter(slug=asked).first() if asked else None
