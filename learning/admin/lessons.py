"""Lessons of pairs in the admin: chairs and carers read them, chairs decide about them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from programs.committee import Role, acting_member, cares_for_pairs, has_role
from programs.committee_admin import CommitteeAdmin, format_date, language_label

from .. import lessons
from ..lesson_forms import EditLessonForm
from ..models import Lesson


class StageFilter(admin.SimpleListFilter):
    """What became of a lesson."""

    title = gettext_lazy("stage")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("waiting", _("to edit")), ("published", _("published")), ("out", _("left out"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        stages: dict[str, dict[str, object]] = {
            "waiting": {"item": None, "declined_at": None},
            "published": {"item__isnull": False},
            "out": {"declined_at__isnull": False},
        }
        return queryset.filter(**stages.get(self.value() or "", {}))


@admin.register(Lesson)
class LessonAdmin(CommitteeAdmin):
    """Rows come from `for_committee`. No page of it says whose lesson it is."""

    list_title = gettext_lazy("Lessons of pairs")
    empty_words = gettext_lazy(
        "Nobody has shared a lesson. When their time together ends, both of a pair are asked for "
        "one thing that they would tell a pair that begins."
    )
    list_display = ("day", "program", "role", "language_name", "stage")
    list_filter = (StageFilter,)
    list_select_related = ("match__mentee__cohort__program", "match__mentor", "item")
    ordering = ("offered_at", "pk")
    sortable_by = ()
    fields: ClassVar[tuple[str, ...]] = (
        "day", "program", "role", "language_name", "stage", "text",
    )  # fmt: skip
    change_form_template = "admin/learning/lesson/change_form.html"

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        return self.fields

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.select_related(*self.list_select_related)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return cares_for_pairs(request)

    def row_title(self, row: Model) -> str:
        assert isinstance(row, Lesson)
        return _("Lesson of %(day)s") % {"day": self.day(row)}

    @admin.display(description=gettext_lazy("day"))
    def day(self, row: Lesson) -> str:
        return format_date(timezone.localtime(row.offered_at).date())

    @admin.display(description=gettext_lazy("program"))
    def program(self, row: Lesson) -> str:
        return str(row.program)

    @admin.display(description=gettext_lazy("role"))
    def role(self, row: Lesson) -> str:
        return row.role_label

    @admin.display(description=gettext_lazy("language"))
    def language_name(self, row: Lesson) -> str:
        return language_label(row.language)

    @admin.display(description=gettext_lazy("stage"))
    def stage(self, row: Lesson) -> str:
        if row.is_waiting:
            return _("to edit")
        return _("published") if row.item_id else _("left out")

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, object],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Lesson | None = None,
    ) -> HttpResponse:
        if isinstance(obj, Lesson):
            is_chair = has_role(acting_member(request), obj.program, Role.CHAIR)
            context |= {"may_decide": is_chair and obj.is_waiting, "item": obj.item}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        decline = view(require_POST(self.decline_view))
        return [
            path("<int:pk>/edit/", view(self.edit_view), name="learning_lesson_edit"),
            path("<int:pk>/leave-out/", decline, name="learning_lesson_decline"),
            *super().get_urls(),
        ]

    def _find(self, request: HttpRequest, pk: int) -> Lesson:
        rows = Lesson.objects.for_editor(request.user)
        return get_object_or_404(self.with_columns(request, rows), pk=pk)

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Edit a lesson, and publish it once it tells nobody's name."""
        lesson, member = self._find(request, pk), acting_member(request)
        if not lesson.is_waiting:
            messages.info(request, str(lessons.DECIDED))
            return redirect("admin:learning_lesson_change", pk)
        form = EditLessonForm(request.POST or None, lesson=lesson)
        if form.is_valid():
            item = form.save(by=member)
            messages.success(request, _("The lesson is in the library now."))
            return redirect("admin:learning_libraryitem_change", item.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "lesson": lesson,
            "row_name": self.row_title(lesson),
            "language": language_label(lesson.language),
            "form": form,
            "title": _("Edit and publish a lesson"),
        }
        return TemplateResponse(request, "admin/learning/lesson/edit.html", context)

    def decline_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        lessons.decline(self._find(request, pk), by=acting_member(request))
        messages.success(request, _("The lesson was left out and its words were erased."))
        return redirect("admin:learning_lesson_changelist")
