"""Nobody is without a carer for long.

1. A pair is uncovered when it has no carer, or one who no longer can: their role has ended, their
   account is closed, or they have a conflict of interest with one of the two.
2. Whoever assigns carers sees it from the first day. Nobody does for `TAKEN_AFTER`: then the pair
   goes to the last carer's deputy, else to a chair, else to another carer, whoever has no conflict
   of interest.
3. So no pair is uncovered for longer than `UNCOVERED_AT_MOST`. If nobody can, the chairs are told
   that the program needs another member, without a word about which pair.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.reasons import reason
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, Reminder
from programs.models import Membership, Program, conflicts_with, read_roles_once

from .care_emails import tell_carer
from .carers import possible_carers
from .models import Match, MatchQuerySet

UNCOVERED_AT_MOST = timedelta(days=14)
TAKEN_AFTER = timedelta(days=13)  # on the 14th day; a day is left for a stop of the machine
ASKED_EVERY = timedelta(days=7)
NOBODY = "pairs-without-carer"
SOMEBODY_CAN = reason("pairs-covered", gettext_lazy("every pair has a carer again"))


@reconciler
def keep_covered(at: datetime) -> None:
    """Note which pairs nobody looks after, and find a carer for those that have waited."""
    found = uncovered_ids(at)
    noted = Match.objects.open().filter(uncovered_since__isnull=False).order_by()
    known = set(noted.values_list("pk", flat=True))
    if new := found - known:
        Match.objects.filter(pk__in=new).update(uncovered_since=at)
    if covered := known - found:
        Match.objects.filter(pk__in=covered).update(uncovered_since=None, carer_since=at)
    if found:
        cover(at)


def uncovered_ids(at: datetime) -> set[int]:
    """Return the open pairs without a carer who can look after them at `at`."""
    live = Membership.objects.live(timezone.localdate(at)).filter(
        role__in=Membership.CARERS,
        user__is_active=True,
        user=OuterRef("carer"),
        program=OuterRef("mentee__cohort__program"),
    )
    running = Match.objects.open().order_by()
    ids = set(running.filter(~Exists(live)).values_list("pk", flat=True))
    for carer in User.objects.filter(pk__in=running.values("carer")):
        ids |= set(_in_conflict(carer).values_list("pk", flat=True))
    return ids


def _in_conflict(carer: User) -> MatchQuerySet:
    """Return the open pairs in the care of someone who has a conflict of interest with them."""
    near = conflicts_with(carer, "mentee__person", "mentor__person")
    return Match.objects.open().filter(near, carer=carer).order_by()


def cover(at: datetime) -> None:
    """Give a carer to each pair that has been without one since `TAKEN_AFTER`."""
    waiting = Match.objects.open().filter(uncovered_since__lte=at - TAKEN_AFTER).order_by("pk")
    new: dict[tuple[User, Program], int] = defaultdict(int)
    without: set[Program] = set()
    with read_roles_once():
        for match in waiting.with_people():
            carer = next(_able(match), None)
            if carer is None:
                without.add(match.program)
            elif _assign(match, carer, at):
                new[carer, match.program] += 1
    for carer, program in new:
        tell_carer(carer, program, at=at)
    for program in without:
        _ask_for_members(program, at)


def _able(match: Match) -> Iterator[User]:
    """Yield who can look after a pair: the last carer's deputies, the chairs, the others."""
    can = possible_carers(match.program)
    roles = Membership.objects.filter(program=match.program).select_related("deputy", "user")
    deputies = roles.filter(user=match.carer_id, deputy__isnull=False).order_by("-since", "pk")
    chairs = roles.live().filter(role=Membership.Role.CHAIR).order_by("pk")
    first = [*(row.deputy for row in deputies), *(row.user for row in chairs)]
    for member in dict.fromkeys([*first, *can]):
        if member not in can or member.pk == match.carer_id:
            continue
        pair = Match.objects.filter(pk=match.pk)
        if not pair.filter(conflicts_with(member, "mentee__person", "mentor__person")).exists():
            yield member


@transaction.atomic
def _assign(match: Match, carer: User, at: datetime) -> bool:
    """Make `carer` the carer unless someone was faster; return whether they are now."""
    same = Q(carer=match.carer_id) & Q(uncovered_since=match.uncovered_since)
    rows = Match.objects.open().filter(same, pk=match.pk)
    return bool(rows.update(carer=carer, carer_since=at, uncovered_since=None))


def _ask_for_members(program: Program, at: datetime) -> None:
    """Ask the chairs each week for another member, while pairs wait that nobody can look after."""
    chairs = Membership.objects.live().filter(
        program=program, role=Membership.Role.CHAIR, user__is_active=True
    )
    rows = list(chairs.select_related("user"))
    pending = PendingEmails([NOBODY], rows)
    week = (at - datetime.fromtimestamp(0, at.tzinfo)) // ASKED_EVERY
    for row in rows:
        reminder = Reminder(week, at, at + ASKED_EVERY)
        pending.enqueue(NOBODY, reminder, to=row.user, about=row, at=at)


def waiting_in(program: int, at: datetime) -> int:
    """Return how many pairs of a program wait for a carer although their time is over."""
    waiting = Match.objects.open().filter(uncovered_since__lte=at - TAKEN_AFTER)
    return waiting.filter(mentee__cohort__program=program).count()


@kind(
    NOBODY,
    label=gettext_lazy("Pairs that nobody can look after"),
    about="programs.Membership",
    to_members=True,
)
def pairs_without_carer(membership: Membership, member: User) -> Email | Cancel:
    """**To**: the chairs. **When**: a pair has been without a carer for 13 days and no member can
    look after it; once a week. **Until**: every pair has a carer again."""
    count = waiting_in(membership.program_id, timezone.now())
    if not count or not membership.is_live:
        return Cancel(SOMEBODY_CAN)
    return Email(
        context={"count": count, "program": membership.program, "days": TAKEN_AFTER.days},
        action=(_("Add a carer"), absolute(reverse("admin:programs_membership_add"))),
        program=membership.program,
    )
