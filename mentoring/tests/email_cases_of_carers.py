"""Carers and the pairs in their care, for the scenarios of e-mails."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from checkins.models import CarerSilence
from matches.models import Match
from matches.uncovered import TAKEN_AFTER
from programs.models import Membership
from testkit import factories

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


def leaving_deputy() -> Case:
    """Their role ends soon, and the chair names them."""
    case = leaving_carer()
    chair = factories.member(program=case.about.program, role="chair")
    Membership.objects.filter(user=chair).update(deputy=case.to)
    return case


def lose_the_pairs(case: Case) -> None:
    Match.objects.filter(carer=case.to).update(carer=None)


def silent() -> Case:
    """A carer has gone silent, and the chair can act."""
    case = carer()
    role = case.about
    made = CarerSilence.objects.create(
        carer=case.to, program=role.program, since=timezone.localdate(), noticed_at=timezone.now()
    )
    chair = factories.member(program=role.program, role="chair")
    return Case(made, chair)


def taken_over() -> Case:
    """The chair has taken a pair over."""
    case = silent()
    CarerSilence.objects.filter(pk=case.about.pk).update(taken_by=case.to, pairs_taken=1)
    case.about.refresh_from_db()
    return Case(case.about, case.about.carer)


def without_carer() -> Case:
    """A pair has waited for a carer, and nobody can be it."""
    case = carer()
    since = timezone.now() - TAKEN_AFTER
    Match.objects.filter(carer=case.to).update(uncovered_since=since)
    return case


def end_roles(case: Case) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(user=case.to).update(until=yesterday)


CARERS = {
    "carer-silent": Scenario(
        silent, stop=lambda case: update(case, ended_at=timezone.now()), reason="carer-heard-of"
    ),
    "pairs-taken-over": Scenario(taken_over, stop=end_roles, reason="no-member"),
    "pairs-without-carer": Scenario(
        without_carer,
        stop=lambda case: Match.objects.update(uncovered_since=None),
        reason="pairs-covered",
    ),
    "pairs-in-care": Scenario(carer, stop=lose_the_pairs, reason="no-pairs"),
    "carer-leaves": Scenario(
        leaving_carer,
        stop=lambda case: update(case, until=None),
        reason="role-goes-on",
    ),
    "deputy-leaves": Scenario(
        leaving_deputy,
        stop=lambda case: Membership.objects.filter(deputy=case.to).update(deputy=None),
        reason="deputy-stays",
    ),
}
