"""What the link of a request before a match does: yes, no, or talk to us, without signing in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from access.tokens import Claim
from accounts.models import User
from notifications.links import purpose

from .models import Offer
from .offer_emails import LINK_PURPOSE
from .offer_texts import facts_about, why_you
from .rounds import pair_offers


@purpose(LINK_PURPOSE, model="matching.Offer")
def answer_offer_by_link(
    request: HttpRequest, claim: Claim, person: User, subject: Offer
) -> HttpResponse:
    """Answer whether one would meet the person. The link is over for anyone who is not asked."""
    people = ("mentee__person", "mentor__person", "round__cohort__program__policy")
    offer = Offer.system.filter(pk=subject.pk).select_related(*people).first()
    if offer is None or person not in offer.people:
        return render(request, "notifications/link_expired.html", status=404)
    done, refusal = "", ""
    if request.method == "POST":
        try:
            done = _act(offer, person, request)
        except ActionNotAllowed as refused:
            refusal = str(refused)
    is_open = offer.is_open(timezone.now())
    context = {
        "program": offer.round.program,
        "offer": offer,
        "is_mentor": offer.is_mentor(person),
        "is_open": is_open and not offer.agreed_at(person),
        "has_agreed": bool(offer.agreed_at(person)) and is_open,
        "done": done,
        "refusal": refusal,
        "reasons": why_you(offer, person) if is_open else [],
        "facts": facts_about(offer, person) if is_open else [],
        "no_reasons": Offer.Reason.choices,
    }
    return render(request, "matching/offer.html", context)


def _act(offer: Offer, person: User, request: HttpRequest) -> str:
    """Do what the button says; return what to tell the person, "" for an unknown button."""
    said = request.POST.get("answer", "")
    if said == "talk":
        pair_offers.talk(offer, by=person)
        return _("Thank you. The committee will contact you. You can still answer until then.")
    if said == "yes":
        pair_offers.answer(offer, by=person, agrees=True)
        if offer.state not in {Offer.State.OPEN, Offer.State.ACCEPTED}:
            return str(pair_offers.ENDED)  # the pair was not possible any more
        return _("Thank you for saying yes. You will get an e-mail as soon as you are introduced.")
    if said == "no":
        reason = request.POST.get("reason", "")
        known = reason if reason in Offer.Reason.values else ""
        pair_offers.answer(offer, by=person, agrees=False, reason=known)
        return _("Thank you for your answer. No one but the committee learns of it.")
    return ""
