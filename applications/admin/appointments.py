"""The appointment for an interview, on the page of an application, and as a filter of the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.two_clocks import show_time
from programs.committee import acting_member, holds

from .. import appointments, interview_queues, interviews
from ..forms.appointments import TimesForm
from ..models import Application, InterviewAppointment
from ..models.applications import ApplicationQuerySet
from ..reviewing import DECIDERS

Queue = Callable[[ApplicationQuerySet, User, datetime], ApplicationQuerySet]


class InterviewFilter(admin.SimpleListFilter):
    """Applicants whose interview waits for the member: for a time, or for a result."""

    title = gettext_lazy("interview")
    parameter_name = "interview"
    queues: ClassVar[Mapping[str, Queue]] = {
        "to-arrange": interview_queues.to_arrange,
        "mine": interview_queues.without_result,
    }

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("to-arrange", _("To arrange")), ("mine", _("Held by me, without my result"))]

    def queryset(self, request: HttpRequest, queryset: ApplicationQuerySet) -> ApplicationQuerySet:
        queue = self.queues.get(self.value() or "")
        return queue(queryset, acting_member(request), timezone.now()) if queue else queryset


def appointment_of(request: HttpRequest, application: Application) -> dict[str, object]:
    """Return the newest appointment that the member may read, and the form if it is wanted.

    Asks no database where the program interviews no one.
    """
    if not interviews.is_held(application):
        return {"has_appointment": False}
    member, now = acting_member(request), timezone.now()
    rows = InterviewAppointment.objects.for_committee(member).filter(application=application)
    row = rows.select_related("member").last()
    if row is not None:
        row.application = application
    may_decide = holds(request, application.program, *DECIDERS)
    may_arrange = may_decide and appointments.may_arrange(application)
    is_open = row is not None and (row.is_open or row.is_ahead(now))
    known = row if is_open else None
    return {
        "has_appointment": row is not None or may_arrange,
        "appointment": row,
        "appointment_is_ahead": row is not None and row.is_ahead(now),
        "appointment_is_unanswered": row is not None and row.is_unanswered(now),
        "appointment_when": row and row.starts_at and _shown(row),
        "appointment_times": [
            show_time(one, row.member, application.person) for one in row.suggested
        ]
        if row
        else [],
        "appointment_form": TimesForm(member=member, appointment=known) if may_arrange else None,
        "may_cancel_appointment": may_decide and is_open,
    }


def _shown(row: InterviewAppointment) -> str:
    assert row.starts_at is not None
    return show_time(row.starts_at, row.member, row.application.person)


def bound_form(request: HttpRequest, application: Application) -> TimesForm:
    member = acting_member(request)
    known = appointments.open_of(application, timezone.now())
    return TimesForm(request.POST, member=member, appointment=known)


def suggest(request: HttpRequest, application: Application, form: TimesForm) -> HttpResponse:
    """Suggest the times, and come back to the page."""
    row = form.save(application, by=acting_member(request))
    words = _("The times are on their way to %(name)s. You get an e-mail with the answer.")
    messages.success(request, words % {"name": row.application.person})
    return redirect("admin:applications_application_change", application.pk)


def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel what is open, as the page named it."""
    rows = InterviewAppointment.objects.for_committee(acting_member(request))
    row = get_object_or_404(rows.select_related("application__cohort"), pk=pk)
    sent = request.POST.get("expected", "")
    expected = int(sent) if sent.isdecimal() and len(sent) < 6 else -1
    appointments.cancel(row, by=acting_member(request), expected=expected)
    messages.success(request, _("The interview is cancelled. Whoever knew of it gets an e-mail."))
    return redirect("admin:applications_application_change", row.application_id)
