"""E-mails to new pairs that have not been in touch. They say nothing but names and days."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from matches.emails import MATCH_ENDED
from matches.models import Match
from matches.pair_page import first_message
from matches.pauses import PAIR_PAUSED
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute, link
from notifications.reasons import reason

from .concern_emails import OTHER_MEMBER
from .first_contact import COPY, QUESTION, is_in_charge, to_ask
from .first_contact_links import ANSWERS, LINK_PURPOSE, Said

LINK_DAYS = 30

IN_TOUCH = reason("in-touch", gettext_lazy("they have been in touch, or the carer knows"))


def _not_wanted(match: Match) -> Cancel | None:
    if match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    if match.is_paused(timezone.now()):
        return Cancel(PAIR_PAUSED)
    is_asked = to_ask(Match.objects.filter(pk=match.pk)).exists()
    return None if is_asked else Cancel(IN_TOUCH)


@kind(QUESTION, label=gettext_lazy("Have you been in touch?"), about="matches.Match")
def first_contact(match: Match, person: User) -> Email | Cancel:
    """**To**: the mentee. **When**: 4 and 9 days after the introduction (settings), if nothing of a
    contact is known. **Until**: they have been in touch, a meeting is suggested, the agreement is
    begun, the carer tries to reach the partner, or the pair is paused or has ended."""
    if cancel := _not_wanted(match):
        return cancel
    until = timezone.now() + timedelta(days=LINK_DAYS)
    address = link(LINK_PURPOSE, person=person, subject=match, until=until)
    answers = [(label, f"{address}?answer={said}") for said, label in ANSWERS.items()]
    return Email(
        context={
            "match": match,
            "partner": match.partner_of(person),
            "first_message": first_message(match, person),
            "page": absolute(reverse("matches:match-hello", args=[match.public_id])),
            "others": [(label, url) for label, url in answers if label != ANSWERS[Said.IN_TOUCH]],
        },
        action_url=answers[0][1],
        program=match.program,
    )


@kind(
    COPY,
    label=gettext_lazy("A new pair has not been in touch"),
    about="matches.Match",
    to_members=True,
)
def first_contact_copy(match: Match, person: User) -> Email | Cancel:
    """**To**: the carer; the chairs where there is none. **When**: with the second question to the
    mentee, 9 days after the introduction (a setting). **Until**: as "first-contact"."""
    if cancel := _not_wanted(match):
        return cancel
    if not is_in_charge(match, person):
        return Cancel(OTHER_MEMBER)
    return Email(
        context={
            "match": match,
            "mentee": match.mentee.person,
            "mentor": match.mentor.person,
        },
        action_url=absolute(reverse("admin:matches_match_change", args=[match.pk])),
        program=match.program,
    )
