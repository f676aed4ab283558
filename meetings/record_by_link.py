"""What the links in e-mails about meetings do: say whether a meeting took place, in one tap.

A link shows nothing that was written, and opening it changes nothing.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from access.tokens import Claim
from accounts.models import User
from notifications.links import purpose

from . import recording
from .models import Meeting
from .presenters import Card, show_time
from .reminder_emails import LINK_PURPOSE

State = Meeting.State
# The button and what it says afterwards.
ANSWERS = {
    State.HELD: (gettext_lazy("Yes, we met"), gettext_lazy("Saved: you met.")),
    State.MOVED: (
        gettext_lazy("No, we moved it to another day"),
        gettext_lazy("Saved: the meeting was moved."),
    ),
    State.MISSED: (
        gettext_lazy("No, it was missed"),
        gettext_lazy("Saved: the meeting was missed."),
    ),
}


@purpose(LINK_PURPOSE, model="meetings.Meeting")
def record_by_link(
    request: HttpRequest, claim: Claim, person: User, subject: Meeting
) -> HttpResponse:
    """Say whether a meeting took place, once. Corrections are made on the site."""
    people = ("match__mentee__person", "match__mentor__person", "match__mentee__cohort__program")
    meeting = Meeting.objects.of(person).select_related(*people).filter(pk=subject.pk).first()
    if meeting is None:
        return render(request, "notifications/link_expired.html", status=404)
    now = timezone.now()
    refusal, done = "", ""
    outcome = request.POST.get("outcome", "") if request.method == "POST" else ""
    if outcome in ANSWERS:
        try:
            _record_once(meeting, person, outcome)
            done = str(ANSWERS[State(outcome)][1])
        except ActionNotAllowed as refused:
            refusal = str(refused)
    context = {
        "meeting": meeting,
        "program": meeting.match.program,
        "day": show_time(meeting.starts_at, person),
        "done": done,
        "refusal": refusal,
        "is_open": not done and Card(meeting, person, now).is_to_record,
        "answers": _buttons(request.GET.get("outcome", "")),
        "has_times": meeting.times.count() > 1,
    }
    return render(request, "meetings/record_by_link.html", context)


def _record_once(meeting: Meeting, person: User, outcome: str) -> None:
    """Record the first answer; the same one again changes nothing, another one is refused."""
    if meeting.state in Meeting.RECORDED and meeting.state != outcome:
        raise ActionNotAllowed(_("This has been answered already. You can correct it on the site."))
    expected = meeting.sequence if meeting.state not in Meeting.RECORDED else None
    recording.record(meeting, by=person, outcome=outcome, expected_sequence=expected)


def _buttons(chosen: str) -> list[dict[str, object]]:
    """Return the answers; the one that the link names is the main button."""
    main = chosen if chosen in ANSWERS else State.HELD
    return [
        {"value": value.value, "label": label, "is_main": value == main}
        for value, (label, _done) in ANSWERS.items()
    ]
