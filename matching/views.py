"""Pages of two people who ask to be a pair."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User

from .models import PairRequest
from .pair_request_forms import PairRequestForm
from .rounds import found_each_other
from .rounds.pair_requests import RELATIONS

PAGE = "matching:pair-request"


def _person(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # signed in: LoginRequiredMiddleware


def _mine_or_404(request: HttpRequest, public_id: str) -> PairRequest:
    rows = PairRequest.objects.of(request.user).select_related(*RELATIONS, "by", "match")
    return get_object_or_404(rows, public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def pair_request_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask who the other is. The answer is the same for every address."""
    programs = found_each_other.programs_to_ask_in().select_related("policy")
    program = get_object_or_404(programs, slug=slug)
    data = request.POST if request.method == "POST" else None
    form = PairRequestForm(data, program=program, person=_person(request))
    if form.is_valid():
        made = form.save()
        messages.success(request, _("Thank you. We write to this address if we may."))
        return redirect(PAGE, made.public_id)
    context = {
        "program": program,
        "form": form,
        "is_possible": bool(form.fields["cohort"].queryset),  # type: ignore[attr-defined]  # a choice of rows
        "remind_days": found_each_other.REMIND_DAYS,
        "open_days": found_each_other.OPEN_DAYS,
    }
    return render(request, "matching/pair_request_create.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def pair_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show how far a request is; who was asked says yes here."""
    person, found = _person(request), _mine_or_404(request, public_id)
    if request.method == "POST":
        application = found_each_other.confirm(found, by=person)
        if application.state == application.State.DRAFT:
            return redirect("applications:application-tasks", application.public_id)
        return redirect(PAGE, public_id)
    mine = found.application_of(person)
    is_asker = found.by_id == person.pk
    partner = next(
        (one.person for one in (found.mentee, found.mentor) if one and one != mine), None
    )
    context = {
        "program": found.program,
        "pair_request": found,
        "state": found.state,
        "is_open": found.state in PairRequest.OPEN,
        "is_to_confirm": found.state == PairRequest.State.ASKED and not is_asker,
        "is_mentor": (found.asker_role if is_asker else found.other_role) == "mentor",
        "application": mine,
        "needs_orientation": mine is not None
        and mine.is_mentor
        and mine.state == mine.State.ACCEPTED
        and mine.orientation_passed_at is None,
        "partner": partner,
        "closes_on": timezone.localdate(found.closes_at)
        if found.state == PairRequest.State.ASKED
        else None,
    }
    return render(request, "matching/pair_request.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def pair_request_take_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask whether to take the request back, then do it."""
    found = _mine_or_404(request, public_id)
    if request.method == "POST":
        found_each_other.take_back(found, by=_person(request))
        messages.success(request, _("Your request has been taken back."))
        return redirect(PAGE, public_id)
    if found.state not in PairRequest.OPEN or found.application_of(_person(request)) is None:
        return redirect(PAGE, public_id)
    context = {
        "program": found.program,
        "question": _("Take your request back?"),
        "text": _("You will not be a pair. A short application that was only for it closes too."),
        "button": _("Take the request back"),
        "back_url": reverse(PAGE, args=[public_id]),
        "is_dangerous": True,
    }
    return render(request, "components/confirm_page.html", context)
