"""Digests for committee members: what there is to read, and the week of a committee.

1. What there is to read comes at 08:00 of the program's time zone, on weekdays, to members for whom
   something may wait; on Mondays only, or never, if they chose so.
2. The week comes on Monday at 08:00 to every member. After a stop of the machine it still comes
   until Tuesday evening; a day's digest until the evening of that day.
3. Each is numbered by its day or week, and none follows another sooner than `APART`: at most one a
   day and a week, however often the job runs and wherever the clock jumps.
4. They tell what is so when they are sent, each to its reader: by role and conflict of interest. If
   nothing waits, nothing is sent.
5. They hold nothing back: a concern and a request for help have e-mails of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from access.bounded import count_up_to
from accounts.models import User
from applications.models import Application
from applications.review_queues import queues
from checkins.models import CheckIn
from events.models import Event
from matches.models import Match
from notifications.kinds import DIGEST, READING
from notifications.models import MutedStream, Notification, WeeklyReader
from notifications.outbox import enqueue
from notifications.reconcilers import reconciler
from programs.committee_admin import monday_of, rows_in_week, value_of
from programs.models import Membership, Program, read_roles_once

from .attention_lines import SHOWN_LIMIT, AttentionItem, changelist_url
from .today import today_of

Role = Membership.Role
TO_READ, WEEK = "reading-digest", "committee-week"
FROM_HOUR, UNTIL_HOUR = 8, 20
MONDAY, TUESDAY, SATURDAY = 0, 1, 5
FIRST_MONDAY = date(2000, 1, 3)  # from which days and weeks are numbered
APART = {TO_READ: timedelta(hours=20), WEEK: timedelta(days=5)}
LASTS = {TO_READ: timedelta(hours=24), WEEK: timedelta(days=2)}  # for the hour of the member
BATCH = 50  # e-mails of one run; the next run goes on
SHOWN_NAMES = 10
MOST_LINES, MOST_NEWS = 12, 3
A_WEEK = timedelta(days=7)
Days = dict[int, date]  # the day of a digest, by the id of a program or a person


# --- when


@reconciler
def enqueue_digests(at: datetime) -> None:
    """Enqueue the digests that are due at `at`, at most `BATCH` of each kind."""
    days = _days_of_programs(at)
    if not days:
        return
    _enqueue(TO_READ, _readers(days, at), at)
    is_first = {program: day for program, day in days.items() if day.weekday() <= TUESDAY}
    if is_first:
        _enqueue(WEEK, _members(is_first, muted=DIGEST, at=at), at)


def _days_of_programs(at: datetime) -> Days:
    """Return the programs for which it is a weekday between `FROM_HOUR` and `UNTIL_HOUR`."""
    days = {}
    for program, zone in Program.objects.order_by().values_list("pk", "time_zone"):
        local = at.astimezone(ZoneInfo(zone))
        if local.weekday() < SATURDAY and FROM_HOUR <= local.hour < UNTIL_HOUR:
            days[program] = local.date()
    return days


def _readers(days: Days, at: datetime) -> Days:
    """Return who may have something to read, each with the day of their program."""
    to_read = queues()["to-read"][1]
    applied = set(
        Application.objects.filter(to_read)
        .order_by()
        .values_list("cohort__program", flat=True)
        .distinct()
    )
    answered = set(
        CheckIn.objects.to_read()
        .order_by()
        .values_list("match__mentee__cohort__program", flat=True)
        .distinct()
    )
    reviewers = _members(_only(days, applied), *Membership.READERS, muted=READING, at=at)
    carers = _members(_only(days, answered), muted=READING, at=at)
    found = carers | reviewers
    weekly = set(WeeklyReader.objects.filter(person__in=found).values_list("person", flat=True))
    return {
        person: day
        for person, day in found.items()
        if person not in weekly or day.weekday() == MONDAY
    }


def _only(days: Days, programs: Collection[int]) -> Days:
    return {program: day for program, day in days.items() if program in programs}


def _members(days: Days, *roles: str, muted: str, at: datetime) -> Days:
    """Return the members of these programs who want such e-mails; of several days the first."""
    live = Membership.objects.live(timezone.localdate(at)).filter(
        program__in=days, user__is_active=True
    )
    if roles:
        live = live.filter(role__in=roles)
    unwanted = MutedStream.objects.active(at).filter(stream=muted)
    found: Days = {}
    wanted = live.exclude(user__in=unwanted.values("person"))
    for person, program in wanted.order_by().values_list("user", "program"):
        found[person] = min(days[program], found.get(person, days[program]))
    return found


def _enqueue(kind: str, days: Days, at: datetime) -> None:
    near = Notification.system.filter(
        kind=kind, created_at__gt=at - APART[kind], created_at__lt=at + APART[kind]
    )
    told = set(near.values_list("recipient", flat=True))
    due = sorted(person for person in days if person not in told)[:BATCH]
    for person in User.objects.filter(pk__in=due):
        number = (days[person.pk] - FIRST_MONDAY).days
        enqueue(
            kind,
            to=person,
            about=person,
            ordinal=number if kind == TO_READ else number // A_WEEK.days,
            expires_at=at + LASTS[kind],
            at=at,
        )


# --- what there is to read


@dataclass(frozen=True)
class Waiting:
    """An application that waits to be read, for how many days."""

    name: str
    days: int


@dataclass(frozen=True)
class ToRead:
    """What waits for one member; the names are of those who wait longest."""

    applications: AttentionItem
    checkins: AttentionItem
    longest: list[Waiting]

    @property
    def items(self) -> list[AttentionItem]:
        return [item for item in (self.applications, self.checkins) if item.count]

    @property
    def further(self) -> int:
        """How many of the applications that are counted have no name here."""
        return min(self.applications.count, SHOWN_LIMIT) - len(self.longest)


def to_read(member: User, *, at: datetime) -> ToRead:
    """Return what `member` can read at `at`, with names that they may see."""
    with read_roles_once():
        rows = _applications_of(member).filter(queues()["to-read"][1])
        count = count_up_to(rows, SHOWN_LIMIT + 1)
        unread = CheckIn.objects.readable_by(member).to_read()
        answers = count_up_to(unread, SHOWN_LIMIT + 1)
        oldest = rows.select_related("person").order_by("submitted_at", "pk")[:SHOWN_NAMES]
        waiting = [Waiting(str(row.person), _days_since(row.submitted_at, at)) for row in oldest]
        longest = [one for one in waiting if one.days]  # who came today has not waited
    text = ngettext("application to read", "applications to read", count)
    checkins = ngettext("check-in to read", "check-ins to read", answers)
    return ToRead(
        AttentionItem(
            count, text, changelist_url("applications_application", queue="to-read"), "amber"
        ),
        AttentionItem(answers, checkins, changelist_url("checkins_checkin", read="no")),
        longest,
    )


def _applications_of(member: User) -> QuerySet[Application]:
    """Return the applications on the member's list, none to those who read none."""
    reads = Membership.objects.program_ids(member, *Membership.READERS)
    return Application.objects.for_committee(member) if reads else Application.objects.none()


def _days_since(moment: datetime | None, at: datetime) -> int:
    return (timezone.localdate(at) - timezone.localdate(moment)).days if moment else 0


# --- the week


@dataclass(frozen=True)
class CommitteeWeek:
    """Lines of a member's Monday, each leading to its list; together at most `MOST_LINES`."""

    needs: list[AttentionItem]
    changed: list[AttentionItem]
    coming: list[AttentionItem]

    @property
    def is_empty(self) -> bool:
        return not (self.needs or self.changed or self.coming)


def committee_week(member: User, *, at: datetime) -> CommitteeWeek:
    """Return what needs `member`, what changed in the last week, what comes in this one."""
    this = monday_of(timezone.localdate(at))
    with read_roles_once():
        changed = [item for item in _changed(member, this - A_WEEK) if item.count][:MOST_NEWS]
        coming = [item for item in _coming(member, this) if item.count][:MOST_NEWS]
        needs = [line.item for line in today_of(member, at=at).lines]
    return CommitteeWeek(needs[: MOST_LINES - len(changed) - len(coming)], changed, coming)


def _changed(member: User, monday: date) -> Iterator[AttentionItem]:
    def url(name: str, code: str) -> str:
        return changelist_url(name, week=value_of(code, monday))

    count = count_up_to(
        rows_in_week(_applications_of(member), "submitted_at", monday), SHOWN_LIMIT + 1
    )
    text = ngettext("application was sent", "applications were sent", count)
    yield AttentionItem(count, text, url("applications_application", "sent"))
    pairs = Match.objects.for_committee(member)
    begun = count_up_to(rows_in_week(pairs, "introduced_at", monday), SHOWN_LIMIT + 1)
    text = ngettext("pair was introduced", "pairs were introduced", begun)
    yield AttentionItem(begun, text, url("matches_match", "begun"))
    ended = count_up_to(rows_in_week(pairs, "closed_at", monday), SHOWN_LIMIT + 1)
    text = ngettext("pair ended", "pairs ended", ended)
    yield AttentionItem(ended, text, url("matches_match", "ended"))


def _coming(member: User, monday: date) -> Iterator[AttentionItem]:
    events = rows_in_week(Event.objects.for_committee(member).published(), "starts_at", monday)
    count = count_up_to(events, SHOWN_LIMIT + 1)
    text = ngettext("event this week", "events this week", count)
    week = value_of("on", monday)
    url = changelist_url("events_event", state__exact=Event.State.PUBLISHED, week=week)
    yield AttentionItem(count, text, url)
    ending = rows_in_week(Match.objects.for_committee(member).open(), "ends_on", monday)
    count = count_up_to(ending, SHOWN_LIMIT + 1)
    text = ngettext("pair reaches the end of its term", "pairs reach the end of their term", count)
    yield AttentionItem(
        count, text, changelist_url("dashboard_pair", week=value_of("lasts", monday))
    )
    releasing = Application.objects.for_committee(member)
    if not Membership.objects.program_ids(member, Role.CHAIR):
        releasing = releasing.none()
    count = count_up_to(releasing.filter(queues()["scheduled"][1]), SHOWN_LIMIT + 1)
    text = ngettext(
        "decision will be sent on the day that was set",
        "decisions will be sent on the day that was set",
        count,
    )
    yield AttentionItem(count, text, changelist_url("applications_application", queue="scheduled"))
