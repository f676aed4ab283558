"""What the link "How was the event?" does: three answers, without signing in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from access.tokens import Claim
from accounts.models import User
from notifications.links import purpose

from .emails import FEEDBACK
from .feedback import may_answer
from .forms import FeedbackForm
from .models import Event


@purpose(FEEDBACK, model="events.Event")
def answer_by_link(
    request: HttpRequest, claim: Claim, person: User, subject: Event
) -> HttpResponse:
    """Ask the questions; thank for the answers."""
    rows = Event.objects.for_participant(person).select_related("program__policy")
    event = rows.filter(pk=subject.pk).first()
    if event is None:
        return render(request, "notifications/link_expired.html", status=404)
    return feedback_page(request, event, person)


def feedback_page(request: HttpRequest, event: Event, person: User) -> HttpResponse:
    """Return the page of the questions, also for those who have signed in."""
    form = FeedbackForm(request.POST if request.method == "POST" else None)
    is_done, refusal = False, ""
    if form.is_bound and form.is_valid():
        try:
            form.save(event, by=person)
            is_done = True
        except ActionNotAllowed as refused:
            refusal = str(refused)
    context = {
        "event": event,
        "program": event.program,
        "form": form,
        "is_done": is_done,
        "refusal": refusal,
        "is_open": may_answer(event, person, timezone.now()),
        "smallest": event.program.policy.smallest_group,
    }
    return render(request, "events/feedback.html", context)
