"""Mentors are asked before a pair is made: they agree, decline, or have not answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from matches.models import Match
from matching.models import Offer
from matching.rounds import pair_offers
from programs.models import Policy

from . import pairs
from .setup import DemoCohort

THINKING = timedelta(hours=3)  # from the request to an answer


def ask_mentors_first(demo: DemoCohort) -> None:
    """Let the program ask the mentor before a pair is made, from now on."""
    policy = demo.program.policy
    policy.asked_before = Policy.Asked.MENTOR
    policy.save()
    demo.cohort.refresh_from_db()  # with its program's settings


def open_offers(demo: DemoCohort) -> list[Offer]:
    """Return what the chair sees of the questions that wait, by the name of the mentee."""
    rows = Offer.objects.visible_to(demo.chair).open().filter(round__cohort=demo.cohort)
    people = ("mentee__person", "mentor__person", "round__cohort__program__policy")
    return list(rows.select_related(*people).order_by("mentee__person__name"))


def answer_offers(demo: DemoCohort, *, day: float) -> list[Match]:
    """Let the mentors answer: the last one declines, and the next who is asked agrees."""
    asked = open_offers(demo)
    if not asked:
        return []
    *agreeing, last = asked
    for offer in agreeing:
        _agree(demo, offer, day=day)
    at = _answered_at(demo, last, day=day + 1)
    pair_offers.answer(last, by=last.mentor.person, agrees=False, reason="time", at=at)
    for offer in open_offers(demo):
        _agree(demo, offer, day=day + 2)
    made = Match.objects.open().filter(introduced_at__gte=demo.calendar.at(day - 1))
    matches = list(made.with_people().order_by("mentee__person__name"))
    pairs.assign_carers(demo, matches, at=demo.calendar.at(day + 2))
    return matches


def _agree(demo: DemoCohort, offer: Offer, *, day: float) -> None:
    at = _answered_at(demo, offer, day=day)
    pair_offers.answer(offer, by=offer.mentor.person, agrees=True, at=at)


def _answered_at(demo: DemoCohort, offer: Offer, *, day: float) -> datetime:
    """Return a time on `day`, or after the request: a round is not published on a weekend."""
    return max(demo.calendar.at(day), offer.opened_at + THINKING)
