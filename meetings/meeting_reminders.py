"""Reminders about meetings: prepare it before, say afterwards whether it took place.

Run about once a minute: each looks for meetings near `at` and enqueues what is due and not in the
outbox yet. A meeting that is moved is asked about again: ordinals are ten times the number of moves
plus the number of the reminder.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from accounts.models import User
from matches.models import Match
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, Reminder

from .models import Agenda, Meeting

State = Meeting.State
PREPARE, READ_AGENDA, RECORD = "meeting-prepare", "meeting-agenda", "meeting-record"
PREPARE_DAYS, AGENDA_DAYS = 3, 1  # before the meeting: the mentee, the mentor
ASK_HOUR = 9  # of the next morning, by the clock of the person
MENTOR_IS_ASKED_DAYS, MENTEE_IS_ASKED_AGAIN_DAYS = 3, 4  # after the first question
ASKED_FOR_DAYS = 14
ORDINALS_PER_MOVE = 10


@reconciler
def remind_to_prepare(at: datetime) -> None:
    """Ask mentees for an agenda three days before, and show it to mentors a day before."""
    soon = at + timedelta(days=PREPARE_DAYS)
    rows = list(
        _open(Meeting.objects.filter(state=State.SET, starts_at__gt=at, starts_at__lte=soon))
    )
    prepared = Agenda.objects.prepared(rows)
    pending = PendingEmails([PREPARE, READ_AGENDA], rows)
    for meeting in rows:
        mentee, mentor = meeting.match.people
        expires_at = meeting.starts_at
        if meeting.pk not in prepared:
            due_at = expires_at - timedelta(days=PREPARE_DAYS)
            _enqueue(pending, PREPARE, mentee, meeting, Reminder(1, due_at, expires_at), at)
        elif at >= expires_at - timedelta(days=AGENDA_DAYS):
            due_at = expires_at - timedelta(days=AGENDA_DAYS)
            _enqueue(pending, READ_AGENDA, mentor, meeting, Reminder(1, due_at, expires_at), at)


@reconciler
def ask_whether_met(at: datetime) -> None:
    """Ask on the next morning whether a meeting took place, until either of the two has said so."""
    since = at - timedelta(days=ASKED_FOR_DAYS + 1)
    states = [State.SET, State.LAPSED]
    rows = list(_open(Meeting.objects.filter(state__in=states, starts_at__range=(since, at))))
    pending = PendingEmails([RECORD], rows)
    for meeting in rows:
        for person, reminder in _questions(meeting):
            if reminder.due_at <= at < reminder.expires_at:
                _enqueue(pending, RECORD, person, meeting, reminder, at)


def _questions(meeting: Meeting) -> Iterator[tuple[User, Reminder]]:
    """Yield who is asked when: the mentee, the mentor if the mentee is silent, the mentee again."""
    mentee, mentor = meeting.match.people
    over_at = max(meeting.starts_at, meeting.lapses_at or meeting.starts_at)
    first = next_morning(over_at, mentee.time_zone)
    again = first + timedelta(days=MENTEE_IS_ASKED_AGAIN_DAYS)
    end = over_at + timedelta(days=ASKED_FOR_DAYS)
    yield mentee, Reminder(1, first, again)
    third_day = next_morning(over_at, mentor.time_zone) + timedelta(days=MENTOR_IS_ASKED_DAYS)
    yield mentor, Reminder(1, third_day, end)
    yield mentee, Reminder(2, again, end)


def next_morning(moment: datetime, zone_name: str) -> datetime:
    """Return 9 o'clock of the day after `moment` by the clock of a zone, in UTC."""
    zone = ZoneInfo(zone_name)
    day = moment.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, time(ASK_HOUR), tzinfo=zone).astimezone(UTC)


def _open(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    people = ("match__mentee__person", "match__mentor__person")
    return meetings.exclude(match__state=Match.State.CLOSED).select_related(*people)


def _enqueue(
    pending: PendingEmails, kind: str, to: User, about: Meeting, reminder: Reminder, at: datetime
) -> None:
    first = about.moves * ORDINALS_PER_MOVE
    pending.enqueue(kind, reminder, to=to, about=about, at=at, first_ordinal=first)
