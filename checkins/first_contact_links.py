"""What the link "Have you been in touch?" does: one answer with one tap, without signing in.

The page names no one: mail scanners open links, and e-mails are forwarded.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from access.tokens import Claim
from accounts.models import User
from matches.models import Match
from meetings.contacts import note_contact
from meetings.locking import lock_match
from notifications.links import purpose

from . import concerns

LINK_PURPOSE = "first-contact"


class Said(models.TextChoices):
    """What a person answers; the labels are the buttons."""

    IN_TOUCH = "in-touch", gettext_lazy("Yes, we have been in touch")
    DATE_SET = "date-set", gettext_lazy("Yes, and we have a date")
    NOT_YET = "not-yet", gettext_lazy("Not yet")
    NOT_REACHED = "not-reached", gettext_lazy("I could not reach them")


ANSWERS = {said: said.label for said in Said}
THANKS = {
    Said.IN_TOUCH: gettext_lazy("Saved: you have been in touch. Thank you."),
    Said.DATE_SET: gettext_lazy("Saved: you have been in touch, and you have a date. Thank you."),
    Said.NOT_YET: gettext_lazy(
        "Thank you for telling us. The committee sees that you said so; your partner does not."
        " Nothing has to be perfect to begin."
    ),
    Said.NOT_REACHED: gettext_lazy(
        "Thank you. The committee tries another way and contacts you. Your partner is not told"
        " what you answered."
    ),
}


@transaction.atomic
def answer(match: Match, *, by: User, said: str, at: datetime | None = None) -> None:
    """Store what `by` says about the first contact; the same answer again changes nothing.

    "Not yet" stores when it was said, for the carer. Raises ActionNotAllowed outside the pair and
    after its end, and for a partner who could not be reached although the pair has begun.
    """
    at = at or timezone.now()
    lock_match(match, by=by)
    match.refresh_from_db(fields=["state"])
    if said in {Said.IN_TOUCH, Said.DATE_SET}:
        note_contact(match, by=by, at=at)
    elif said == Said.NOT_YET and match.state == Match.State.INTRODUCED:
        Match.objects.filter(pk=match.pk).update(not_in_touch_at=at)
    elif said == Said.NOT_REACHED:
        if match.state != Match.State.INTRODUCED:
            raise ActionNotAllowed(_("Your pair has begun. If you need help, ask the committee."))
        concerns.raise_not_reached(match, author=by, at=at)


@purpose(LINK_PURPOSE, model="matches.Match")
def answer_by_link(
    request: HttpRequest, claim: Claim, person: User, subject: Match
) -> HttpResponse:
    """Say whether the two have been in touch. The link is over for anyone else."""
    match = Match.objects.of(person).with_people().filter(pk=subject.pk).first()
    if match is None:
        return render(request, "notifications/link_expired.html", status=404)
    said, refusal = "", ""
    if request.method == "POST" and request.POST.get("answer") in Said.values:
        said = request.POST["answer"]
        try:
            answer(match, by=person, said=said)
        except ActionNotAllowed as refused:
            said, refusal = "", str(refused)
    chosen = request.GET.get("answer", "")
    context = {
        "match": match,
        "program": match.program,
        "said": said,
        "done": THANKS.get(Said(said), "") if said else "",
        "refusal": refusal,
        "is_open": match.state != Match.State.CLOSED,
        "main": chosen if chosen in Said.values else Said.IN_TOUCH,
        "answers": ANSWERS.items(),
    }
    return render(request, "checkins/first_contact.html", context)
