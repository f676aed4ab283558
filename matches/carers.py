"""Carers: the committee member who looks after a pair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from programs.committee import Role
from programs.models import Membership, Program, conflicts_with

from .care_emails import tell_carer
from .models import Match

ASSIGNERS = (Role.CHAIR, Role.MATCHER)


def possible_carers(program: Program) -> list[User]:
    """Return the current committee members of the program who may care for pairs, by name."""
    return carers_by_program([program.pk]).get(program.pk, [])


def carers_by_program(programs: Iterable[int]) -> dict[int, list[User]]:
    """Return who may care for pairs today by the ids of programs, by name, in one query."""
    live = Membership.objects.live().filter(
        program__in=set(programs), role__in=Membership.CARERS, user__is_active=True
    )
    found: dict[int, dict[int, User]] = defaultdict(dict)
    for row in live.select_related("user"):
        found[row.program_id][row.user_id] = row.user
    return {
        program: sorted(people.values(), key=lambda user: user.name)
        for program, people in found.items()
    }


@transaction.atomic
def assign_carer(match: Match, carer: User, *, by: User, at: datetime | None = None) -> None:
    """Assign a carer to a pair.

    The carer is told by e-mail, unless they assign themselves.

    Raises ActionNotAllowed for a carer with a conflict of interest, for a closed pair, and for
    anyone but a chair or matcher without a conflict of interest.
    """
    if not Match.objects.for_committee(by, *ASSIGNERS).filter(pk=match.pk).exists():
        raise ActionNotAllowed(
            _(
                "Only a chair or matcher without a conflict of interest with the pair can "
                "assign a carer."
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
        raise ActionNotAllowed(_("This pair is closed, so it cannot get a new carer."))
    was = match.carer_id
    if was != carer.pk or match.uncovered_since is not None:
        match.carer_since = at or timezone.now()
    match.carer, match.uncovered_since = carer, None
    match.save(update_fields=["carer", "carer_since", "uncovered_since"])
    if carer.pk not in (was, by.pk):
        tell_carer(carer, match.program, at=at)


@transaction.atomic
def take_over_pairs(
    carer: User, program: Program, *, by: User, at: datetime | None = None
) -> list[Match]:
    """Make `by` the carer of the open pairs of `carer`, and tell `by` in one e-mail.

    Pairs with whom `by` has a conflict of interest stay as they are. Return those taken over.

    Raises ActionNotAllowed for anyone who cannot look after pairs of the program, and when no pair
    is left.
    """
    if by not in possible_carers(program):
        raise ActionNotAllowed(_("Only a carer or a chair of the program can take pairs over."))
    theirs = Match.objects.for_committee(by).open()
    mine = theirs.filter(carer=carer, mentee__cohort__program=program)
    ids = list(mine.order_by().values_list("pk", flat=True))
    # Of two who press at once, the second one finds another carer.
    rows = Match.objects.open().filter(pk__in=ids, carer=carer).order_by("pk")
    taken = list(rows.select_for_update(no_key=True))
    if not taken or carer == by:
        raise ActionNotAllowed(
            _("There is no pair left to take over. Someone else may have been faster.")
        )
    Match.objects.filter(pk__in=[row.pk for row in taken]).update(
        carer=by, carer_since=at or timezone.now(), uncovered_since=None
    )
    tell_carer(by, program, at=at)
    return taken
