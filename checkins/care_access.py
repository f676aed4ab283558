"""Who looks after whom: the matches whose named answers and concerns a committee member may read.

The carer of a match, the carer's deputy, and the chair; never anybody with a conflict of interest, and nobody about the
match that they are in. All of it is inside `Match.objects.for_committee`.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from matches.models import Match, MatchQuerySet
from programs.models import Membership, Program


def matches_in_care_of(user: Any) -> MatchQuerySet:
    """Matches whose confidential care rows `user` may read, for subqueries."""
    if not user.is_authenticated:
        return Match.objects.none()
    chaired = Program.objects.for_committee(user, Membership.Role.CHAIR)
    absent = Membership.objects.live().filter(
        deputy=user.pk, user=OuterRef("carer"), program=OuterRef("mentee__cohort__program")
    )
    mine = Q(carer=user.pk) | Exists(absent) | Q(mentee__cohort__program__in=chaired)
    return Match.objects.for_committee(user).filter(mine)


def chairs_of(program: Program) -> list[Any]:
    members = Membership.objects.live().filter(
        program=program, role=Membership.Role.CHAIR, user__is_active=True
    )
    return _people(members.select_related("user"), "user")


def deputies_of(carer: Any, program: Program) -> list[Any]:
    memberships = (
        Membership.objects.live().of(carer).filter(program=program, deputy__is_active=True)
    )
    return _people(memberships.select_related("deputy"), "deputy")


def _people(memberships: QuerySet[Membership], name: str) -> list[Any]:
    return list({getattr(row, name).pk: getattr(row, name) for row in memberships}.values())
