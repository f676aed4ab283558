"""Context for the pages of check-ins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.models import User

from .disclosure import readers
from .forms import SurveyForm
from .models import CheckIn


def survey_page(
    request: HttpRequest,
    checkin: CheckIn,
    person: User,
    form: SurveyForm | None,
    *,
    is_by_link: bool = False,
) -> HttpResponse:
    """Show the survey with `form`; without one, that the check-in is answered or closed.

    The closed page shows nothing of the answers: a link may be forwarded.
    """
    context: dict[str, object] = {"checkin": checkin, "program": checkin.program}
    if form is not None:
        context |= {"form": form, "readers": readers(checkin, is_by_link=is_by_link)}
        return render(request, "checkins/checkin_answer.html", context)
    is_answered = checkin.state == CheckIn.State.ANSWERED
    context |= {
        "is_answered": is_answered,
        "may_change": is_answered and checkin.may_be_answered_by(person, timezone.now()),
        "closes_at": checkin.closes_at,
    }
    return render(request, "checkins/checkin_closed.html", context)
