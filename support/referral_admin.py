"""Referrals to partner organisations in the admin."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin, messages
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from programs.committee import acting_member, cares_for_pairs
from programs.committee_admin import CommitteeAdmin, find_field, format_date

from . import referring
from .models import PartnerOrganisation, Referral
from .partner_forms import OutcomeForm, ReferralForm


class DueFilter(admin.SimpleListFilter):
    """Referrals without an outcome whose day has come."""

    title = gettext_lazy("follow-up")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", _("due"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.to_follow_up(timezone.localdate()) if self.value() == "yes" else queryset  # type: ignore[attr-defined]  # of referrals


@admin.register(Referral)
class ReferralAdmin(CommitteeAdmin):
    """Rows come from `for_committee`: the carer, their deputy and chairs without a conflict."""

    form = ReferralForm
    add_title = gettext_lazy("Refer someone to a partner organisation")
    duplicate_field = "organisation"
    empty_words = gettext_lazy("Nobody whom you look after was referred to a partner organisation.")
    list_display = ("person", "organisation", "made_on", "follow_up_on", "outcome")
    list_filter = ("outcome", DueFilter)
    list_select_related = ("person", "organisation")
    ordering = ("follow_up_on", "pk")
    sortable_by = ("follow_up_on",)
    columns: ClassVar[tuple[str, ...]] = (
        "consented_on", "follow_up_on", "note",
    )  # fmt: skip
    change_form_template = "admin/support/referral/change_form.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return cares_for_pairs(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A deputy may have no role of their own in the program that lets them add anything."""
        return cares_for_pairs(request)

    def row_title(self, row: Model) -> str:
        assert isinstance(row, Referral)
        facts = {"name": row.person, "organisation": row.organisation}
        return _("%(name)s, referred to %(organisation)s") % facts

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.select_related(
            "person", "organisation", "by", "application__cohort__program",
            "match__mentee__person", "match__mentor__person",
        )  # fmt: skip

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("application", "organisation", *self.columns)
        return ("person", "organisation", "match", "by", "made_on", *self.columns, "outcome")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        return self.get_fields(request, obj) if obj else ()

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> ModelChoiceField | None:
        if db_field.name == "application":
            people = referring.people_in_care(acting_member(request))
            return find_field(  # type: ignore[return-value]  # it has what the admin asks of a field
                db_field,
                people.select_related("person", "cohort__program"),
                search=("person__name",),
                describe=lambda row: f"{row.person} ({row.cohort.program})",
            )
        if db_field.name == "organisation":
            rows = PartnerOrganisation.objects.for_committee(request.user).current()
            kwargs["queryset"] = rows
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Referral, form: ReferralForm, change: bool
    ) -> None:
        """Add by the verb, which checks once more who may."""
        made = referring.refer(
            obj.application,
            obj.organisation,
            by=acting_member(request),
            consented_on=obj.consented_on,
            follow_up_on=obj.follow_up_on,
            note=obj.note,
        )
        obj.pk = made.pk
        obj.refresh_from_db(from_queryset=Referral.objects.for_committee(request.user))

    def has_duplicate(self, request: HttpRequest, row: Model) -> bool:
        """Return whether the person was referred there already and nothing is known of it."""
        assert isinstance(row, Referral)
        open_ones = Referral.objects.for_committee(request.user).filter(outcome="")
        person = row.application.person_id
        return open_ones.filter(organisation=row.organisation, person=person).exists()

    @admin.display(description=gettext_lazy("referred on"))
    def made_on(self, row: Referral) -> str:
        return format_date(timezone.localtime(row.made_at).date())

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, object],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Model | None = None,
    ) -> HttpResponse:
        if isinstance(obj, Referral):
            context.setdefault("outcome_form", OutcomeForm(referral=obj))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.outcome_view))
        return [
            path("<int:pk>/outcome/", view, name="support_referral_outcome"),
            *super().get_urls(),
        ]

    def outcome_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        referral = get_object_or_404(Referral.objects.for_committee(request.user), pk=pk)
        outcome = str(request.POST.get("outcome", ""))
        referring.record_outcome(referral, outcome, by=acting_member(request))
        messages.success(request, _("The outcome was saved."))
        return redirect("admin:support_referral_change", pk)
