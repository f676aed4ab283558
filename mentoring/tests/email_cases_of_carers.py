"""Carers and the pairs in their care, for the scenarios of e-mails."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from matches.models import Match
from programs.models import Membership

from .email_cases import Case, Scenario, pair, to_carer, update


def carer() -> Case:
    """A pair is in the care of a member."""
    case = to_carer(pair())
    return Case(Membership.objects.get(user=case.to), case.to)


def leaving_carer() -> Case:
    """Their role ends soon."""
    case = carer()
    update(case, until=timezone.localdate() + timedelta(days=20))
    return case


def lose_the_pairs(case: Case) -> None:
    Match.objects.filter(carer=case.to).update(carer=None)


CARERS = {
    "pairs-in-care": Scenario(carer, stop=lose_the_pairs, reason="no-pairs"),
    "carer-leaves": Scenario(
        leaving_carer,
        stop=lambda case: update(case, until=None),
        reason="role-goes-on",
    ),
}
