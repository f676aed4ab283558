"""Asks each of a pair to look back: on the evening of the closing talk, and twice more.

1. With a closing talk each is asked on its evening, and again after `AGAIN_DAYS`. A talk before the
   pair is closing waits until it is.
2. Without one each is asked as many days after the pair was completed.
3. No e-mail comes twice: what was asked after a talk is not asked again after the end. A longer
   term has a talk of its own, and begins anew.

Each is asked alone, and nothing waits for the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from access.bounded import found_in
from accounts.models import User
from agreements.reflection_emails import KIND
from matches.models import Closure, Match, not_paused
from matches.pair_clock import begin_of, rested_since
from matches.terms import near_from
from matches.thank_you_notes import COMPLETED
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, Reminder, due_reminder

from .models import ClosingTalk

EVENING = 18  # the hour from which someone is asked on the day of the talk
AGAIN_DAYS, LAST_DAYS = (5, 12), 14
EPOCH = date(2000, 1, 1)  # of `first_ordinal`
Ask = tuple[Match, User, Reminder]
PEOPLE = ("mentee__person", "mentor__person", "mentee__cohort__program__policy")


@reconciler
def ask_to_reflect(at: datetime) -> None:
    """Enqueue the e-mail that is due to each; running it twice changes nothing."""
    asks = list(chain(_after_talks(at), _after_endings(at)))
    pending = PendingEmails([KIND], {match for match, _person, _reminder in asks})
    for match, person, reminder in asks:
        if person.is_active:
            first = first_ordinal(match)
            pending.enqueue(KIND, reminder, to=person, about=match, at=at, first_ordinal=first)


def first_ordinal(match: Match) -> int:
    """Return what the numbers of the e-mails about the term of `match` begin after."""
    agreed_on = match.term_agreed_on
    return 10 * (agreed_on - EPOCH).days if agreed_on else 0


def _after_talks(at: datetime) -> Iterator[Ask]:
    """Yield whom to ask because their closing talk is over."""
    closing = Q(match__state=Match.State.CLOSING) & not_paused(at, "match__")
    rows = ClosingTalk.objects.booked().filter(meeting__starts_at__lte=at)
    found = rows.filter(closing | _completed_since(_oldest(at)))
    for talk in found_in(
        found,
        lambda mine: mine.select_related(
            "meeting", *(f"match__{name}" for name in PEOPLE)
        ).prefetch_related("match__pauses"),
    ):
        for person in talk.match.people:
            reminder = _due(at, since_of(talk, person), AGAIN_DAYS)
            if reminder is not None:
                yield talk.match, person, reminder


def since_of(talk: ClosingTalk, person: User) -> datetime:
    """Return when `person` is asked first: on the evening of the talk, by their clock.

    Not before the pair is closing or has ended. Reads the pauses of the match.
    """
    match, ends_at = talk.match, talk.meeting.ends_at
    zone = ZoneInfo(person.time_zone)
    day = ends_at.astimezone(zone).date()
    since = max(ends_at, datetime.combine(day, time(EVENING), zone))
    if match.ends_on is not None:
        closing_at = begin_of(near_from(match, match.ends_on), ZoneInfo(match.program.time_zone))
        ended_at = match.closed_at
        since = max(since, min(closing_at, ended_at) if ended_at else closing_at)
    return since + rested_since(since, match.pauses.all())


def _after_endings(at: datetime) -> Iterator[Ask]:
    """Yield whom to ask because their pair was completed without a closing talk."""
    talks = ClosingTalk.objects.booked().filter(
        match=OuterRef("match"), meeting__starts_at__lte=OuterRef("closed_at")
    )
    ended = _completed_since(_oldest(at)) & Q(match__closed_at__lte=at)
    rows = Closure.objects.in_force().filter(ended & ~Exists(talks))
    related = tuple(f"match__{name}" for name in PEOPLE)
    for closure in rows.select_related(*related).order_by("pk"):
        # The first e-mail is that of the evening of a talk.
        reminder = _due(at, closure.closed_at, AGAIN_DAYS)
        if reminder is not None and reminder.ordinal > 1:
            for person in closure.match.people:
                yield closure.match, person, reminder


def _completed_since(oldest: datetime) -> Q:
    """Match rows of pairs that were completed after `oldest`."""
    # By the match, which has an index on this column.
    return Q(match__closed_kind__in=COMPLETED, match__closed_at__gt=oldest)


def _oldest(at: datetime) -> datetime:
    return at - timedelta(days=AGAIN_DAYS[-1] + LAST_DAYS)


def _due(at: datetime, since: datetime, days: Sequence[int]) -> Reminder | None:
    return due_reminder(at, since=since, reminders=days, last_days=LAST_DAYS)
