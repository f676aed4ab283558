"""A request before a match, for the tests that visit every page."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from applications.models import Application
from matching.models import Offer, PairRequest, Round

from .access_roles import AccessFixtures


def add_offer(
    world: AccessFixtures, pair: str, round_: Round, everybody: dict[str, Application]
) -> None:
    """Ask a mentor of the round about Amina; in the own program the mentor of pair A."""
    at = timezone.now()
    is_own = pair == "own"
    mentor = world.row("match", "A").mentor if is_own else everybody["ruth"]
    offer = Offer.objects.create(
        round=round_,
        mentee=everybody["amina"],
        mentor=mentor,
        opened_at=at,
        closes_at=at + timedelta(days=5),
    )
    world.add("offer", pair, offer, owners=("mentor",) if is_own else ())


def add_pair_request(
    world: AccessFixtures, pair: str, everybody: dict[str, Application], member: User
) -> None:
    """Register Sofia and Priya as a pair, by a member who may not accept it."""
    row = PairRequest.objects.create(
        cohort=everybody["sofia"].cohort,
        origin="committee",
        state="confirmed",
        mentee=everybody["sofia"],
        mentor=everybody["priya"],
        by=member,
        reason="r",
        decision_reason="d",
    )
    world.add("pair_request", pair, row)
