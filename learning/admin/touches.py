"""Short texts by month in the admin: the committee reads them, chairs write, preview and test."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin, messages
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from programs.committee import acting_member
from programs.committee_admin import language_label
from programs.program_texts import LANGUAGES

from ..models import LibraryItem, TouchText
from ..touch_emails import send_test
from ..touch_forms import TouchTextForm, word_fields
from ..touch_planning import save_words
from .library import LearningAdmin


@admin.register(TouchText)
class TouchTextAdmin(LearningAdmin):
    form = TouchTextForm
    add_title = gettext_lazy("Add a short text")
    empty_words = gettext_lazy(
        "There are no short texts yet. Each person gets one in some months of their pair, with one "
        "thing to try."
    )
    list_display = ("title", "role", "month", "program", "version_number", "is_current")
    list_filter = ("role",)
    ordering = ("program", "role", "month", "pk")
    columns: ClassVar[tuple[str, ...]] = ("role", "month", "item", "retired_on")
    inputs = tuple(word_fields())
    shown = ()
    change_form_template = "admin/learning/touchtext/change_form.html"

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        related = rows.select_related("program", "item__program")
        return related.prefetch_related("versions__author", "versions__text__program")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        found = super().get_readonly_fields(request, obj)
        # People were sent it for this role and month.
        return found if obj is None else tuple(dict.fromkeys([*found, "role", "month"]))

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> ModelChoiceField | None:
        if db_field.name == "item":
            items = LibraryItem.objects.filter(program__in=self.programs_of_page(request))
            kwargs["queryset"] = items.select_related("program")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: TouchText, form: TouchTextForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        save_words(obj, **form.words(), by=acting_member(request), at=timezone.now())

    @admin.display(description=gettext_lazy("title"))
    def title(self, row: TouchText) -> str:
        version = row.version
        return version.words().title if version else str(row)

    @admin.display(description=gettext_lazy("version"))
    def version_number(self, row: TouchText) -> int:
        version = row.version
        return version.number if version else 0

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        preview, test = view(self.preview_view), view(require_POST(self.test_view))
        return [
            path("<int:pk>/preview/", preview, name="learning_touchtext_preview"),
            path("<int:pk>/test/", test, name="learning_touchtext_test"),
            *super().get_urls(),
        ]

    def _find(self, request: HttpRequest, pk: int) -> TouchText:
        rows = self.with_columns(request, TouchText.objects.for_committee(request.user))
        return get_object_or_404(rows, pk=pk)

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the text as people get it, in each language in which it is there."""
        text = self._find(request, pk)
        version = text.version
        codes = version.languages if version else []
        item = text.item if text.item and not text.item.is_retired else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "text": text,
            "previews": [
                {
                    "name": language_label(code),
                    "language": code,
                    "words": version.words(code),
                    "item": item.words(code).title if item else "",
                }
                for code in codes
                if version
            ],
            "missing": [language_label(code) for code in LANGUAGES if code not in codes],
            "may_test": self.has_change_permission(request, text),
            "title": _("As people get it"),
        }
        return TemplateResponse(request, "admin/learning/touchtext/preview.html", context)

    def test_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        text, member = self._find(request, pk), acting_member(request)
        send_test(text, to=member)
        words = _("A test is on its way to %(address)s, in your language.")
        messages.success(request, words % {"address": member.email})
        return redirect("admin:learning_touchtext_preview", pk)
