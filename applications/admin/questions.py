"""The questions of a program: added by an import or here, retired instead of deleted."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.committee import Role
from programs.committee_admin import ChairedAdmin, translated_name_fields
from programs.models import Program, ProgramQuestion
from programs.program_texts import LANGUAGES, language_in_sentence

from ..forms.program_questions import ProgramQuestionForm, translation_fields
from ..models import QuestionAnswer

COLUMNS = (
    "program", "heading", "help_text", "asked", "kind", "channel", "least", "most", "unit",
    "is_on_form", "is_required", "position", "criterion", "criterion_weight", "retired_on",
)  # fmt: skip
MARK = ("criterion", "criterion_weight")
SHOWN = 80  # characters of a question in the list


@admin.register(ProgramQuestion)
class ProgramQuestionAdmin(ChairedAdmin):
    add_title = gettext_lazy("Add a question")
    empty_words = gettext_lazy("There are no questions of your own yet.")
    empty_advice = gettext_lazy(
        "Add one here, or choose “New question” for a column when you import a file."
    )
    form = ProgramQuestionForm
    add_roles = change_roles = (Role.CHAIR,)
    duplicate_field = "heading"
    list_display = (
        "question", "program", "asked", "kind", "channel", "on_form", "answers", "is_current",
    )  # fmt: skip
    list_display_links = ("question",)
    list_filter = ("asked", "channel", "is_on_form")
    list_select_related = ("program",)
    search_fields = ("heading", "names")
    search_help_text = gettext_lazy("Search by the words of the question.")
    ordering = ("program", "position", "pk")
    shown: ClassVar[tuple[str, ...]] = (
        "program", "heading", "help_text", "asked", "channel", "kind", "least", "most", "unit",
    )  # fmt: skip

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        seen = QuestionAnswer.objects.visible_to(request.user).order_by()
        counts = seen.filter(question=OuterRef("pk")).values("question").annotate(n=Count("pk"))
        return rows.annotate(answer_count=Subquery(counts.values("n")))

    def get_fieldsets(  # type: ignore[no-untyped-def]  # the stubs name a private type
        self, request: HttpRequest, obj: Model | None = None
    ):
        if obj is not None and not self.has_change_permission(request, obj):
            rest = (
                "possible_answers",
                "is_on_form",
                "is_required",
                "position",
                *MARK,
                "retired_on",
            )
            return [(None, {"fields": [*self.shown, *rest]})]
        asked = ("options_text", "is_on_form", "is_required", "position", *MARK, "retired_on")
        return [
            (None, {"fields": [*self.shown, *asked]}),
            *(
                (
                    _("In %(language)s") % {"language": language_in_sentence(language)},
                    {"fields": translation_fields(language)},
                )
                for language in self._other_languages(request, obj)
            ),
            (
                _("Short names for the committee"),
                {"classes": ("collapse",), "fields": translated_name_fields()},
            ),
        ]

    def _other_languages(self, request: HttpRequest, obj: Model | None) -> list[str]:
        """Return the languages that the question may have beside that of its program."""
        if isinstance(obj, ProgramQuestion):
            own = {obj.program.language}
        else:
            rows = Program.objects.for_committee(request.user, Role.CHAIR)
            own = set(rows.values_list("language", flat=True))
        return [one for one in LANGUAGES if own != {one}]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["possible_answers"]

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> type[ModelForm]:
        # The inputs of names and answers are no model fields: Django must not look for them.
        return super().get_form(request, obj, change, **{**kwargs, "fields": list(COLUMNS)})

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, object],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Model | None = None,
    ) -> HttpResponse:
        shown = {**context, "show_preview": True}
        return super().render_change_form(request, shown, add, change, form_url, obj)

    @admin.display(description=gettext_lazy("question"), ordering="heading")
    def question(self, row: ProgramQuestion) -> str:
        return Truncator(str(row)).chars(SHOWN)

    @admin.display(description=gettext_lazy("answers"))
    def answers(self, row: ProgramQuestion) -> int:
        return row.answer_count or 0  # type: ignore[attr-defined]  # annotated

    @admin.display(description=gettext_lazy("on the form"), ordering="is_on_form")
    def on_form(self, row: ProgramQuestion) -> str:
        if not row.is_on_form or row.retired_on:
            return _("no")
        return _("yes, required") if row.is_required else _("yes")

    @admin.display(description=gettext_lazy("possible answers"))
    def possible_answers(self, row: ProgramQuestion) -> str:
        return ", ".join(row.options)

    @admin.display(description=gettext_lazy("in use"))
    def is_current(self, row: ProgramQuestion) -> str:
        return _("retired") if row.retired_on else _("yes")
