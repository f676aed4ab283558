"""The e-mail that asks someone before a pair is made. It says nothing about who the other is."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
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
from .rounds.asking import KIND

LINK_PURPOSE = "offer"
LINK_DAYS = 30  # after the last day to answer: the page then says that it is over
NOT_ASKED = reason("not-asked", gettext_lazy("the request has ended"))


def url_of(offer: Offer, person: User) -> str:
    """Return the signed address at which `person` answers `offer`."""
    until = offer.closes_at + timedelta(days=LINK_DAYS)
    return link(LINK_PURPOSE, person=person, subject=offer, until=until)


def open_offer_urls(person: User, at: datetime) -> dict[int, str]:
    """Return {id of their application: address} of the offers that wait for `person`."""
    open_ones = Offer.system.open().filter(closes_at__gt=at)
    mentor = Q(mentor__person=person, mentor_agreed_at=None)
    mentee = Q(mentee__person=person, mentee_agreed_at=None, asks_mentee=True)
    rows = open_ones.filter(mentor | mentee).select_related("mentor", "mentee")
    return {
        (row.mentor if row.is_mentor(person) else row.mentee).pk: url_of(row, person)
        for row in rows.order_by("closes_at")
    }


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
    return Email(
        context=words_to(offer, person),
        action_url=url_of(offer, person),
        program=offer.round.program,
    )


def words_to(offer: Offer, person: User) -> dict[str, object]:
    """Return what the templates of the request need, also for a sample that is not saved."""
    return {
        "is_mentor": offer.is_mentor(person),
        "reasons": why_you(offer, person),
        "facts": facts_about(offer, person),
        "closes_at": offer.closes_at,
    }


@sender_policy_finder
def sender_policy_of_offer(row: Notification) -> SenderPolicy | None:
    """Return the sender policy of an e-mail about an offer, None for other e-mails."""
    if row.about_type != Offer._meta.label_lower or row.about_id is None:
        return None
    found = Offer.system.filter(pk=row.about_id).select_related("round__cohort__program__policy")
    row_of_offer = found.first()
    return sender_policy_for(row_of_offer.round.program) if row_of_offer else None
