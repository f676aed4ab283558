"""The e-mail that asks someone before a pair is made. It says nothing about who the other is."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import Cancel, Email, kind
from notifications.links import link
from notifications.models import Notification
from notifications.reasons import ANSWERED, reason
from notifications.sender_policy import SenderPolicy, sender_policy_finder
from programs.sender_policy import sender_policy_for

from .models import Offer
from .offer_texts import facts_about, why_you
from .rounds.pair_offers import KIND

LINK_PURPOSE = "offer"
LINK_DAYS = 30  # after the last day to answer: the page then says that it is over
NOT_ASKED = reason("not-asked", gettext_lazy("the request has ended"))


@kind(
    KIND,
    label=gettext_lazy("Request before a match"),
    about="matching.Offer",
    needs_answer=True,
)
def offer(offer: Offer, person: User) -> Email | Cancel:
    """**To**: the mentor; the mentee too, where both are asked. **When**: a round is published in a
    program that asks first, or the next mentor is asked; again after 3 days. **Until**: they have
    answered, or the request has ended."""
    if offer.state != Offer.State.OPEN or person not in offer.people:
        return Cancel(NOT_ASKED)
    if offer.agreed_at(person):
        return Cancel(ANSWERED)
    until = offer.closes_at + timedelta(days=LINK_DAYS)
    address = link(LINK_PURPOSE, person=person, subject=offer, until=until)
    return Email(
        context={
            "is_mentor": offer.is_mentor(person),
            "reasons": why_you(offer, person),
            "facts": facts_about(offer, person),
            "closes_at": offer.closes_at,
        },
        action=(_("See and answer"), address),
        program=offer.round.program,
    )


@sender_policy_finder
def sender_policy_of_offer(row: Notification) -> SenderPolicy | None:
    """Return the sender policy of an e-mail about an offer, None for other e-mails."""
    if row.about_type != Offer._meta.label_lower or row.about_id is None:
        return None
    found = Offer.system.filter(pk=row.about_id).select_related("round__cohort__program__policy")
    row_of_offer = found.first()
    return sender_policy_for(row_of_offer.round.program) if row_of_offer else None
