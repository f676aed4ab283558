"""Contacts due: whom to be in touch with next, and the page on which it is logged with one tap."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from programs.committee import acting_member, cares_for_pairs
from programs.committee_admin import CarerFilter, CohortFilter, CommitteeAdmin, chip, format_date
from programs.models import Program

from .. import contact_log
from ..coverage import FEWEST, Coverage
from ..models import ContactLog, ContactPlan
from ..models.concerns import TEXT_LENGTH
from ..ways_to_reach import WaysToReach

WEEK = timedelta(days=7)
SHOWN = 10  # contacts on the page of a person
Result = ContactLog.Result
BUTTONS = (
    (Result.REACHED, gettext_lazy("Reached")),
    (Result.MESSAGE, gettext_lazy("Left a message")),
    (Result.NOT_REACHED, gettext_lazy("Not reached")),
)


class LogForm(forms.Form):
    """How a member was in touch, with a note if they want to keep one."""

    how = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[(value, capfirst(str(label))) for value, label in ContactLog.How.choices],
        initial=ContactLog.How.PHONE,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how you were in touch.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Note (optional)"),
        help_text=gettext_lazy("Only the carer, the deputy and the chair read it."),
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DueFilter(admin.SimpleListFilter):
    title = gettext_lazy("due")
    parameter_name = "due"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, str | Promise]]:
        return [("now", _("Now")), ("late", _("Overdue")), ("week", _("Within a week"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        now = timezone.now()
        if self.value() == "now":
            return queryset.due(now)
        if self.value() == "late":
            return queryset.late(now)
        return queryset.due(now + WEEK) if self.value() == "week" else queryset


class CarerOfMatchFilter(CarerFilter):
    """The member's own pairs, and those without a carer."""

    path = "match__carer"


class CohortOfPlanFilter(CohortFilter):
    path = "match__mentee__cohort"


@admin.register(ContactPlan)
class ContactPlanAdmin(CommitteeAdmin):
    """Rows come from `visible_to`: carer, deputy and chair without a conflict of interest."""

    list_title = gettext_lazy("Contacts due")
    empty_words = gettext_lazy(
        "No contacts are planned yet. They appear here once pairs are introduced that you look "
        "after."
    )
    other_list = ("admin:checkins_contactlog_changelist", gettext_lazy("Contacts so far"))
    list_display = ("person", "role", "match", "due_on", "urgency", "reached", "carer")
    list_filter = (DueFilter, CarerOfMatchFilter, CohortOfPlanFilter)
    list_select_related = (
        "person", "match__mentee__person", "match__mentor__person", "match__carer",
        "match__mentee__cohort__program",
    )  # fmt: skip
    search_fields = ("person__name", "match__carer__name")
    search_help_text = gettext_lazy("Name of the person or of the carer")
    ordering = ("due_on", "pk")
    sortable_by = ("due_on",)
    fields = readonly_fields = (
        "person", "match", "carer", "planned_on", "due_on", "latest_on", "reached", "tried",
    )  # fmt: skip
    change_form_template = "admin/checkins/contactplan/change_form.html"
    change_list_template = "admin/checkins/contactplan/change_list.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return cares_for_pairs(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).running(timezone.now())

    def row_title(self, row: ContactPlan) -> str:
        return _("Contact with %(name)s") % {"name": row.person}

    def program_of(self, obj: ContactPlan) -> Program:
        return obj.match.program

    @admin.display(description=gettext_lazy("role"))
    def role(self, obj: ContactPlan) -> str:
        return _("mentee") if obj.person_id == obj.match.mentee.person_id else _("mentor")

    @admin.display(description=gettext_lazy("by the plan"))
    def urgency(self, obj: ContactPlan) -> str:
        now = timezone.now()
        if obj.is_late(now):
            return chip(_("overdue"), "amber")
        is_due = obj.due_on <= timezone.localdate(now)
        return chip(_("due"), "info") if is_due else chip(_("in time"), "ok")

    @admin.display(description=gettext_lazy("last reached"))
    def reached(self, obj: ContactPlan) -> str:
        return format_date(obj.reached_on) if obj.reached_on else _("not yet")

    @admin.display(description=gettext_lazy("tried in vain"))
    def tried(self, obj: ContactPlan) -> str:
        return format_date(obj.tried_on)

    @admin.display(description=gettext_lazy("carer"))
    def carer(self, obj: ContactPlan) -> str:
        return str(obj.match.carer or _("no one yet"))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        may_see = self.has_module_permission(request)
        return super().changelist_view(
            request, {"may_see_coverage": may_see, **(extra_context or {})}
        )

    def coverage_view(self, request: HttpRequest) -> HttpResponse:
        """Show the coverage rate, which counts all pairs, on a page of its own."""
        if not self.has_module_permission(request):
            raise PermissionDenied
        coverage = Coverage.of(acting_member(request), at=timezone.now())
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Coverage"),
            "list_title": self.list_title,
            "coverage": coverage,
            "fewest": FEWEST,
        }
        return TemplateResponse(request, "admin/checkins/contactplan/coverage.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        plan = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if isinstance(plan, ContactPlan):
            member = acting_member(request)
            context = {
                "ways": WaysToReach.of(plan.match, plan.person, member),
                "log_form": LogForm(),
                "buttons": [
                    (f"admin:checkins_contactplan_{code}", label) for code, label in BUTTONS
                ],
                "entries": _entries(plan, member),
                **context,
            }
        return super().change_view(request, object_id, form_url, context)

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.select_related(*self.list_select_related, "person__profile")

    def get_urls(self) -> list[URLPattern]:
        def button(result: str) -> URLPattern:
            view = self.admin_site.admin_view(require_POST(partial(self.log_view, result=result)))
            return path(f"<int:pk>/{result}/", view, name=f"checkins_contactplan_{result}")

        undo = self.admin_site.admin_view(require_POST(self.undo_view))
        concern = self.admin_site.admin_view(require_POST(self.concern_view))
        coverage = self.admin_site.admin_view(require_safe(self.coverage_view))
        return [
            path("coverage/", coverage, name="checkins_contactplan_coverage"),
            *(button(result) for result in Result.values),
            path("undo/<int:pk>/", undo, name="checkins_contactplan_undo"),
            path("concern/<int:pk>/", concern, name="checkins_contactplan_concern"),
            *super().get_urls(),
        ]

    def log_view(self, request: HttpRequest, pk: int, result: str) -> HttpResponse:
        """Log one contact and say thank you; if something is wrong, show the page with it."""
        plan = get_object_or_404(self.with_columns(request, self.get_queryset(request)), pk=pk)
        form = LogForm(request.POST)
        if not form.is_valid():
            request.method = "GET"  # the page of the row, with what was typed
            return self.change_view(request, str(pk), extra_context={"log_form": form})
        contact_log.log(
            plan.match,
            plan.person,
            by=acting_member(request),
            how=form.cleaned_data["how"],
            result=result,
            note=form.cleaned_data["note"],
        )
        day = self.get_queryset(request).values_list("due_on", flat=True).get(pk=pk)
        words = _("Thank you. The next contact with %(name)s is due on %(day)s.")
        messages.success(request, words % {"name": plan.person, "day": format_date(day)})
        return redirect("admin:checkins_contactplan_change", pk)

    def concern_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a concern of the note on a contact; `pk` is that of the contact."""
        member = acting_member(request)
        row = get_object_or_404(ContactLog.objects.visible_to(member), pk=pk)
        concern = contact_log.note_as_concern(row, by=member)
        messages.success(request, _("Noted as a concern and assigned to you."))
        return redirect("admin:checkins_concern_change", concern.pk)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take back what the member has just logged; `pk` is that of the contact."""
        member = acting_member(request)
        row = get_object_or_404(ContactLog.objects.visible_to(member), pk=pk)
        contact_log.undo(row, by=member)
        messages.success(request, _("The contact is no longer logged."))
        plan = get_object_or_404(
            self.get_queryset(request), match=row.match_id, person=row.person_id
        )
        return redirect("admin:checkins_contactplan_change", plan.pk)


def _entries(plan: ContactPlan, member: object) -> list[ContactLog]:
    """Return the last contacts with the person, each saying whether `member` may take it back."""
    rows = ContactLog.objects.visible_to(member).filter(match=plan.match_id, person=plan.person_id)
    entries = list(rows.select_related("member")[:SHOWN])
    now = timezone.now()
    for row in entries:
        row.may_undo = contact_log.may_undo(row, member, at=now)
    return entries
