"""Who looks after a pair."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from programs.committee import Role
from programs.models import Membership, conflicts_with

from .models import Match

ASSIGNERS = (Role.CHAIR, Role.MATCHER)


def possible_carers(program: Any) -> list[Any]:
    """Live committee members of the program who may care for pairs, by name."""
    live = Membership.objects.live().filter(program=program, role__in=[Role.CARER, Role.CHAIR])
    people = {row.user_id: row.user for row in live.select_related("user")}
    return sorted(people.values(), key=lambda user: user.name)


@transaction.atomic
def assign_carer(match: Match, carer: Any, *, by: Any) -> None:
    """Give a pair its carer.

    Raises ActionNotAllowed for a carer with a conflict of interest, and unless `by` may assign.
    """
    if not Match.objects.for_committee(by, *ASSIGNERS).filter(pk=match.pk).exists():
        raise ActionNotAllowed(
            _(
                "Only the chair or a matcher can assign a carer, and only to a pair they have no "
                "conflict of interest with."
            )
        )
    if carer not in possible_carers(match.program):
        raise ActionNotAllowed(_("%(name)s is not a carer of this program.") % {"name": carer})
    pair = Match.objects.filter(pk=match.pk)
    if pair.filter(conflicts_with(carer, "mentee__person", "mentor__person")).exists():
        raise ActionNotAllowed(
            _("%(name)s has a conflict of interest with this pair. Please choose another carer.")
            % {"name": carer}
        )
    if match.state == Match.State.CLOSED:
        raise ActionNotAllowed(_("This pair is closed."))
    Match.objects.filter(pk=match.pk).update(carer=carer)
    match.carer = carer
