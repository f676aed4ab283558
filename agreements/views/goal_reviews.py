"""The review of the goals, every few months."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access.exceptions import ActionNotAllowed
from matches.models import Match

from ..forms import GoalReviewForm
from ..goals import edits, reviews
from ..goals.reviews import StillAgreed
from .own import own_match


@require_http_methods(["GET", "HEAD", "POST"])
def goal_review(request: HttpRequest, match_id: str) -> HttpResponse:
    """Go through the goals. Without a review that waits, say when the last one was."""
    match = own_match(request, match_id)
    partner = match.partner_of(request.user)
    context = {"match": match, "program": match.program, "partner": partner}
    review = reviews.waiting_review(match, request.user)
    if review is None:
        return nothing_to_review(request, match, context)
    review.match = match
    goals = reviews.open_goals(match, request.user)
    data = request.POST if request.method == "POST" else None
    form = GoalReviewForm(data, review=review, goals=goals)
    if form.is_valid():
        try:
            is_saved = form.save(by=request.user)
        except edits.GoalEdited:
            form = form.rebased(reviews.open_goals(match, request.user))
            text = _(
                "A goal was changed while you were writing. Check your answers and save again."
            )
            form.add_error(None, text)
        except ActionNotAllowed as refused:
            form = form.rebased(reviews.open_goals(match, request.user))
            form.add_error(None, refused.message)
        else:
            if not is_saved:
                return nothing_to_review(request, match, context)
            return after_review(request, match_id, form.cleaned_data["still_agreed"])
    return render(
        request, "agreements/goal_review.html", {**context, "review": review, "form": form}
    )


def nothing_to_review(
    request: HttpRequest, match: Match, context: dict[str, object]
) -> HttpResponse:
    """Say when the last review was, and that answers sent after it are not saved."""
    last = reviews.last_review(match, request.user)
    is_lost = request.method == "POST" and not (last and last.done_by == request.user)
    context |= {"last": last, "is_lost": is_lost, "is_open": match.state != Match.State.CLOSED}
    return render(request, "agreements/goal_review_none.html", context)


def after_review(request: HttpRequest, match_id: str, still_agreed: str) -> HttpResponse:
    """Lead to what the answer about the agreement asks for."""
    if still_agreed == StillAgreed.CHANGE:
        messages.success(request, _("Saved. Now start a new version of your agreement."))
        return redirect("agreements:agreement-amend", match_id)
    if still_agreed == StillAgreed.TALK:
        messages.success(
            request, _("Saved. The committee will contact you. Your partner is not told of this.")
        )
    else:
        messages.success(request, _("Saved. Thank you for taking the time."))
    return redirect("agreements:goal-list", match_id)
