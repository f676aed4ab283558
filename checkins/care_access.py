"""The matches whose named answers and concerns a committee member may read.

The carer of a match, the carer's deputy, and the chair; no one with a conflict of interest, and no
one about a match that they are in. `Match.objects.for_committee` holds the last two rules.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from matches.models import Match, MatchQuerySet
from programs.models import Membership, Program


def matches_in_care_of(user: User | AnonymousUser) -> MatchQuerySet:
    """Return the matches whose answers and concerns `user` may read, for subqueries."""
    if not user.is_authenticated:
        return Match.objects.none()
    chaired = Program.objects.for_committee(user, Membership.Role.CHAIR)
    absent = Membership.objects.live().filter(
        deputy=user.pk, user=OuterRef("carer"), program=OuterRef("mentee__cohort__program")
    )
    mine = Q(carer=user.pk) | Exists(absent) | Q(mentee__cohort__program__in=chaired)
    return Match.objects.for_committee(user).filter(mine)


def chairs_of(program: Program) -> list[User]:
    """Return the active chairs of `program`, once each."""
    chairs = Membership.objects.live().filter(program=program, role=Membership.Role.CHAIR)
    rows = chairs.filter(user__is_active=True).select_related("user")
    return list({row.user_id: row.user for row in rows}.values())


def deputies_of(carer: User, program: Program) -> list[User]:
    """Return the active deputies of `carer` in `program`, once each."""
    memberships = Membership.objects.live().of(carer).filter(program=program)
    rows = memberships.filter(deputy__is_active=True).select_related("deputy")
    return list({row.deputy.pk: row.deputy for row in rows if row.deputy is not None}.values())
