"""What the links in an invitation do: show what it involves, answer, and ask for no more e-mail."""

from __future__ import annotations

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation

from access.exceptions import ActionNotAllowed
from access.tokens import Claim
from notifications.links import guest_purpose

from . import mentor_facts, mentor_invitations
from .mentor_invitation_emails import SEE, STOP
from .models import MentorInvitation

Answer = MentorInvitation.Answer


@guest_purpose(SEE, model="applications.MentorInvitation")
def answer_by_link(
    request: HttpRequest, claim: Claim, subject: MentorInvitation | None
) -> HttpResponse:
    """Show what being a mentor involves; "I would like to" leads to the application."""
    if subject is None:
        return render(request, "notifications/link_expired.html", status=404)
    now = timezone.now()
    given = request.POST.get("answer", "")
    if given in Answer:
        with suppress(ActionNotAllowed):  # answered or over: the page says so
            mentor_invitations.answer(subject, given, at=now)
        if subject.answer == Answer.YES:
            return redirect(start_url(subject))
    with translation.override(subject.language):
        return render(request, "applications/mentor_invitation.html", _context(subject))


def _context(invitation: MentorInvitation) -> dict[str, object]:
    program = invitation.program
    return {
        "program": program,
        "invitation": invitation,
        "is_open": invitation.is_open(timezone.now()),
        "what_it_takes": mentor_facts.what_it_takes(program),
        "help": mentor_facts.help_for_mentors(program),
        "start_url": start_url(invitation),
    }


def start_url(invitation: MentorInvitation) -> str:
    """Return where a mentor's application begins, or where to ask for the next opening."""
    cohort = mentor_invitations.cohort_to_apply_to(invitation.program, timezone.now())
    if cohort is None:
        page = reverse("programs:opening-request", args=[invitation.program.slug])
        return f"{page}?role=mentor"
    return reverse("applications:apply", args=[cohort.slug, "mentor"])


@guest_purpose(
    STOP, model="applications.MentorInvitation", one_click=mentor_invitations.never_again
)
def stop_by_link(
    request: HttpRequest, claim: Claim, subject: MentorInvitation | None
) -> HttpResponse:
    """Send nothing more to the address, ever; who did it before reads the same."""
    language = subject.language if subject else translation.get_language() or "en"
    with translation.override(language):
        if subject is not None and request.method == "POST":
            mentor_invitations.never_again(subject)
        is_done = subject is None or request.method == "POST"
        return render(request, "applications/mentor_invitation_stop.html", {"is_done": is_done})
