"""The page of one application for the committee: what it shows, and what is done there."""

from __future__ import annotations

from django.contrib import admin, messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from programs.committee import acting_member, holds
from programs.committee_admin import row_id
from programs.models import about_only

from .. import orientation, reviewing
from ..forms.applicant_questions import AskForm
from ..forms.opinions import OpinionForm
from ..forms.registry import PRIVATE_PAGES, filled_pages
from ..forms.review import AttendedForm, DecisionForm, NoteForm, possible_outcomes
from ..forms.screening import ScreeningForm
from ..forms.standing import WaiverForm
from ..models import Application, CommitteeNote
from ..program_questions import answer_rows
from . import (
    address_form,
    applicant_questions,
    appointments,
    history,
    interviews,
    opinions,
    references,
    review_page,
    screening,
    standing,
    wishes,
)

State = Application.State


class ReviewPageMixin(admin.ModelAdmin):
    """One application: its page, and the verbs that come back to it."""

    def _application(self, request: HttpRequest, pk: int) -> Application:
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
        application = self._application(request, row_id(object_id))
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
        with about_only(application):
            pages = review_page.in_reading_order(filled_pages(application, reader))
            answered = review_page.with_answers(pages)
            context = self._of_this_only(request, application)
        following, waiting = review_page.next_to_review(application, reader)
        context |= {
            "sections": review_page.sections(answered),
            "unanswered": review_page.unanswered(answered),
            "may_read_in_full": {page.code for page in pages}.issuperset(PRIVATE_PAGES),
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(application.person),
            "application": application,
            "following": following,
            "waiting": waiting,
            "earlier": review_page.earlier_application(application, answered, reader),
            "wishes": wishes.wish_rows(request, application, wish_form),
            **forms,
        }
        context["wrong_forms"] = [one for one in (*forms.values(), wish_form) if one]
        return TemplateResponse(request, "admin/applications/application/review.html", context)

    def _of_this_only(self, request: HttpRequest, application: Application) -> dict[str, object]:
        """Return what the page shows of this application beside the answers, and of no other."""
        reader = acting_member(request)
        notes = CommitteeNote.objects.visible_to(reader).filter(application=application)
        readers = opinions.opinions_of(request, application)
        return {
            "changed_facts": review_page.changed_facts(application),
            "own_answers": answer_rows(application, reader),
            "address_form": address_form.address_form(request, application),
            **applicant_questions.questions_of(request, application),
            **readers,
            **screening.checks_of(request, application),
            **standing.standing_context(request, application),
            **interviews.interview_of(request, application),
            **appointments.appointment_of(request, application),
            **references.references_of(request, application),
            "notes": notes.select_related("author"),
            "note_form": NoteForm(prefix="note"),
            **self._decision_context(
                request, application, is_ready=not readers["opinions_missing"]
            ),
        }

    @method_decorator(require_safe)
    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """Show what happened to an application, as the member may see it."""
        application = self._application(request, row_id(object_id))
        happened, has_more = history.history_of(application, acting_member(request))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("History: %(name)s") % {"name": application.person},
            "application": application,
            "happened": happened,
            "has_more": has_more,
            "most": history.MOST,
        }
        return TemplateResponse(request, "admin/applications/application/history.html", context)

    def _decision_context(
        self, request: HttpRequest, application: Application, *, is_ready: bool
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

    def interview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._application(request, pk)
        form = interviews.bound_form(request, application)
        if not form.is_valid():
            return self._review_page(request, application, interview_form=form)
        return self._finish(request, application, interviews.send(request, application, form))

    def appointment_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._application(request, pk)
        form = appointments.bound_form(request, application)
        if form.is_valid():
            return appointments.suggest(request, application, form)
        return self._review_page(request, application, appointment_form=form)

    def waive_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._application(request, pk)
        form = WaiverForm(request.POST)
        if not form.is_valid():
            return self._review_page(request, application, waiver_form=form)
        return self._finish(request, application, standing.waive(request, application, form))

    def unwaive_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._application(request, pk)
        return self._finish(request, application, standing.take_back(request, application))

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
    is_open = application.is_mentor and orientation.is_open_for(application)
    return is_open and application.orientation_passed_at is None
