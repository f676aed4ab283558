"""Surveys in the admin: everyone reads what people are asked, chairs write their program's own."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from programs.committee import Role, acting_member
from programs.committee_admin import CommitteeAdmin, steps_of
from programs.models import Program

from ..edition_effects import rule_of_edition
from ..editions import may_edit
from ..models import Survey
from ..survey_checks import LANGUAGES, problems
from . import survey_pages as pages


@admin.register(Survey)
class SurveyAdmin(CommitteeAdmin):
    """The editions of surveys. The pages that change one are in `survey_pages`."""

    empty_words = gettext_lazy(
        "There are no surveys yet. The default surveys are created with the first check-in."
    )
    list_display = ("__str__", "kind", "owner", "number", "state_chip", "published_at")
    list_filter = ("state", "kind")
    list_select_related = ("program",)
    fields = readonly_fields = (
        "kind",
        "owner",
        "number",
        "state_chip",
        "published_at",
        "retired_at",
        "intro",
    )
    change_form_template = "admin/checkins/survey/change_form.html"

    def row_title(self, row: Model) -> str:
        return _("%(title)s (edition %(number)s)") % {"title": row, "number": row.number}  # type: ignore[attr-defined]  # a survey

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Leave out what there is nothing to say about yet."""
        later = ("published_at", "retired_at", "intro")
        return [name for name in self.fields if name not in later or getattr(obj, name, None)]

    @admin.display(description=gettext_lazy("program"), ordering="program")
    def owner(self, survey: Survey) -> str:
        return survey.program.name if survey.program else _("all programs (shared)")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        survey = self.get_object(request, object_id)
        context = {**(extra_context or {})}
        if isinstance(survey, Survey):
            context |= self._context(request, survey)
        return super().change_view(request, object_id, form_url, context)

    def _context(self, request: HttpRequest, survey: Survey) -> dict[str, object]:
        is_chair = may_edit(survey, acting_member(request))
        others = Survey.objects.for_committee(request.user).filter(kind=survey.kind)
        comparable = others.exclude(pk=survey.pk).order_by("-number", "-pk")
        programs = Program.objects.for_committee(request.user, Role.CHAIR)
        return {
            "questions": list(survey.questions.all()),
            "kinds": list(survey.questions.model.Kind.choices),
            "problems": problems(survey) if survey.is_draft else [],
            "may_change": is_chair and survey.is_draft,
            "may_retire": is_chair and survey.state != Survey.State.RETIRED,
            "may_start": programs.exists(),
            "comparable": list(comparable.select_related("program")[:MOST_COMPARED]),
            "rule": rule_of_edition(survey, survey.program.policy) if survey.program else "",
            "history": steps_of(survey),
            "language": (get_language() or LANGUAGES[0]).split("-")[0],
            "move_route": "admin:checkins_survey_question-move",
        }

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.select_related("program__policy", "based_on")

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(
                f"<int:pk>/{route}", self.admin_site.admin_view(view), name=f"{PREFIX}_{name}"
            )

        question = "questions/<int:question>/"
        return [
            page("words/", pages.words_view, "words"),
            page("questions/add/<str:kind>/", pages.question_add_view, "question-add"),
            page(question, pages.question_view, "question"),
            page(f"{question}move/", require_POST(pages.question_move_view), "question-move"),
            page(f"{question}remove/", pages.question_remove_view, "question-remove"),
            page("preview/<str:role>/<str:language>/", pages.preview_view, "preview"),
            page("test/", require_POST(pages.test_view), "test"),
            page("publish/", pages.publish_view, "publish"),
            page("retire/", pages.retire_view, "retire"),
            page("start/", pages.start_view, "start"),
            page("compare/<int:other>/", require_safe(pages.compare_view), "compare"),
            *super().get_urls(),
        ]


PREFIX = "checkins_survey"
MOST_COMPARED = 10  # editions that the page of a survey offers
