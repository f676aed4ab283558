"""Who belongs to a group, for the member who writes to it.

A chair writes to people of the program, a carer to people of the pairs in their care. Nobody writes
to themselves, nor to someone with whom they have a conflict of interest, nor about a pair that is
hidden from them. People who have turned off announcements, or have no address yet, are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from access.placeholder_address import NO_ADDRESS_DOMAIN
from accounts.models import User
from applications.models import Application
from applications.models.applications import ApplicationQuerySet
from matches.models import Match, MatchQuerySet
from notifications.kinds import Stream
from notifications.models import MutedStream
from programs.committee import Role, has_role
from programs.models import Membership, Program

from .models import GroupFilter, Situation

WRITERS = Membership.CARERS


@dataclass(frozen=True)
class Group:
    """Who would get an announcement, and how many of the group would not, by the reason.

    `muted` is None where it would tell about few people. `by_zone` and `by_language` count those
    who would.
    """

    people: list[User]
    muted: int | None
    without_address: int

    @property
    def by_zone(self) -> Counter[str]:
        return Counter(person.time_zone for person in self.people)

    @property
    def by_language(self) -> Counter[str]:
        return Counter(person.language for person in self.people)


def may_write(user: User, program: Program) -> bool:
    """Return whether `user` may write to groups of `program`."""
    return has_role(user, program, *WRITERS)


def find_group(chosen: GroupFilter, *, author: User, at: datetime) -> Group:
    """Return the people of `chosen` to whom `author` may write at `at`, by name."""
    applications = _applications(chosen, author)
    found = User.objects.filter(pk__in=applications.values("person"), is_active=True).exclude(
        pk=author.pk
    )
    muted = MutedStream.objects.active(at).filter(stream=Stream.NEWS).values("person")
    wanting = found.exclude(pk__in=muted)
    reached = wanting.exclude(email__endswith=NO_ADDRESS_DOMAIN)
    people = list(reached.order_by("name", "pk"))
    wanted = wanting.count()
    muted_count = found.count() - wanted
    # The writer reads the names of the others: the number must not tell who is missing.
    is_shown = muted_count >= chosen.program.policy.smallest_group
    return Group(
        people,
        muted=muted_count if is_shown else None,
        without_address=wanted - len(people),
    )


def belongs(chosen: GroupFilter, person: User, *, author: User) -> bool:
    """Return whether `person` is in the group now."""
    return _applications(chosen, author).filter(person=person).exists()


def _applications(chosen: GroupFilter, author: User) -> ApplicationQuerySet:
    program = chosen.program
    if not may_write(author, program):
        return Application.objects.none()
    matches = Match.objects.for_committee(author)
    found = Application.objects.for_committee(author).filter(cohort__program=program)
    if not has_role(author, program, Role.CHAIR):
        matches = Match.objects.cared_for_by(author)
        found = found.filter(_in(matches))
    if chosen.cohort_id is not None:
        found = found.filter(cohort=chosen.cohort_id)
    if chosen.role:
        found = found.filter(role=chosen.role)
    return found.filter(_in_situations(chosen.situations, matches))


def _in_situations(situations: Iterable[str], matches: MatchQuerySet) -> Q:
    """Match applications in one of `situations`; `matches` are the pairs that the author sees."""
    # Of all pairs, also those that are hidden: nobody is called unmatched who is not.
    paired = _in(Match.objects.open())
    State, PairState = Application.State, Match.State
    open_pairs = matches.open()
    rules = {
        Situation.APPLIED: Q(state=State.SUBMITTED),
        Situation.WAITING_LIST: Q(state=State.WAITLISTED),
        Situation.UNMATCHED: Q(state=State.ACCEPTED) & ~paired & ~_in(Match.objects.ended()),
        Situation.UNSIGNED: _in(open_pairs.filter(state=PairState.INTRODUCED)),
        Situation.MEETING: _in(open_pairs.filter(state=PairState.ACTIVE)),
        Situation.CLOSING: _in(open_pairs.filter(state=PairState.CLOSING)),
        Situation.ENDED: _in(matches.ended()) & ~paired & ~Q(state=State.WITHDRAWN),
    }
    chosen = Q(pk__in=[])
    for one in situations:
        chosen |= rules[Situation(one)]
    return chosen


def _in(matches: MatchQuerySet) -> Q:
    """Match applications that are in one of `matches`."""
    rows = matches.order_by()
    return Q(pk__in=rows.values("mentee")) | Q(pk__in=rows.values("mentor"))
