"""What the link in an e-mail with times for an interview does: choose one, or ask for another.

The page shows the times and nothing that was written; opening it changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from access.tokens import Claim
from accounts.models import User
from accounts.two_clocks import show_time
from notifications.links import purpose

from . import appointments
from .appointment_emails import ANSWER, answer_url
from .forms.appointments import ChoiceForm, WishForm
from .interviews import HELD_IN, is_held
from .models import Application, InterviewAppointment


@purpose(ANSWER, model="applications.InterviewAppointment")
def answer_by_link(
    request: HttpRequest, claim: Claim, person: User, subject: InterviewAppointment
) -> HttpResponse:
    """Show the times; take the one that is chosen, or when it would suit the applicant."""
    row = _row(person, subject)
    if row is None:
        return render(request, "notifications/link_expired.html", status=404)
    is_other = "other" in request.POST
    form = WishForm(request.POST if is_other else None, initial={"expected": row.sequence})
    refusal = _answer(request, row, person, form) if request.method == "POST" else ""
    row = _row(person, subject) or row
    return render(request, "applications/interview.html", _context(row, form, refusal))


def _row(person: User, subject: InterviewAppointment) -> InterviewAppointment | None:
    known = ("application__person", "application__cohort__program__policy", "member")
    rows = InterviewAppointment.objects.of(person).select_related(*known)
    return rows.filter(pk=subject.pk).first()


def _answer(request: HttpRequest, row: InterviewAppointment, person: User, form: WishForm) -> str:
    """Do what the button says; return why it was refused, "" if it was not."""
    try:
        if not form.is_bound:
            choice = ChoiceForm(request.POST)
            if choice.is_valid():
                appointments.choose(row, by=person, **choice.cleaned_data)
        elif form.is_valid():
            appointments.ask_for_other(row, by=person, **form.cleaned_data)
    except ActionNotAllowed as refused:
        return str(refused)
    return ""


def _context(row: InterviewAppointment, form: WishForm, refusal: str) -> dict[str, object]:
    now = timezone.now()
    application, person = row.application, row.application.person
    is_open = row.may_be_answered(now) and application.state in HELD_IN

    def shown(one: datetime) -> str:
        return show_time(one, person, row.member)

    return {
        "appointment": row,
        "application": application,
        "program": application.program,
        "refusal": refusal,
        "is_open": is_open,
        "times": [(one.isoformat(), shown(one)) for one in appointments.free_times(row, now)]
        if is_open
        else [],
        "when": shown(row.starts_at) if row.starts_at and row.is_ahead(now) else "",
        "form": form,
    }


def shown_to_applicant(application: Application) -> dict[str, object]:
    """Return what the page of an application shows its person of the interview that is open.

    Asks no database where the program interviews no one.
    """
    if not is_held(application) or application.state not in HELD_IN:
        return {}
    now = timezone.now()
    row = appointments.open_of(application, now)
    if row is None:
        return {}
    return {
        "appointment": row,
        "appointment_when": show_time(row.starts_at, application.person, row.member)
        if row.starts_at
        else "",
        "appointment_url": answer_url(row) if row.may_be_answered(now) else "",
    }
