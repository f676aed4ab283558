"""The questions of a program: added by an import or here, retired instead of deleted."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db.models import Count, ForeignKey, Model, OuterRef, QuerySet, Subquery
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.committee import Role
from programs.committee_admin import CommitteeAdmin, translated_name_fields
from programs.models import Program, ProgramQuestion

from ..forms.program_questions import ProgramQuestionForm
from ..models import QuestionAnswer

COLUMNS = ("program", "heading", "asked", "kind", "channel", "position", "retired_on")
SHOWN = 80  # characters of a question in the list


@admin.register(ProgramQuestion)
class ProgramQuestionAdmin(CommitteeAdmin):
    add_title = gettext_lazy("Add a question")
    empty_words = gettext_lazy("There are no questions of your own yet.")
    empty_advice = gettext_lazy(
        "Add one here, or choose “New question” for a column when you import a file."
    )
    form = ProgramQuestionForm
    add_roles = change_roles = (Role.CHAIR,)
    duplicate_field = "heading"
    list_display = ("question", "program", "asked", "kind", "channel", "answers", "is_current")
    list_display_links = ("question",)
    list_filter = ("asked", "channel")
    list_select_related = ("program",)
    search_fields = ("heading", "names")
    search_help_text = gettext_lazy("Search by the words of the question.")
    ordering = ("program", "position", "pk")
    shown: ClassVar[tuple[str, ...]] = ("program", "heading", "asked", "kind", "channel")

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        seen = QuestionAnswer.objects.visible_to(request.user).order_by()
        counts = seen.filter(question=OuterRef("pk")).values("question").annotate(n=Count("pk"))
        return rows.annotate(answer_count=Subquery(counts.values("n")))

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        if obj is not None and not self.has_change_permission(request, obj):
            return [*self.shown, "possible_answers", "position", "retired_on"]
        return [*self.shown, "options_text", *translated_name_fields(), "position", "retired_on"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["possible_answers"]

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> type[ModelForm]:
        # The inputs of names and answers are no model fields: Django must not look for them.
        return super().get_form(request, obj, change, **{**kwargs, "fields": list(COLUMNS)})

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> ModelChoiceField | None:
        if db_field.name == "program":
            kwargs["queryset"] = Program.objects.for_committee(request.user, Role.CHAIR)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=gettext_lazy("question"), ordering="heading")
    def question(self, row: ProgramQuestion) -> str:
        return Truncator(str(row)).chars(SHOWN)

    @admin.display(description=gettext_lazy("answers"))
    def answers(self, row: ProgramQuestion) -> int:
        return row.answer_count or 0  # type: ignore[attr-defined]  # annotated

    @admin.display(description=gettext_lazy("possible answers"))
    def possible_answers(self, row: ProgramQuestion) -> str:
        return ", ".join(row.options)

    @admin.display(description=gettext_lazy("in use"))
    def is_current(self, row: ProgramQuestion) -> str:
        return _("retired") if row.retired_on else _("yes")
