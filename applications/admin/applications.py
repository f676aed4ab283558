"""Applications: the list with its queues, and the addresses of the review."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from programs.committee import acting_member
from programs.committee_admin import CohortFilter, ExportAdmin
from programs.spreadsheets import Sheet

from .. import reviewing
from ..application_exports import applications_sheet
from ..models import Application
from . import (
    applicant_questions,
    appointments,
    decision_release,
    opinions,
    references,
    screening,
    standing,
)
from .one_application import ReviewPageMixin
from .opinions import ReaderFilter, ReadersMixin
from .queues import (
    CodeFilter,
    PairFilter,
    QueueFilter,
    SentInWeek,
    TopicFilter,
    counts,
    has_pending_decision,
)

State = Application.State


@admin.register(Application)
class ApplicationAdmin(ReviewPageMixin, ReadersMixin, ExportAdmin):
    export_program = "cohort__program"
    export_note = gettext_lazy(
        "It has the answers for the committee only where you may read them. You can import the "
        "file again: what you did not change stays as it is."
    )
    empty_words = gettext_lazy(
        "There are no applications yet. They appear here when people send them "
        "or when you import a roster."
    )
    list_display = (
        "name",
        "role",
        "sent",
        "topics_named",
        "decision",
        "readers",
        "waiting",
        "note_count",
    )
    list_display_links = ("name",)
    list_filter = (
        QueueFilter,
        ReaderFilter,
        screening.ScreeningFilter,
        CodeFilter,
        references.ReferenceFilter,
        appointments.InterviewFilter,
        "role",
        SentInWeek,
        CohortFilter,
        PairFilter,
        TopicFilter,
    )
    list_select_related = ("person", "cohort")
    search_fields = ("person__name", "person__email")
    search_help_text = gettext_lazy("Search by name or e-mail address.")
    ordering = ("submitted_at", "pk")
    sortable_by = ("sent", "waiting")
    actions = ("share_out_selected", "decide_selected", "clear_selected")
    change_list_template = "admin/applications/application/change_list.html"

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return reviewing.with_review(rows).prefetch_related("topic_rows__topic")

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(
                route, self.admin_site.admin_view(view), name=f"applications_application_{name}"
            )

        release, questions = decision_release, applicant_questions
        posted: dict[str, tuple[Callable[..., HttpResponse], str]] = {
            "release/<int:pk>/schedule/": (release.schedule, "release-schedule"),
            "release/<int:pk>/stop/": (release.stop, "release-stop"),
            "<int:pk>/read/": (self.read_view, "read"),
            "<int:pk>/note/": (self.note_view, "note"),
            "<int:pk>/decide/": (self.decide_view, "decide"),
            "<int:pk>/clear/": (self.clear_view, "clear"),
            "<int:pk>/attended/": (self.attended_view, "attended"),
            "wishes/<int:pk>/": (self.wish_view, "wish"),
            "<int:pk>/opinion/": (self.opinion_view, "opinion"),
            "<int:pk>/reader/": (self.reader_view, "reader"),
            "readers/<int:pk>/remove/": (opinions.remove_view, "reader-remove"),
            "<int:pk>/check/": (self.screening_view, "screening"),
            "<int:pk>/check/<int:check>/remove/": (screening.remove_view, "screening-remove"),
            "<int:pk>/ask/": (self.ask_view, "ask"),
            "questions/<int:pk>/take-back/": (questions.take_back, "question-take-back"),
            "<int:pk>/interview/": (self.interview_view, "interview"),
            "<int:pk>/appointment/": (self.appointment_view, "appointment"),
            "appointments/<int:pk>/cancel/": (appointments.cancel, "appointment-cancel"),
            "<int:pk>/standing/waive/": (self.waive_view, "standing-waive"),
            "<int:pk>/standing/take-back/": (self.unwaive_view, "standing-unwaive"),
            "<int:pk>/address/": (self.address_view, "address"),
        }
        return [
            page("standing/", standing.list_page, "standing"),
            page("release/", require_safe(release.cohorts), "release"),
            page("release/<int:pk>/", require_safe(release.cohort_page), "release-cohort"),
            *(page(route, require_POST(view), name) for route, (view, name) in posted.items()),
            *super().get_urls(),
        ]

    # --- the list

    @admin.display(description=gettext_lazy("name"), ordering="person__name")
    def name(self, application: Application) -> str:
        return str(application.person)

    @admin.display(description=gettext_lazy("sent"), ordering="submitted_at")
    def sent(self, application: Application) -> date | None:
        return timezone.localdate(application.submitted_at) if application.submitted_at else None

    @admin.display(description=gettext_lazy("topics"))
    def topics_named(self, application: Application) -> str:
        return ", ".join(str(row.topic) for row in list(application.topic_rows.all())[:3])

    @admin.display(description=gettext_lazy("state"))
    def decision(self, application: Application) -> str:
        if has_pending_decision(application):
            return _("%(outcome)s, not released yet") % {
                "outcome": State(application.pending).label  # type: ignore[attr-defined]  # annotated
            }
        return application.get_state_display()

    @admin.display(description=gettext_lazy("waiting (days)"), ordering="submitted_at")
    def waiting(self, application: Application) -> int | None:
        if application.state != State.SUBMITTED or application.submitted_at is None:
            return None
        return (timezone.now() - application.submitted_at).days

    @admin.display(description=gettext_lazy("notes"), ordering="note_count")
    def note_count(self, application: Application) -> int:
        return application.note_count  # type: ignore[attr-defined]  # annotated by `with_review`

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        queues = counts(self.get_queryset(request))
        shown = {
            "queues": queues,
            "queue": request.GET.get("queue", ""),
            "uses_member_lists": standing.has_programs(request),
            "releases": decision_release.waiting_releases(request),
        }
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def export_sheet(self, request: HttpRequest, rows: QuerySet[Application]) -> Sheet:
        return applications_sheet(rows, acting_member(request))
