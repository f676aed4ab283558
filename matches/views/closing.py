"""The end of a term: plan the closing talk, thank each other, and say how you stay in touch."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.models import Application

from .. import keeping_in_touch, mentoring_again, terms, thank_you_notes
from ..closing_forms import KeepInTouchForm, MentorAgainForm, ThankYouForm
from ..closing_plan import closing_plan
from ..closing_steps import closing_steps
from ..ending_texts import partner_name
from ..models import FollowUp, Match
from ..pair_page import url_or_empty
from .pairs import own_match


def _context(request: HttpRequest, match: Match) -> dict[str, object]:
    return {
        "match": match,
        "program": match.program,
        "partner_name": partner_name(match, request.user),
        "is_ended": match.state == Match.State.CLOSED,
    }


@require_safe
def match_closing(request: HttpRequest, match_id: str) -> HttpResponse:
    """Show how to end well, go on for longer, or close."""
    match = own_match(request, match_id)
    if match.state not in {Match.State.ACTIVE, Match.State.CLOSING} or match.ends_on is None:
        return redirect("matches:match-detail", match_id)
    now = timezone.now()
    context = _context(request, match) | {
        "is_over": match.ends_on <= terms.today_of(match, now),
        "closes_on": terms.closes_on(match),
        "steps": closing_steps(match, request.user, now),
        "plan": closing_plan(match, request.user, now),
        "renew_url": url_or_empty("agreements:agreement-renew", match.public_id),
    }
    return render(request, "matches/match_closing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def match_thank_you(request: HttpRequest, match_id: str) -> HttpResponse:
    """Write a note; posted, show what the partner will read. Nothing is sent yet."""
    match, now = own_match(request, match_id), timezone.now()
    note = thank_you_notes.note_of(match, request.user)
    has_left = note is not None and note.has_left(now)
    if note is None and not thank_you_notes.may_write(match, now):
        return redirect("matches:match-detail", match_id)
    data = request.POST if request.method == "POST" and not has_left else None
    form = ThankYouForm(data, match=match, note=note)
    context = _context(request, match) | {"form": form, "note": note, "has_left": has_left}
    if not form.is_valid():
        return render(request, "matches/match_thank_you.html", context)
    context |= {"text": form.cleaned_data["text"], "hold_minutes": form.hold_minutes}
    return render(request, "matches/match_thank_you_confirm.html", context)


@require_POST
def match_thank_you_send(request: HttpRequest, match_id: str) -> HttpResponse:
    match = own_match(request, match_id)
    note = thank_you_notes.note_of(match, request.user)
    form = ThankYouForm(request.POST, match=match, note=note)
    if not form.is_valid():
        context = _context(request, match) | {"form": form, "note": note}
        return render(request, "matches/match_thank_you.html", context)
    form.save(by=request.user)
    messages.success(
        request,
        _("Your note to %(name)s leaves in %(minutes)s minutes. Until then you can change it.")
        % {"name": partner_name(match, request.user), "minutes": form.hold_minutes},
    )
    return redirect("matches:match-thank-you", match_id)


@require_POST
def match_thank_you_withdraw(request: HttpRequest, match_id: str) -> HttpResponse:
    match = own_match(request, match_id)
    thank_you_notes.take_back(match, by=request.user)
    messages.success(request, _("Your note is deleted. Nothing was sent."))
    return redirect("matches:match-thank-you", match_id)


@require_http_methods(["GET", "HEAD", "POST"])
def match_keep_in_touch(request: HttpRequest, match_id: str) -> HttpResponse:
    match = own_match(request, match_id)
    if not keeping_in_touch.may_choose(match):
        return redirect("matches:match-detail", match_id)
    form = KeepInTouchForm(
        request.POST if request.method == "POST" else None, match=match, person=request.user
    )
    if form.is_valid():
        form.save(by=request.user)
        messages.success(request, _("Saved. You can change it here at any time."))
        return redirect("matches:match-keep-in-touch", match_id)
    shown = keeping_in_touch.shown_to(match, request.user)
    context = _context(request, match) | {"form": form}
    context["is_agreed"] = context["is_ended"] and shown != keeping_in_touch.Allows.NOTHING
    return render(request, "matches/match_keep_in_touch.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def match_mentor_again(request: HttpRequest, match_id: str) -> HttpResponse:
    """Ask the mentor of an ended pair whether they mentor in the cohort that takes applications."""
    match = own_match(request, match_id)
    rows = FollowUp.objects.of(request.user).filter(closure__match=match)
    follow_up = rows.select_related("closure", "person").first()
    if follow_up is None or match.mentor.person != request.user:
        return redirect("matches:match-detail", match_id)
    follow_up.closure.match = match
    cohort = mentoring_again.open_cohort(follow_up, timezone.now())
    form = MentorAgainForm(request.POST if request.method == "POST" else None, follow_up=follow_up)
    if form.is_valid():
        return _after_choosing(request, form.save(by=request.user))
    context = _context(request, match) | {"form": form, "cohort": cohort}
    return render(request, "matches/match_mentor_again.html", context)


def _after_choosing(request: HttpRequest, application: Application | None) -> HttpResponse:
    """Say what the answer did, and open the application if it made one."""
    if application is None:
        messages.success(request, _("Thank you. We have saved your answer."))
        return redirect(url_or_empty("dashboard:alumni"))
    if application.state == Application.State.DRAFT:
        messages.info(
            request, _("We copied what you told us last time. A few answers are still missing.")
        )
        return redirect("applications:application-tasks", application.public_id)
    messages.success(
        request, _("Thank you. We sent your application with what you told us last time.")
    )
    return redirect("applications:application-sent", application.public_id)
