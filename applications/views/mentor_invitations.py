"""Invite someone to be a mentor: for those who mentor, and those whose mentoring has ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from programs.role_names.rows import get_row_or_404

from .. import mentor_invitations
from ..forms.mentor_invitations import MentorInvitationForm

PAGE = "applications:mentor-invitation-create"


@require_http_methods(["GET", "HEAD", "POST"])
def mentor_invitation_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for an address. The answer is the same for every address."""
    person: User = request.user  # type: ignore[assignment]  # signed in: LoginRequiredMiddleware
    programs = mentor_invitations.programs_to_invite_to(person).select_related("policy")
    program = get_row_or_404(programs, slug=slug)
    data = request.POST if request.method == "POST" else None
    form = MentorInvitationForm(data, program=program, person=person)
    if form.is_valid():
        form.save(by=person)
        messages.success(request, _("Thank you. We write to this address if we may."))
        return redirect(PAGE, slug)
    context = {
        "program": program,
        "form": form,
        "count": mentor_invitations.counts(person, program),
        "remind_days": mentor_invitations.REMIND_DAYS,
        "open_days": mentor_invitations.OPEN_DAYS,
    }
    return render(request, "applications/mentor_invitation_create.html", context)
