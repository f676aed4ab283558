"""A pair that has not met since it began, for the scenarios of e-mails."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

from django.utils import timezone

from accounts.models import User
from matching.models import Offer
from meetings.contacts import note_contact
from testkit import factories, rounds

from .email_cases import ZONE, Case, Scenario, of_pair, pair, to_carer

CaseOfPair = TypeVar("CaseOfPair")


def silent(case: CaseOfPair) -> CaseOfPair:
    """They began seven weeks ago and have not met."""
    begun = timezone.now() - timedelta(days=50)
    type(case.about)._base_manager.filter(pk=case.about.pk).update(
        state="active", introduced_at=begun, active_at=begun
    )
    case.about.refresh_from_db()
    return case


def new(case: CaseOfPair, days: int = 9) -> CaseOfPair:
    """They were introduced some days ago, and no contact is known."""
    introduced_at = timezone.now() - timedelta(days=days)
    type(case.about)._base_manager.filter(pk=case.about.pk).update(introduced_at=introduced_at)
    case.about.refresh_from_db()
    return case


def be_in_touch(case: CaseOfPair) -> None:
    note_contact(case.about, by=case.about.mentee.person)


def asked() -> Case:
    """A mentor is asked whether they would meet a mentee."""
    cohort = factories.cohort()
    everybody = rounds.small_cohort(cohort)
    chair = factories.member("Cleo Marsh", program=cohort.program)
    offer = Offer.objects.create(
        round=rounds.run_round(cohort, chair),
        mentee=everybody["amina"],
        mentor=everybody["ruth"],
        opened_at=timezone.now(),
        closes_at=timezone.now() + timedelta(days=5),
    )
    User.objects.filter(pk=offer.mentor.person_id).update(time_zone=ZONE)
    return Case(offer, offer.mentor.person)


def take_back(case: Case) -> None:
    values = {"state": "withdrawn", "closed_at": timezone.now()}
    Offer.system.filter(pk=case.about.pk).update(**values)


NEW_PAIRS = {
    "offer": Scenario(asked, stop=take_back, reason="not-asked"),
    "first-contact": Scenario(lambda: new(of_pair()), stop=be_in_touch, reason="in-touch"),
    "first-contact-copy": Scenario(
        lambda: new(to_carer(pair())), stop=be_in_touch, reason="in-touch"
    ),
}
