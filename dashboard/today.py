"""What a member has left for later or asked another member to do, of the lines of Today.

1. A line is known by the address of its list. It is left out until a day, at most `LATEST` ahead;
   an urgent one until tomorrow.
2. It comes back earlier when more rows wait than did then, as far as they are counted.
3. Given to another member it is left out in the same way, while that member has a role in one of
   the programs. The other one sees by whom they were asked, and gives it back or does it; nobody is
   given what they can't see, nor what is the member's own task. What a line leads to is still each
   reader's own list.
4. There is one decision for each member and line; the next replaces it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from programs.models import Membership

from .attention import attention_items
from .attention_lines import AttentionItem
from .models import LaterLine

LATEST, LATEST_URGENT = timedelta(days=30), timedelta(days=1)
USUALLY = timedelta(days=7)


@dataclass(frozen=True)
class TodayLine:
    """A line, with what this member or another one decided about it."""

    item: AttentionItem
    later: LaterLine | None = None  # of this member, also where more rows wait now
    asked_by: LaterLine | None = None  # of the member who asked this one

    @property
    def is_left_out(self) -> bool:
        return self.later is not None and self.item.count <= self.later.count


@dataclass(frozen=True)
class Today:
    """The lines to do, and those that are left out."""

    lines: list[TodayLine] = field(default_factory=list)
    left_out: list[TodayLine] = field(default_factory=list)


def today_of(member: User, *, at: datetime) -> Today:
    """Return what waits for a member; nothing is in neither list that has rows."""
    items = attention_items(member, at=at)
    known = LaterLine.objects.filter(until__gt=timezone.localdate(at)).visible_to(member)
    still_there = Q(given_to=None) | Q(given_to__in=_members_with(member))
    known = known.filter(still_there | ~Q(member=member))
    rows = list(known.select_related("member", "given_to").order_by("pk")) if items else []
    mine = {row.line: row for row in rows if row.member_id == member.pk}
    asked = {row.line: row for row in rows if row.member_id != member.pk}
    lines = [TodayLine(item, mine.get(item.url), asked.get(item.url)) for item in items]
    return Today(
        [line for line in lines if not line.is_left_out],
        [line for line in lines if line.is_left_out],
    )


def find_line(member: User, url: str, *, at: datetime) -> TodayLine | None:
    """Return the line of Today with this address, whether it is left out or not."""
    today = today_of(member, at=at)
    return next((line for line in (*today.lines, *today.left_out) if line.item.url == url), None)


def latest_day(item: AttentionItem, *, at: datetime) -> date:
    """Return until which day a line may be left out."""
    return timezone.localdate(at) + (LATEST_URGENT if item.is_urgent else LATEST)


def usual_day(item: AttentionItem, *, at: datetime) -> date:
    return min(timezone.localdate(at) + USUALLY, latest_day(item, at=at))


def colleagues(member: User) -> list[User]:
    """Return the other members of the programs in which `member` has a role today, by name."""
    people = User.objects.filter(pk__in=_members_with(member)).exclude(pk=member.pk)
    return list(people.order_by("name", "pk"))


def _members_with(member: User) -> QuerySet:
    """Return the ids of who has a role today in a program in which `member` has one."""
    programs = Membership.objects.program_ids(member)
    live = Membership.objects.live().filter(program__in=programs, user__is_active=True)
    return live.values("user")


def may_be_given_to(item: AttentionItem, person: User, *, at: datetime) -> bool:
    """Return whether `person` sees something in the list of a line that isn't someone's own."""
    theirs = attention_items(person, at=at)
    return not item.is_personal and any(one.url == item.url for one in theirs)


def leave_until(
    line: TodayLine, *, by: User, until: date, to: User | None = None, at: datetime
) -> LaterLine:
    """Leave a line of `by` out until a day, given to another member if `to` is named.

    Done again it replaces what was decided before. Raises ActionNotAllowed for a day that is not
    allowed, and for a member who may not be given the line.
    """
    if not timezone.localdate(at) < until <= latest_day(line.item, at=at):
        raise ActionNotAllowed(_("Choose a day that is offered."))
    if line.asked_by and to and line.asked_by.member_id == to.pk:
        raise ActionNotAllowed(
            _("%(name)s has asked you to do this. You can give it back.") % {"name": to.name}
        )
    if to and not may_be_given_to(line.item, to, at=at):
        raise ActionNotAllowed(_("%(name)s sees nothing in this list.") % {"name": to.name})
    row, _is_new = LaterLine.objects.update_or_create(
        member=by,
        line=line.item.url,
        defaults={"until": until, "count": line.item.count, "given_to": to, "decided_at": at},
    )
    return row


def show_again(member: User, url: str) -> bool:
    """Take back what `member` decided about a line; return whether there was a decision.

    Who has asked `member` to do it still asks.
    """
    deleted, _by_model = LaterLine.objects.filter(member=member, line=url).delete()
    return bool(deleted)


def give_back(member: User, url: str) -> bool:
    """Show a line again to those who asked `member` to do it; return whether anyone did."""
    deleted, _by_model = LaterLine.objects.filter(given_to=member, line=url).delete()
    return bool(deleted)
