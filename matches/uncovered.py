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
from collections.abc import Collection, Iterable, Iterator
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
from programs.committee import chair_roles, chairs_by_program
from programs.models import (
    Membership,
    Program,
    conflicts_with,
    read_roles_once,
    with_conflicts,
)

from .care_emails import tell_carer
from .carers import carers_by_program
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
    if without:
        _ask_for_members(without, at)


class _Choices:
    """Who can look after some pairs; the members of all their programs are read at once.

    A member who has any conflict of interest is asked about it once, however many pairs there are.
    """

    def __init__(self, matches: list[Match]) -> None:
        self.matches = matches
        programs = {match.program.pk for match in matches}
        self._members = _members_by_program(programs)
        self._deputies = _deputies_by_carer(matches, programs)
        everyone = {one.pk for members in self._members.values() for one in members}
        self._conflicted = set(with_conflicts(everyone).values_list("pk", flat=True))
        self._near: dict[int, set[int]] = {}  # pairs with which a member has a conflict

    def able(self, match: Match) -> Iterator[User]:
        """Yield who can look after a pair: the last carer's deputies, the chairs, the others."""
        members = self._members.get(match.program.pk, [])
        of_carer = self._deputies.get((match.carer_id, match.program.pk), [])
        deputies = [one for one in of_carer if one in members]
        for member in dict.fromkeys([*deputies, *members]):
            if member.pk != match.carer_id and match.pk not in self._hidden_from(member):
                yield member

    def _hidden_from(self, member: User) -> set[int]:
        if member.pk not in self._conflicted:
            return set()
        if member.pk not in self._near:
            near = conflicts_with(member, "mentee__person", "mentor__person")
            rows = Match.objects.filter(near, pk__in=[match.pk for match in self.matches])
            self._near[member.pk] = set(rows.values_list("pk", flat=True))
        return self._near[member.pk]


def _members_by_program(programs: Collection[int]) -> dict[int, list[User]]:
    """Return who may look after pairs of each program: the chairs, then the others by name."""
    chairs = chairs_by_program(programs)
    carers = carers_by_program(programs)
    return {
        program: list(dict.fromkeys([*chairs.get(program, []), *carers.get(program, [])]))
        for program in programs
    }


def _deputies_by_carer(
    matches: Iterable[Match], programs: Collection[int]
) -> dict[tuple[int | None, int], list[User]]:
    """Return whom the last carers have named, by carer and program, the newest role first.

    Also those named in roles that have ended: the carer may have left.
    """
    roles = Membership.objects.filter(
        program__in=programs, user__in={match.carer_id for match in matches}, deputy__isnull=False
    )
    found: dict[tuple[int | None, int], list[User]] = defaultdict(list)
    for row in roles.select_related("deputy").order_by("-since", "pk"):
        if row.deputy is not None:
            found[row.user_id, row.program_id].append(row.deputy)
    return found


@transaction.atomic
def _assign(match: Match, carer: User, at: datetime) -> bool:
    """Make `carer` the carer unless someone was faster; return whether they are now."""
    same = Q(carer=match.carer_id) & Q(uncovered_since=match.uncovered_since)
    rows = Match.objects.open().filter(same, pk=match.pk)
    return bool(rows.update(carer=carer, carer_since=at, uncovered_since=None))


def _ask_for_members(programs: Iterable[Program], at: datetime) -> None:
    """Ask the chairs each week for another member, while pairs wait that nobody can look after."""
    rows = chair_roles(program.pk for program in programs)
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
