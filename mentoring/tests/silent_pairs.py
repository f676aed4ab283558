"""A pair that has not met since it began, for the scenarios of e-mails."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

from django.utils import timezone

from meetings.contacts import note_contact

from .email_cases import Scenario, of_pair, pair, to_carer

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


NEW_PAIRS = {
    "first-contact": Scenario(lambda: new(of_pair()), stop=be_in_touch, reason="in-touch"),
    "first-contact-copy": Scenario(
        lambda: new(to_carer(pair())), stop=be_in_touch, reason="in-touch"
    ),
}
