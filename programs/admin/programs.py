"""Programs with their policy and objectives, cohorts, and the set-up page."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db import models
from django.db.models import Field, ForeignKey
from django.forms import Field as FormField
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts.timezones import zone_choices

from .. import setup_checklist
from ..committee import Role, has_role
from ..committee_admin import CommitteeAdmin, LabelledTabularInline
from ..models import Cohort, Objective, PlaceDistance, Policy, Program
from ..seeds import LISTS, load_shared_vocabulary, load_vocabulary


class ProgramInlineMixin:
    """Permissions of an inline follow those of its program; nothing is deleted."""

    def has_view_permission(self, request: HttpRequest, obj: Program | None = None) -> bool:
        return obj is None or has_role(request.user, obj)

    def has_change_permission(self, request: HttpRequest, obj: Program | None = None) -> bool:
        return obj is None or has_role(request.user, obj, Role.CHAIR)

    has_add_permission = has_change_permission

    def has_delete_permission(self, request: HttpRequest, obj: Program | None = None) -> bool:
        return False


class PolicyInline(ProgramInlineMixin, admin.StackedInline):
    model = Policy
    can_delete = False
    max_num = 1
    classes = ("collapse",)


class ObjectiveInline(ProgramInlineMixin, LabelledTabularInline):
    model = Objective
    extra = 1


class PlaceDistanceInline(ProgramInlineMixin, LabelledTabularInline):
    model = PlaceDistance
    extra = 1
    classes = ("collapse",)


@admin.register(Program)
class ProgramAdmin(CommitteeAdmin):
    """The maintainer adds programs; chairs edit their own."""

    empty_words = gettext_lazy(
        "There is no program yet. The page “Set up” guides you through your first one."
    )
    change_roles = (Role.CHAIR,)
    formfield_overrides: ClassVar[dict[type, dict]] = {
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 4})}
    }
    list_display = ("name", "is_public", "language", "time_zone")
    inlines = (ObjectiveInline, PlaceDistanceInline, PolicyInline)
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "purpose", "audience", "is_not", "is_public")}),
        (
            gettext_lazy("Conduct and help"),
            {
                "fields": (
                    "code_of_conduct",
                    "other_help",
                    "contact_email",
                    "contact_phone",
                    "emergency_note",
                )
            },
        ),
        (gettext_lazy("Language and time"), {"fields": ("language", "time_zone")}),
    )

    def formfield_for_dbfield(
        self, db_field: Field, request: HttpRequest, **kwargs: object
    ) -> FormField | None:
        """Language and zone are chosen, not typed."""
        if db_field.name == "language":
            return forms.ChoiceField(label=db_field.verbose_name, choices=settings.LANGUAGES)
        if db_field.name == "time_zone":
            return forms.ChoiceField(label=db_field.verbose_name, choices=zone_choices)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def save_related(self, request: HttpRequest, form: Any, formsets: object, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        Policy.objects.get_or_create(program=form.instance)

    def get_urls(self) -> list[URLPattern]:
        return [
            path("setup/", self.admin_site.admin_view(self.setup_view), name="programs_setup"),
            path(
                "<int:pk>/seed/",
                self.admin_site.admin_view(require_POST(self.seed_view)),
                name="programs_seed",
            ),
            *super().get_urls(),
        ]

    def setup_view(self, request: HttpRequest) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Set up"),
            "sections": setup_checklist.sections(request.user),
            "starter_lists": LISTS.items(),
            "may_add": self.has_add_permission(request),
        }
        return TemplateResponse(request, "admin/programs/setup.html", context)

    def seed_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Add a starter list to a program; existing entries are not changed."""
        program = get_object_or_404(Program.objects.for_committee(request.user, Role.CHAIR), pk=pk)
        wanted = request.POST.get("list", "")
        if wanted not in LISTS:
            messages.warning(request, _("Choose one of the starter lists."))
            return redirect("admin:programs_setup")
        new = load_shared_vocabulary() + load_vocabulary(wanted, program)
        words = ngettext("%(n)d entry was added.", "%(n)d entries were added.", new)
        messages.success(request, words % {"n": new})
        return redirect("admin:programs_setup")


@admin.register(Cohort)
class CohortAdmin(CommitteeAdmin):
    empty_words = gettext_lazy(
        "There are no cohorts yet. A cohort has the dates when applications open and close "
        "and when its pairs start."
    )
    add_roles = change_roles = (Role.CHAIR,)
    list_display = (
        "name",
        "program",
        "opens_on",
        "closes_on",
        "matching_on",
        "starts_on",
        "ends_on",
    )
    list_select_related = ("program",)
    search_fields = ("name",)
    ordering = ("-opens_on",)
    prepopulated_fields = {"slug": ("name",)}

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> ModelChoiceField | None:
        if db_field.name == "program":
            kwargs["queryset"] = Program.objects.for_committee(request.user, Role.CHAIR)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
