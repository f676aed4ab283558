"""A request before a match, for the tests that visit every page."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from applications.models import Application
from matching.models import Offer, Round

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
