"""The library and the topics of support in the admin: everyone reads them, chairs write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.contrib import admin, messages
from django.db.models import ManyToManyField, Model, QuerySet
from django.forms import ModelForm, ModelMultipleChoiceField
from django.forms.widgets import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from programs.committee import Role, acting_member
from programs.committee_admin import (
    ChairedAdmin,
    language_label,
    translated_name_fields,
)
from programs.models import Program

from ..forms import LibraryItemForm, SupportTopicForm, word_fields
from ..item_saving import bring_back, save_version
from ..models import ItemVersion, LibraryItem, SupportTopic


class LearningAdmin(ChairedAdmin):
    """What topics and items share: of a program that is chosen once, written by its chairs."""

    add_roles = change_roles = (Role.CHAIR,)
    list_filter = ("role",)
    list_select_related = ("program",)
    ordering = ("program", "position", "pk")
    sortable_by = ()
    columns: ClassVar[tuple[str, ...]] = ("role", "position", "retired_on")
    inputs: ClassVar[tuple[str, ...]] = ()  # of words, which are no columns
    shown: ClassVar[tuple[str, ...]] = ()  # instead of the inputs, to members who only read

    def _may_write(self, request: HttpRequest, obj: Model | None) -> bool:
        return obj is None or self.has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        words = self.inputs if self._may_write(request, obj) else self.shown
        return ["program", *words, *self.columns]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        if not self._may_write(request, obj):
            return ("program", *self.shown, *self.columns)
        return () if obj is None else ("program",)

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> type[ModelForm]:
        # The inputs of words are no model fields: Django must not look for them.
        chosen = ["program", *self.columns] if obj is None else [*self.columns]
        fields = chosen if self._may_write(request, obj) else []
        return super().get_form(request, obj, change, **{**kwargs, "fields": fields})

    def programs_of_page(self, request: HttpRequest) -> QuerySet[Program]:
        """Return the program of the row on the page; where one is added, all that a chair has."""
        chaired = Program.objects.for_committee(request.user, Role.CHAIR)
        match = request.resolver_match
        number = str(match.kwargs.get("object_id", "")) if match else ""
        if not number.isdecimal():
            return chaired
        rows = self.model._default_manager.filter(pk=number)
        return chaired.filter(pk__in=rows.values("program"))

    @admin.display(description=gettext_lazy("for whom"))
    def for_whom(self, row: SupportTopic | LibraryItem) -> str:
        return row.get_role_display() if row.role else _("mentors and mentees")

    @admin.display(description=gettext_lazy("in use"))
    def is_current(self, row: SupportTopic | LibraryItem) -> str:
        return _("retired") if row.retired_on else _("yes")


@admin.register(SupportTopic)
class SupportTopicAdmin(LearningAdmin):
    form = SupportTopicForm
    add_title = gettext_lazy("Add a support topic")
    empty_words = gettext_lazy(
        "There are no support topics yet. Mentors and mentees choose from them what they would "
        "like to learn or need support with."
    )
    list_display = ("__str__", "for_whom", "program", "position", "is_current")
    inputs = tuple(translated_name_fields())
    shown = ("all_names",)

    @admin.display(description=gettext_lazy("names"))
    def all_names(self, row: SupportTopic) -> str:
        return ", ".join(row.names.values())


@admin.register(LibraryItem)
class LibraryItemAdmin(LearningAdmin):
    form = LibraryItemForm
    add_title = gettext_lazy("Add a library item")
    empty_words = gettext_lazy(
        "The library is empty. Items are short texts or links that help people in a pair."
    )
    list_display = (
        "__str__", "for_whom", "step", "topic_names", "language_names", "program", "is_current",
    )  # fmt: skip
    list_filter = ("role", "step")
    columns = ("role", "step", "topics", "position", "retired_on")
    inputs = tuple(word_fields())
    shown = ("all_words",)
    change_form_template = "admin/learning/libraryitem/change_form.html"

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.select_related("program").prefetch_related("topics")

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, object],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: LibraryItem | None = None,
    ) -> HttpResponse:
        if obj is not None:
            context["versions"] = obj.versions.select_related("author", "item__program")
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(
        self, request: HttpRequest, obj: LibraryItem, form: LibraryItemForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        save_version(obj, by=acting_member(request), at=timezone.now())

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.restore_view))
        return [
            path(
                "<int:pk>/versions/<int:number>/restore/",
                view,
                name="learning_libraryitem_restore",
            ),
            *super().get_urls(),
        ]

    def restore_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Give the item the words of an older version again."""
        rows = ItemVersion.objects.for_committee(request.user, Role.CHAIR)
        version = get_object_or_404(rows.select_related("item__program"), item=pk, number=number)
        bring_back(version, by=acting_member(request), at=timezone.now())
        words = _("The item has the words of version %(number)s again, as a new version.")
        messages.success(request, words % {"number": number})
        return redirect("admin:learning_libraryitem_change", pk)

    def has_duplicate(self, request: HttpRequest, row: Model) -> bool:
        """Return whether the program has an item with the same words already."""
        assert isinstance(row, LibraryItem)
        same = LibraryItem.objects.filter(program=row.program_id, titles=row.titles)
        return same.filter(retired_on=None).exclude(pk=row.pk).exists()

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: HttpRequest, **kwargs: object
    ) -> ModelMultipleChoiceField | None:
        topics = SupportTopic.objects.filter(program__in=self.programs_of_page(request))
        kwargs["queryset"] = topics.current()
        kwargs["widget"] = CheckboxSelectMultiple()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description=gettext_lazy("topics"))
    def topic_names(self, item: LibraryItem) -> str:
        return ", ".join(str(topic) for topic in item.topics.all())

    @admin.display(description=gettext_lazy("languages"))
    def language_names(self, item: LibraryItem) -> str:
        return ", ".join(language_label(code) for code in item.languages)

    @admin.display(description=gettext_lazy("words"))
    def all_words(self, item: LibraryItem) -> str:
        found = [(language_label(code), item.words(code)) for code in item.languages]
        rows = [(name, w.title, w.summary, w.text or w.link) for name, w in found]
        return format_html_join("", "<p>{}: <strong>{}</strong></p><p>{}</p><p>{}</p>", rows)
