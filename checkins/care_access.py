"""Who is asked to act about a match, beside its carer: the deputies and the chairs.

Whose named answers and concerns a member may read says `Match.objects.in_care_of`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from accounts.models import User
from programs.committee import chairs_by_program
from programs.models import Membership, Program


def chairs_of(program: Program) -> list[User]:
    """Return the active chairs of `program`, once each."""
    return chairs_by_program([program.pk]).get(program.pk, [])


def deputies_of(carer: User, program: Program) -> list[User]:
    """Return the deputies of `carer` in `program` who have a role there today, once each."""
    return deputies_by_carer([(carer.pk, program.pk)]).get((carer.pk, program.pk), [])


def deputies_by_carer(carers: Iterable[tuple[int, int]]) -> dict[tuple[int, int], list[User]]:
    """Return the deputies of today by the ids of carer and program, once each, in one query."""
    wanted = set(carers)
    rows = Membership.objects.with_deputy().filter(
        user__in={carer for carer, _program in wanted},
        program__in={program for _carer, program in wanted},
    )
    found: dict[tuple[int, int], dict[int, User]] = defaultdict(dict)
    for row in rows.select_related("deputy"):
        if row.deputy is not None and (row.user_id, row.program_id) in wanted:
            found[row.user_id, row.program_id][row.deputy.pk] = row.deputy
    return {carer: list(deputies.values()) for carer, deputies in found.items()}
