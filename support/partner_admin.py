"""Partner organisations in the admin: the list, figures, referrals, and who sent people."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin, messages
from django.db.models import Field as DbField
from django.db.models import ForeignKey, Model, QuerySet, URLField
from django.forms import Field, ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from applications.models import Application
from programs.committee import Role, acting_member, cares_for_pairs
from programs.committee_admin import CommitteeAdmin, find_field, format_date
from programs.models import Program

from . import referring
from .models import PartnerOrganisation, Referral, SentBy
from .partner_figures import figures
from .partner_forms import OutcomeForm, PartnerForm, ReferralForm, offer_fields


@admin.register(PartnerOrganisation)
class PartnerOrganisationAdmin(CommitteeAdmin):
    """Everyone in the committee reads the list, chairs write it and see the figures."""

    form = PartnerForm
    add_roles = change_roles = (Role.CHAIR,)
    add_title = gettext_lazy("Add a partner organisation")
    empty_words = gettext_lazy(
        "There are no partner organisations yet. List those to which you send people, and those "
        "that send people to you."
    )
    list_display = ("name", "program", "sends", "is_current")
    list_filter = ("sends_people",)
    list_select_related = ("program",)
    ordering = ("program", "position", "name")
    sortable_by = ()
    columns: ClassVar[tuple[str, ...]] = (
        "link", "contact", "sends_people", "position", "retired_on",
    )  # fmt: skip
    change_list_template = "admin/support/partnerorganisation/change_list.html"

    def _may_write(self, request: HttpRequest, obj: Model | None) -> bool:
        return obj is None or self.has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:  # type: ignore[override]  # narrower than a list of anything
        words = offer_fields() if self._may_write(request, obj) else ["offer"]
        return ["program", "name", *words, *self.columns]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        if not self._may_write(request, obj):
            return ("program", "name", "offer", *self.columns)
        return () if obj is None else ("program",)

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> type[ModelForm]:
        # The inputs of what it offers are no model fields: Django must not look for them.
        own = ["name", *self.columns] if self._may_write(request, obj) else []
        fields = ["program", *own] if obj is None else own
        return super().get_form(request, obj, change, **{**kwargs, "fields": fields})

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> ModelChoiceField | None:
        if db_field.name == "program":
            kwargs["queryset"] = Program.objects.for_committee(request.user, Role.CHAIR)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(
        self, db_field: DbField, request: HttpRequest, **kwargs: object
    ) -> Field | None:
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_duplicate(self, request: HttpRequest, row: Model) -> bool:
        """A second one of the same name is refused by the form already."""
        return False

    @admin.display(description=gettext_lazy("what it offers"))
    def offer(self, row: PartnerOrganisation) -> str:
        return row.offer

    @admin.display(description=gettext_lazy("sends people to you"))
    def sends(self, row: PartnerOrganisation) -> str:
        return _("yes") if row.sends_people else _("no")

    @admin.display(description=gettext_lazy("in use"))
    def is_current(self, row: PartnerOrganisation) -> str:
        return _("retired") if row.retired_on else _("yes")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.figures_view)
        name = "support_partnerorganisation_figures"
        return [path("<slug:slug>/figures/", view, name=name), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        chaired = Program.objects.for_committee(request.user, Role.CHAIR)
        context = {"chaired": chaired, **(extra_context or {})}
        return super().changelist_view(request, context)

    def figures_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        """How many people each organisation has sent and was sent; small numbers are hidden."""
        chaired = Program.objects.for_committee(request.user, Role.CHAIR)
        program = get_object_or_404(chaired.select_related("policy"), slug=slug)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Figures by partner organisation"),
            "program": program,
            "rows": figures(program, acting_member(request)),
            "smallest": program.policy.smallest_group,
            "few": _("hidden"),
        }
        return TemplateResponse(request, "admin/support/partnerorganisation/figures.html", context)


@admin.register(SentBy)
class SentByAdmin(CommitteeAdmin):
    """Who came from which organisation, as applicants or the committee have said."""

    add_roles = (Role.CHAIR,)
    add_title = gettext_lazy("Say who sent an applicant")
    empty_words = gettext_lazy(
        "Nobody was sent by a partner organisation. Applicants are asked once there is one that "
        "sends people to you."
    )
    list_display = ("application", "organisation", "said_on")
    list_select_related = ("application__person", "application__cohort", "organisation")
    ordering = ("-said_at", "-pk")
    sortable_by = ()

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("application", "organisation", *(("said_on",) if obj else ()))

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        return self.get_fields(request, obj) if obj else ()

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> ModelChoiceField | None:
        if db_field.name == "application":
            people = Application.objects.for_committee(request.user, Role.CHAIR)
            return find_field(  # type: ignore[return-value]  # it has what the admin asks of a field
                db_field,
                people.select_related("person", "cohort__program"),
                search=("person__name",),
                describe=lambda row: f"{row.person} ({row.cohort.program})",
            )
        rows = PartnerOrganisation.objects.for_committee(request.user, Role.CHAIR)
        kwargs["queryset"] = rows.current().filter(sends_people=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: SentBy, form: ModelForm, change: bool) -> None:
        referring.say_who_sent(obj.application, obj.organisation, by=acting_member(request))
        obj.pk = SentBy.objects.get(application=obj.application).pk

    def has_duplicate(self, request: HttpRequest, row: Model) -> bool:
        """An applicant has one row, which the form knows."""
        return False

    @admin.display(description=gettext_lazy("said on"))
    def said_on(self, row: SentBy) -> str:
        return format_date(timezone.localtime(row.said_at).date())


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
