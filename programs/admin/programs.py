"""Programs with their policy and objectives, cohorts, and the set-up page."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Field, Model
from django.forms import Field as FormField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.timezones import zone_choices, zone_label

from .. import opening_requests, setup_checklist
from ..committee import Role, acting_member
from ..committee_admin import CommitteeAdmin, LabelledTabularInline, language_label
from ..creation import create_program
from ..models import Membership, Objective, PlaceDistance, Program
from ..seeds import LISTS, load_shared_vocabulary, load_vocabulary
from . import kind_pages, role_names, texts
from .organisations import OrganisationSignInInline
from .policy import PolicyInline, ProgramInlineMixin


class ObjectiveInline(ProgramInlineMixin, LabelledTabularInline):
    model = Objective
    extra = 1
    formfield_overrides: ClassVar[dict[type, dict]] = {
        models.CharField: {"widget": forms.Textarea(attrs={"rows": 2})}
    }
    add_words = gettext_lazy("Add an objective")


class PlaceDistanceInline(ProgramInlineMixin, LabelledTabularInline):
    model = PlaceDistance
    extra = 1
    add_words = gettext_lazy("Add a distance")
    classes = ("collapse",)


class NewProgramForm(forms.ModelForm):
    """The few facts that a program starts with; the checklist asks for the rest."""

    template = forms.ChoiceField(
        label=gettext_lazy("Kind of program"),
        choices=[*LISTS.items(), ("", gettext_lazy("Another kind: start with our defaults"))],
        required=False,
        help_text=gettext_lazy(
            "Sets words, texts, questions, settings and when surveys are sent. You can change all "
            "of it later."
        ),
    )

    class Meta:
        model = Program
        fields = ("name", "language", "time_zone", "contact_email")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Program.objects.filter(name__iexact=name).exists():
            raise ValidationError(_("There is already a program with this name. Enter another."))
        return name


@admin.register(Program)
class ProgramAdmin(CommitteeAdmin):
    """The maintainer and chairs add programs; chairs edit their own."""

    add_title = gettext_lazy("Add a program")
    empty_words = gettext_lazy(
        "There is no program yet. The page “Set up” guides you through your first one."
    )
    add_roles = change_roles = (Role.CHAIR,)
    other_list = ("admin:programs_setup", gettext_lazy("Set up: what each program still needs"))
    formfield_overrides: ClassVar[dict[type, dict]] = {
        **CommitteeAdmin.formfield_overrides,
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 4})},
    }
    list_display = ("name", "has_page", "speaks", "zone")
    readonly_fields = ("waiting_for_opening", "other_languages")
    inlines = (ObjectiveInline, PlaceDistanceInline, PolicyInline, OrganisationSignInInline)
    fieldsets = (
        (None, {"fields": ("name", "slug", "purpose", "audience", "is_not", "is_public")}),
        (
            gettext_lazy("For the public page"),
            {
                "fields": (
                    "mentee_benefits",
                    "mentor_benefits",
                    "selection",
                    "faq",
                    "waiting_for_opening",
                )
            },
        ),
        (
            gettext_lazy("For interviews and references"),
            {
                "classes": ("collapse",),
                "fields": ("interview_questions", "interview_anchors", "reference_questions"),
            },
        ),
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
        (
            gettext_lazy("Language and time"),
            {"fields": ("language", "time_zone", "texts_seen", "other_languages")},
        ),
    )
    add_fieldsets = (
        (None, {"fields": ("name", "template", "language", "time_zone", "contact_email")}),
    )

    @admin.display(description=gettext_lazy("public page"))
    def has_page(self, program: Program) -> str:
        return _("yes") if program.is_public else _("no")

    @admin.display(description=gettext_lazy("language"))
    def speaks(self, program: Program) -> str:
        return language_label(program.language)

    @admin.display(description=gettext_lazy("texts in other languages"))
    def other_languages(self, program: Program) -> str:
        url = reverse("admin:programs_texts", args=[program.pk])
        return format_html('<a href="{}">{}</a>', url, _("Translations and older versions"))

    @admin.display(description=gettext_lazy("waiting for applications to open"))
    def waiting_for_opening(self, program: Program) -> str:
        """Return how many visitors wait per role; no one reads who they are."""
        n = opening_requests.counts(program)
        mentees = ngettext("%(n)d as a mentee", "%(n)d as mentees", n["mentee"])
        mentors = ngettext("%(n)d as a mentor", "%(n)d as mentors", n["mentor"])
        return ", ".join((mentees % {"n": n["mentee"]}, mentors % {"n": n["mentor"]}))

    @admin.display(description=gettext_lazy("time zone"))
    def zone(self, program: Program) -> str:
        return zone_label(program.time_zone)

    def formfield_for_dbfield(
        self, db_field: Field, request: HttpRequest, **kwargs: object
    ) -> FormField | None:
        """Language and zone are chosen, not typed."""
        name = capfirst(str(db_field.verbose_name))
        if db_field.name == "language":
            return forms.ChoiceField(label=name, choices=settings.LANGUAGES)
        if db_field.name == "time_zone":
            return forms.ChoiceField(label=name, choices=zone_choices)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> type[forms.ModelForm]:
        form = texts.SeenTextsForm if obj else NewProgramForm
        return super().get_form(request, obj, change, **{"form": form, **kwargs})

    def get_fieldsets(  # type: ignore[no-untyped-def]  # the stubs name a private type
        self, request: HttpRequest, obj: Model | None = None
    ):
        if obj is None:
            return self.add_fieldsets
        found = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return found
        hidden = "texts_seen"  # of the form: nothing to read
        return [
            (name, {**rest, "fields": [one for one in rest["fields"] if one != hidden]})
            for name, rest in found
        ]

    def get_inlines(
        self, request: HttpRequest, obj: Model | None
    ) -> tuple[type[admin.options.InlineModelAdmin], ...]:
        return self.inlines if obj else ()

    def save_model(
        self, request: HttpRequest, obj: Program, form: forms.ModelForm, change: bool
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
            texts.keep_versions(form, obj, request=request)
            return
        create_program(obj, template=form.cleaned_data["template"])
        member = acting_member(request)
        if not member.is_superuser:  # who acts as a chair everywhere, and names one here
            Membership.objects.create(user=member, program=obj, role=Role.CHAIR)

    def response_add(
        self, request: HttpRequest, obj: Model, post_url_continue: str | None = None
    ) -> HttpResponse:
        assert isinstance(obj, Program)
        words = _("%(program)s was created. It is hidden until you make its page public.")
        messages.success(request, words % {"program": obj.name})
        return redirect("admin:programs_setup")

    def get_urls(self) -> list[URLPattern]:
        view, text = self.admin_site.admin_view, "<int:pk>/texts/<slug:name>/<slug:language>"
        return [
            path("setup/", view(self.setup_view), name="programs_setup"),
            path("kinds/", view(require_safe(self.kinds_view)), name="programs_kinds"),
            path("<int:pk>/texts/", view(texts.list_view), name="programs_texts"),
            path("<int:pk>/roles/", view(role_names.edit_view), name="programs_role_names"),
            path(
                "<int:pk>/agreement/<slug:language>/",
                view(texts.preview_view),
                name="programs_agreement_preview",
            ),
            path(f"{text}/", view(texts.edit_view), name="programs_text"),
            path(
                f"{text}/versions/<int:version>/",
                view(texts.put_back_view),
                name="programs_text_version",
            ),
            path(
                "<int:pk>/seed/",
                view(require_POST(self.seed_view)),
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

    def kinds_view(self, request: HttpRequest) -> HttpResponse:
        """Show what a program of each kind starts with."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Kinds of program"),
            "kinds": kind_pages.kinds(),
            "may_add": self.has_add_permission(request),
        }
        return TemplateResponse(request, "admin/programs/kinds.html", context)

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
