"""What the links in a request for a reference do: a short form, and no more e-mail."""

from __future__ import annotations

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from access.exceptions import ActionNotAllowed
from access.tokens import Claim
from notifications.links import guest_purpose
from programs.role_names.speaking import speaking_for

from . import references
from .forms.references import ReferenceForm
from .models import Reference
from .reference_emails import ANSWER, STOP


@guest_purpose(ANSWER, model="applications.Reference")
def answer_by_link(request: HttpRequest, claim: Claim, subject: Reference | None) -> HttpResponse:
    """Show the questions; store the answers, or that the referee declines."""
    if subject is None:
        return render(request, "notifications/link_expired.html", status=404)
    with translation.override(subject.language), speaking_for(subject.program):
        is_posted = request.method == "POST" and subject.is_open(timezone.now())
        form = ReferenceForm(request.POST if is_posted else None, program=subject.program)
        with suppress(ActionNotAllowed):  # answered or over meanwhile: the page says so
            if is_posted and "decline" in request.POST:
                references.decline(subject)
            elif is_posted and form.is_valid():
                form.save(subject)
        subject.refresh_from_db()
        context = {
            "reference": subject,
            "program": subject.program,
            "applicant": subject.application.person.name,
            "is_open": subject.is_open(timezone.now()),
            "form": form
            if "decline" not in request.POST
            else ReferenceForm(program=subject.program),
        }
        return render(request, "applications/reference.html", context)


@guest_purpose(STOP, model="applications.Reference", one_click=references.never_again)
def stop_by_link(request: HttpRequest, claim: Claim, subject: Reference | None) -> HttpResponse:
    """Send nothing more to the address, ever; who did it before reads the same."""
    language = subject.language if subject else translation.get_language() or "en"
    with translation.override(language):
        if subject is not None and request.method == "POST":
            references.never_again(subject)
        is_done = subject is None or request.method == "POST"
        return render(request, "applications/mentor_invitation_stop.html", {"is_done": is_done})
