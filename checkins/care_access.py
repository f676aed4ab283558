"""Who is asked to act about a match, beside its carer: the deputies and the chairs.

Whose named answers and concerns a member may read says `Match.objects.in_care_of`.
"""

from __future__ import annotations

from accounts.models import User
from programs.models import Membership, Program


def chairs_of(program: Program) -> list[User]:
    """Return the active chairs of `program`, once each."""
    chairs = Membership.objects.live().filter(program=program, role=Membership.Role.CHAIR)
    rows = chairs.filter(user__is_active=True).select_related("user")
    return list({row.user_id: row.user for row in rows}.values())


def deputies_of(carer: User, program: Program) -> list[User]:
    """Return the deputies of `carer` in `program` who have a role there today, once each."""
    memberships = Membership.objects.of(carer).filter(program=program)
    rows = memberships.with_deputy().select_related("deputy")
    return list({row.deputy.pk: row.deputy for row in rows if row.deputy is not None}.values())
