"""Partner organisations in the admin: the list, figures, and who sent people."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db.models import Field as DbField
from django.db.models import ForeignKey, Model, URLField
from django.forms import Field, ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application
from programs.committee import Role, acting_member
from programs.committee_admin import ChairedAdmin, CommitteeAdmin, find_field, format_date
from programs.models import Program

from . import referring
from .models import PartnerOrganisation, SentBy
from .partner_figures import figures
from .partner_forms import PartnerForm, offer_fields


@admin.register(PartnerOrganisation)
class PartnerOrganisationAdmin(ChairedAdmin):
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
