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
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.reasons import reason
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, Reminder
from programs.models import (
    Membership,
    Program,
    conflicts_with,
    read_roles_once,
    with_conflicts,
)

from .care_emails import tell_carer
from .carers import possible_carers
from .models import Match

UNCOVERED_AT_MOST = timedelta(days=14)
TAKEN_AFTER = timedelta(days=13)  # on the 14th day; a day is left for a stop of the machine
ASKED_EVERY = timedelta(days=7)
NOBODY = "pairs-without-carer"
PROGRAM = "mentee__cohort__program"
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
    """Return the open pairs without a carer who can look after them at `at`.

    Asks a few queries about carers and programs, and one for each carer who may have a conflict of
    interest; never one for each pair.
    """
    live = Membership.objects.live(timezone.localdate(at)).filter(
        role__in=Membership.CARERS, user__is_active=True
    )
    able = set(live.values_list("user", "program"))
    running = Match.objects.open().order_by()
    caring = set(running.values_list("carer", PROGRAM).distinct())
    gone = Q(carer=None)
    for carer, program in caring - able:
        gone |= Q((PROGRAM, program), carer=carer)
    ids = set(running.filter(gone).values_list("pk", flat=True))
    for member in with_conflicts(carer for carer, _program in caring if carer):
        near = conflicts_with(member, "mentee__person", "mentor__person")
        ids |= set(running.filter(near, carer=member).values_list("pk", flat=True))
    return ids


def cover(at: datetime) -> None:
    """Give a carer to each pair that has been without one since `TAKEN_AFTER`."""
    waiting = Match.objects.open().filter(uncovered_since__lte=at - TAKEN_AFTER).order_by("pk")
    new: dict[tuple[User, Program], int] = defaultdict(int)
    without: set[Program] = set()
    with read_roles_once():
        choices = _Choices(list(waiting.with_people()))
        for match in choices.matches:
            carer = next(choices.able(match), None)
            if carer is None:
                without.add(match.program)
            elif _assign(match, carer, at):
                new[carer, match.program] += 1
    for carer, program in new:
        tell_carer(carer, program, at=at)
    for program in without:
        _ask_for_members(program, at)


class _Choices:
    """Who can look after some pairs; each program and each member is asked once."""

    def __init__(self, matches: list[Match]) -> None:
        self.matches = matches
        self._members: dict[Program, list[User]] = {}
        self._deputies: dict[tuple[int | None, Program], list[User]] = {}
        self._near: dict[int, set[int]] = {}  # pairs with which a member has a conflict

    def able(self, match: Match) -> Iterator[User]:
        """Yield who can look after a pair: the last carer's deputies, the chairs, the others."""
        members = self._of_program(match.program)
        deputies = [one for one in self._deputies_of(match) if one in members]
        for member in dict.fromkeys([*deputies, *members]):
            if member.pk != match.carer_id and match.pk not in self._hidden_from(member):
                yield member

    def _of_program(self, program: Program) -> list[User]:
        """Return who may look after pairs of a program, the chairs first."""
        if program not in self._members:
            can = list(possible_carers(program))
            roles = Membership.objects.live().filter(program=program, role=Membership.Role.CHAIR)
            chairs = [row.user for row in roles.select_related("user").order_by("pk")]
            found = dict.fromkeys([*(one for one in chairs if one in can), *can])
            self._members[program] = list(found)
        return self._members[program]

    def _deputies_of(self, match: Match) -> list[User]:
        key = match.carer_id, match.program
        if key not in self._deputies:
            roles = Membership.objects.filter(
                program=match.program, user=match.carer_id, deputy__isnull=False
            )
            rows = roles.select_related("deputy").order_by("-since", "pk")
            self._deputies[key] = [row.deputy for row in rows if row.deputy]
        return self._deputies[key]

    def _hidden_from(self, member: User) -> set[int]:
        if member.pk not in self._near:
            near = conflicts_with(member, "mentee__person", "mentor__person")
            rows = Match.objects.filter(near, pk__in=[match.pk for match in self.matches])
            self._near[member.pk] = set(rows.values_list("pk", flat=True))
        return self._near[member.pk]


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
        action_url=absolute(reverse("admin:programs_membership_add")),
        program=membership.program,
    )
