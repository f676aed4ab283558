"""Reminders about meetings: prepare it before, say afterwards whether it took place.

Run about once in two minutes: each reads the meetings near `at` about which an e-mail is not in the
outbox yet, and enqueues what is due. A meeting that is moved is asked about again: ordinals are ten
times the number of moves plus the number of the reminder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from access.bounded import found_in
from accounts.models import User
from matches.models import Match, not_paused
from notifications.models import Notification
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
    ahead = Meeting.objects.filter(state=State.SET, starts_at__gt=at, starts_at__lte=soon)
    to_mentor = Q(starts_at__lte=at + timedelta(days=AGENDA_DAYS)) & _not_enqueued(READ_AGENDA)
    is_prepared = Q(Exists(Agenda.objects.of_prepared().filter(meeting=OuterRef("pk"))))
    to_ask = ~is_prepared & _not_enqueued(PREPARE)
    rows = list(_open(ahead.filter(to_ask | is_prepared & to_mentor), at))
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
    past = Meeting.objects.filter(state__in=states, starts_at__range=(since, at))
    rows = list(_open(past.filter(_may_be_asked(at)), at))
    pending = PendingEmails([RECORD], rows)
    for meeting in rows:
        for person, reminder in _questions(meeting):
            if reminder.due_at <= at < reminder.expires_at:
                _enqueue(pending, RECORD, person, meeting, reminder, at)


def _may_be_asked(at: datetime) -> Q:
    """Match meetings with a question of `_questions` that is not enqueued and may be due."""
    mentee, mentor = "match__mentee__person", "match__mentor__person"
    # No earlier than so many days after its start; on which hour depends on people's clocks.
    later = timedelta(days=MENTOR_IS_ASKED_DAYS), timedelta(days=MENTEE_IS_ASKED_AGAIN_DAYS)
    return (
        _not_enqueued(RECORD, to=mentee) & _not_enqueued(RECORD, to=mentee, number=2)
        | Q(starts_at__lte=at - later[0]) & _not_enqueued(RECORD, to=mentor)
        | Q(starts_at__lte=at - later[1]) & _not_enqueued(RECORD, to=mentee, number=2)
    )


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


def _open(meetings: QuerySet[Meeting], at: datetime) -> Iterable[Meeting]:
    """Return those of open pairs that are not paused, with the two people."""
    people = ("match__mentee__person", "match__mentor__person")
    open_ones = meetings.exclude(match__state=Match.State.CLOSED).filter(not_paused(at, "match__"))
    return found_in(open_ones, lambda found: found.select_related(*people))


def _not_enqueued(kind: str, *, to: str = "", number: int = 1) -> Q:
    """Match meetings without reminder `number` of a kind since they were moved last.

    `to`: the lookup of its recipient; without it the kind goes to one person of the pair.
    """
    emails = Notification.system.filter(
        about_type=Meeting._meta.label_lower,
        about_id=OuterRef("pk"),
        kind=kind,
        ordinal=OuterRef("moves") * ORDINALS_PER_MOVE + number,
    )
    return ~Q(Exists(emails.filter(recipient=OuterRef(to)) if to else emails))


def _enqueue(
    pending: PendingEmails, kind: str, to: User, about: Meeting, reminder: Reminder, at: datetime
) -> None:
    first = about.moves * ORDINALS_PER_MOVE
    pending.enqueue(kind, reminder, to=to, about=about, at=at, first_ordinal=first)
