"""Vocabulary shared by all programs. Entries are retired, never deleted; employers are merged."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.employers import merge
from accounts.models import Employer, Industry, Language
from programs.committee import Role
from programs.committee_admin import (
    MERGED,
    CommitteeAdmin,
    WordAdmin,
    WordForm,
    translated_name_fields,
)


class IndustryForm(WordForm):
    class Meta:
        fields: tuple[str, ...] = ("retired_on",)


class LanguageForm(WordForm):
    """The code of a language is typed, because it is a standard one."""

    class Meta:
        fields = ("code", "retired_on")
        help_texts: ClassVar[dict[str, str | Promise]] = {
            "code": _("Its standard code (ISO 639), such as fr for French.")
        }


class InUseFilter(admin.SimpleListFilter):
    title = _("in use")
    parameter_name = "in-use"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, str | Promise]]:
        return [("yes", _("yes")), ("no", _("retired"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        wanted = {"yes": True, "no": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(retired_on__isnull=wanted)


class VocabularyAdmin(WordAdmin):
    empty_words = _(
        "No entries yet. All programs share these entries. You can load a starter list on the "
        "page “Set up”."
    )
    export_program = ""
    change_roles = add_roles = (Role.CHAIR,)
    list_display = ("__str__", "origin", "retired_on")
    ordering = ("code",)
    list_filter = (InUseFilter, "is_from_import")
    search_fields = ("code", "names")

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        """Keep the code of a saved entry: stored rounds and imports refer to it."""
        return ("code",) if obj else ()

    def get_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        may_write = self.has_change_permission(request, obj) if obj else True
        names = translated_name_fields() if may_write else ["all_names"]
        columns = self.form.Meta.fields
        return [*names, *(("code",) if obj and "code" not in columns else ()), *columns]

    def get_form(
        self, request: HttpRequest, obj: object = None, change: bool = False, **kwargs: object
    ) -> type[forms.ModelForm]:
        # The names are not model fields, so Django must not look for them there.
        return super().get_form(request, obj, change, **{**kwargs, "fields": self.form.Meta.fields})

    @admin.display(description=_("names"))
    def all_names(self, word: Industry | Language) -> str:
        return ", ".join(word.names.values())


@admin.register(Industry)
class IndustryAdmin(VocabularyAdmin):
    add_title = _("Add an industry")
    form = IndustryForm


@admin.register(Language)
class LanguageAdmin(VocabularyAdmin):
    add_title = _("Add a language")
    form = LanguageForm


class MergeForm(forms.Form):
    keep = forms.ModelChoiceField(
        Employer.objects.none(),
        label=_("Name to keep"),
        widget=forms.RadioSelect,
        empty_label=None,
    )

    def __init__(self, *args: Any, rows: QuerySet[Employer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keep"].queryset = rows


@admin.register(Employer)
class EmployerAdmin(CommitteeAdmin):
    add_title = _("Add an employer")
    empty_words = _(
        "No employers yet. They are added when people enter theirs. You can merge duplicates."
    )
    change_roles = add_roles = (Role.CHAIR,)
    list_display = ("name", "spellings")
    search_fields = ("name", "aliases")
    fields = ("name", "spellings")
    readonly_fields = ("spellings",)
    actions = ("merge_chosen",)
    duplicate_field = "name"

    def has_duplicate(self, request: HttpRequest, row: Model) -> bool:
        """Another spelling of an employer counts too: forms and imports would use that employer."""
        assert isinstance(row, Employer)
        others = Employer.objects.exclude(pk=row.pk)
        return others.spelled(row.name).exists()

    @admin.display(description=_("other spellings"))
    def spellings(self, employer: Employer) -> str:
        return ", ".join(filter(None, employer.aliases.split("\n")))

    @admin.action(description=_("Merge into one employer"), permissions=["change"])
    def merge_chosen(self, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
        """Ask which name to keep, move everyone to it and remember the other spellings."""
        if rows.count() < 2:
            self.message_user(request, _("Select at least two employers."), messages.WARNING)
            return None
        form = MergeForm(request.POST if "merge" in request.POST else None, rows=rows)
        if form.is_valid():
            keep = form.cleaned_data["keep"]
            updated = merge(keep, rows)
            self.log_change(request, keep, [{"changed": {"name": MERGED}}])
            message = ngettext(
                "Merged. %(n)d person updated.", "Merged. %(n)d people updated.", updated
            ) % {"n": updated}
            self.message_user(request, message, messages.SUCCESS)
            return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "form": form,
            "rows": rows,
        }
        return TemplateResponse(
            request, "admin/dashboard/merge.html", {**context, "title": _("Merge employers")}
        )
