"""Applications: the list with its queues, the review page, and the actions of the review."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from programs.committee import acting_member, holds
from programs.committee_admin import CohortFilter, ExportAdmin, steps_of
from programs.spreadsheets import Sheet

from .. import orientation, reviewing
from ..application_exports import applications_sheet
from ..forms.applicant_questions import AskForm
from ..forms.opinions import OpinionForm
from ..forms.registry import PRIVATE_PAGES, filled_pages
from ..forms.review import AttendedForm, DecisionForm, NoteForm, possible_outcomes
from ..forms.screening import ScreeningForm
from ..models import Application, CommitteeNote, ImportedRow
from ..program_questions import answer_rows
from . import (
    address_form,
    applicant_questions,
    decision_release,
    opinions,
    review_page,
    screening,
    wishes,
)
from .opinions import ReaderFilter, ReadersMixin
from .queues import (
    QueueFilter,
    SentInWeek,
    TopicFilter,
    counts,
    has_pending_decision,
)

State = Application.State


@admin.register(Application)
class ApplicationAdmin(ReadersMixin, ExportAdmin):
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
        "role",
        SentInWeek,
        CohortFilter,
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

        return [
            page("release/", require_safe(decision_release.cohorts), "release"),
            page("release/<int:pk>/", require_safe(decision_release.cohort_page), "release-cohort"),
            page(
                "release/<int:pk>/schedule/",
                require_POST(decision_release.schedule),
                "release-schedule",
            ),
            page("release/<int:pk>/stop/", require_POST(decision_release.stop), "release-stop"),
            page("<int:pk>/read/", require_POST(self.read_view), "read"),
            page("<int:pk>/note/", require_POST(self.note_view), "note"),
            page("<int:pk>/decide/", require_POST(self.decide_view), "decide"),
            page("<int:pk>/clear/", require_POST(self.clear_view), "clear"),
            page("<int:pk>/attended/", require_POST(self.attended_view), "attended"),
            page("wishes/<int:pk>/", require_POST(self.wish_view), "wish"),
            page("<int:pk>/opinion/", require_POST(self.opinion_view), "opinion"),
            page("<int:pk>/reader/", require_POST(self.reader_view), "reader"),
            page(
                "readers/<int:pk>/remove/",
                require_POST(opinions.remove_view),
                "reader-remove",
            ),
            page("<int:pk>/check/", require_POST(self.screening_view), "screening"),
            page(
                "<int:pk>/check/<int:check>/remove/",
                require_POST(screening.remove_view),
                "screening-remove",
            ),
            page("<int:pk>/ask/", require_POST(self.ask_view), "ask"),
            page(
                "questions/<int:pk>/take-back/",
                require_POST(applicant_questions.take_back),
                "question-take-back",
            ),
            page("<int:pk>/address/", require_POST(self.address_view), "address"),
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
            "releases": decision_release.waiting_releases(request),
        }
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def export_sheet(self, request: HttpRequest, rows: QuerySet[Application]) -> Sheet:
        return applications_sheet(rows, acting_member(request))

    # --- one application

    def _application(self, request: HttpRequest, pk: int | str) -> Application:
        """Return an application that the member may see, or raise Http404."""
        rows = Application.objects.for_committee(request.user).select_related(
            "person__profile__employer", "cohort__program__policy"
        )
        return get_object_or_404(rows.prefetch_related("topic_rows__topic"), pk=pk)

    @method_decorator(require_safe)
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        application = self._application(request, object_id if object_id.isdigit() else 0)
        return self._review_page(request, application)

    def _review_page(
        self,
        request: HttpRequest,
        application: Application,
        wish_form: wishes.WishForm | None = None,
        **forms: Form,
    ) -> HttpResponse:
        """Show the application to the committee; `forms` are those that came back with errors."""
        reader = acting_member(request)
        pages = review_page.in_reading_order(filled_pages(application, reader))
        following, waiting = review_page.next_to_review(application, reader)
        notes = CommitteeNote.objects.visible_to(request.user).filter(application=application)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(application.person),
            "application": application,
            "sections": review_page.sections(pages),
            "unanswered": review_page.unanswered(pages),
            "following": following,
            "waiting": waiting,
            "earlier": review_page.earlier_application(application, pages, reader),
            "may_read_in_full": {page.code for page in pages}.issuperset(PRIVATE_PAGES),
            "own_answers": answer_rows(application, acting_member(request)),
            "wishes": wishes.wish_rows(request, application, wish_form),
            "address_form": address_form.address_form(request, application),
            **applicant_questions.questions_of(request, application),
            **opinions.opinions_of(request, application),
            **screening.checks_of(request, application),
            "notes": notes.select_related("author"),
            "origins": ImportedRow.objects.visible_to(request.user)
            .filter(application=application)
            .select_related("job__created_by"),
            "history": steps_of(application),
            "note_form": NoteForm(prefix="note"),
            **self._decision_context(request, application),
            **forms,
        }
        context["wrong_forms"] = [one for one in (*forms.values(), wish_form) if one]
        return TemplateResponse(request, "admin/applications/application/review.html", context)

    def _decision_context(
        self, request: HttpRequest, application: Application
    ) -> dict[str, object]:
        """Return the decision and the forms that the member may use."""
        decision = reviewing.decision_of(application)
        initial = {"expected": reviewing.decision_version(decision)}
        if decision and decision.is_pending:
            initial["outcome"] = decision.outcome
            initial["reason"] = decision.reason
            initial["note"] = decision.note
        outcomes = possible_outcomes(application)
        program = application.program
        may_decide = holds(request, program, *reviewing.DECIDERS)
        may_record = holds(request, program, *orientation.ATTENDANCE_RECORDERS)
        is_unread = application.state == State.SUBMITTED and application.review_started_at is None
        is_ready = not reviewing.missing_opinions(application)
        has_decision_form = may_decide and outcomes and is_ready
        has_attended_form = may_record and _is_unprepared(application)
        return {
            "decision": decision,
            "criteria": program.texts["selection"],
            "may_write_criteria": holds(request, program, *reviewing.RELEASERS),
            "may_read": may_decide and is_unread,
            "decision_form": DecisionForm(possible=outcomes, initial=initial)
            if has_decision_form
            else None,
            "attended_form": AttendedForm(prefix="attended") if has_attended_form else None,
        }

    def _finish(self, request: HttpRequest, application: Application, words: str) -> HttpResponse:
        self.log_change(request, application, words)
        messages.success(request, words)
        return redirect("admin:applications_application_change", application.pk)

    def read_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._application(request, pk)
        reviewing.start_reading(application, by=acting_member(request))
        return self._finish(
            request,
            application,
            _("Review started. The applicant can no longer change the answers."),
        )

    def note_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._application(request, pk)
        form = NoteForm(request.POST, prefix="note")
        if not form.is_valid():
            return self._review_page(request, application, note_form=form)
        reviewing.add_note(application, by=acting_member(request), text=form.cleaned_data["text"])
        return self._finish(request, application, _("Note saved."))

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._application(request, pk)
        form = DecisionForm(request.POST, possible=possible_outcomes(application))
        if not form.is_valid():
            return self._review_page(request, application, decision_form=form)
        reviewing.decide(application, by=acting_member(request), **form.cleaned_data)
        return self._finish(
            request,
            application,
            _("Decision saved. The applicant is notified when a chair releases it."),
        )

    def clear_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._application(request, pk)
        reviewing.clear_decision(application, by=acting_member(request))
        return self._finish(request, application, _("Pending decision cleared."))

    def attended_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._application(request, pk)
        form = AttendedForm(request.POST, prefix="attended")
        if not form.is_valid():
            return self._review_page(request, application, attended_form=form)
        orientation.mark_attended(
            application, by=acting_member(request), reason=form.cleaned_data["reason"]
        )
        return self._finish(request, application, _("Orientation recorded as passed."))

    def wish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = wishes.sent_form(request, pk)
        if form.is_valid():
            return wishes.decide(request, form)
        application = self._application(request, form.wish.application_id)
        return self._review_page(request, application, wish_form=form)

    def opinion_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._application(request, pk)
        form = OpinionForm(request.POST)
        if not form.is_valid():
            return self._review_page(request, application, opinion_form=form)
        return self._finish(request, application, opinions.write(request, application, form))

    def reader_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._application(request, pk)
        form = opinions.bound_reader_form(request, application)
        if not form.is_valid():
            return self._review_page(request, application, reader_form=form)
        return self._finish(request, application, opinions.assign(request, application, form))

    def screening_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._application(request, pk)
        form = ScreeningForm(request.POST)
        if form.is_valid():
            return screening.record(request, application, form)
        return self._review_page(request, application, screening_form=form)

    def ask_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._application(request, pk)
        form = AskForm(request.POST)
        if form.is_valid():
            return applicant_questions.ask(request, application, form)
        return self._review_page(request, application, ask_form=form)

    def address_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._application(request, pk)
        form = address_form.AddressForm(request.POST)
        if form.is_valid():
            return address_form.add(request, application, form)
        return self._review_page(request, application, address_form=form)


def _is_unprepared(application: Application) -> bool:
    return orientation.is_open_for(application) and application.orientation_passed_at is None
