"""E-mails about support: what the committee answered, and later whether it helped."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import ESSENTIAL, OPTIONAL, Cancel, Email, kind
from notifications.links import absolute, link
from notifications.reasons import reason

from .models import SupportAnswer, SupportRequest
from .presenters import shown_answer
from .requesting import TAKEN_BACK

HELPED = "support-helped"  # purpose of the link
OPEN_DAYS = 14  # in which someone can say whether it helped
NOTHING_LEFT = reason(
    "support-nothing-left", gettext_lazy("what was offered is not offered any more")
)


@kind(
    "support-answer",
    label=gettext_lazy("Answer to a request for support"),
    about="support.SupportAnswer",
    stream=ESSENTIAL,
    expires_after=timedelta(days=14),
)
def support_answer(answer: SupportAnswer, person: User) -> Email | Cancel:
    """**To**: who asked for support. **When**: the committee answers. **Until**: the request is
    taken back or opened again, or nothing of what was offered is left."""
    request, shown = answer.request, shown_answer(answer, at=timezone.now())
    if request.state != SupportRequest.State.ANSWERED or answer.answered_at != request.answered_at:
        return Cancel(TAKEN_BACK)
    if shown.is_empty:
        return Cancel(NOTHING_LEFT)
    own_page = absolute(reverse("support:request-list"))
    page = own_page
    if shown.event:
        page = absolute(reverse("events:event-detail", args=[shown.event.public_id]))
    elif shown.item:
        page = absolute(reverse("learning:item-detail", args=[shown.item.public_id]))
    return Email(
        context={
            "topic": request.topic,
            "event": shown.event,
            "item": shown.item,
            "page": own_page,
        },
        confidential={"said": shown.text, "contact": shown.contact},
        action_url=page,
        program=request.program,
        thread=request,
    )


@kind(
    "support-helped",
    label=gettext_lazy("Did the support help?"),
    about="support.SupportRequest",
    stream=OPTIONAL,
)
def support_helped(request: SupportRequest, person: User) -> Email | Cancel:
    """**To**: who asked for support. **When**: 14 days after the answer, or after the event that it
    offered; once for each answer. **Until**: they have said so, or 14 days later."""
    if request.state != SupportRequest.State.ANSWERED or request.ask_at is None:
        return Cancel(TAKEN_BACK)
    until = request.ask_at + timedelta(days=OPEN_DAYS)
    address = link(HELPED, person=person, subject=request, version=request.turns, until=until)
    return Email(
        context={"topic": request.topic},
        action_url=address,
        program=request.program,
        thread=request,
    )
