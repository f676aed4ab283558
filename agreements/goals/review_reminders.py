"""Ask for a review of the goals in months 3, 6 and 9, and once more after a week.

Run about once in two minutes; running it twice, or after a long stop, asks for nothing twice. After
a stop only the latest review that is due is asked for.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import Exists, OuterRef, Q

from access.bounded import found_in
from matches import terms
from matches.models import Match, MatchQuerySet, not_paused
from notifications.models import Notification
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, due_reminder

from ..models import GoalReview
from .reviews import MONTHS

KIND = "goal-review"
REMIND_DAYS, LAST_DAYS = 7, 14
LATEST = timedelta(days=240)  # how much later a review can be asked for: pauses move it
A_DAY = timedelta(days=1)  # some calendar is a day ahead of UTC
PEOPLE = ("mentee__person", "mentor__person", "mentee__cohort__program__policy")


@reconciler
def ask_for_reviews(at: datetime) -> None:
    """Add the reviews that are due and enqueue the e-mails about them."""
    _add_due(at)
    since = at - timedelta(days=REMIND_DAYS + LAST_DAYS)
    waiting = GoalReview.objects.waiting().filter(not_paused(at, "match__"), asked_at__gt=since)
    people = [f"match__{name}" for name in PEOPLE]
    reviews = list(
        found_in(waiting.filter(_to_enqueue(at)), lambda found: found.select_related(*people))
    )
    pending = PendingEmails([KIND], reviews)
    for review in reviews:
        reminder = due_reminder(
            at, since=review.asked_at, reminders=(REMIND_DAYS,), last_days=LAST_DAYS
        )
        if reminder is None:
            continue
        mentee, mentor = review.match.people
        pending.enqueue(KIND, reminder, to=mentee, about=review, at=at)
        if reminder.ordinal == 1:
            pending.enqueue(KIND, reminder, to=mentor, about=review, at=at)


def _to_enqueue(at: datetime) -> Q:
    """Match reviews about which an e-mail is not enqueued that may be due."""
    emails = Notification.system.filter(
        about_type=GoalReview._meta.label_lower, about_id=OuterRef("pk"), kind=KIND
    )
    is_long_ago = Q(asked_at__lte=at - timedelta(days=REMIND_DAYS))
    return ~Q(Exists(emails.filter(ordinal=1))) | is_long_ago & ~Q(Exists(emails.filter(ordinal=2)))


def goals_not_reviewed(matches: MatchQuerySet, *, at: datetime) -> MatchQuerySet:
    """Return those of `matches` that were asked and reminded, and have not reviewed their goals."""
    late = at - timedelta(days=REMIND_DAYS + LAST_DAYS)
    waiting = GoalReview.objects.waiting().filter(match=OuterRef("pk"), asked_at__lte=late)
    return matches.filter(Exists(waiting))


def _add_due(at: datetime) -> None:
    known = GoalReview.objects.filter(match=OuterRef("pk"))
    due = Q(pk__in=[])
    for month in MONTHS:
        newest = at - relativedelta(months=month) + A_DAY
        window = Q(active_at__lte=newest, active_at__gt=newest - LATEST)
        due |= window & ~Q(Exists(known.filter(month__gte=month)))
    candidates = Match.objects.filter(due, not_paused(at), state=Match.State.ACTIVE)
    for match in found_in(candidates, lambda found: found.select_related(*PEOPLE)):
        _add_latest(match, at)


def _add_latest(match: Match, at: datetime) -> None:
    """Add the latest review that is due, unless it is too late or that or a later one is there."""
    today, begun_at = terms.today_of(match, at), match.active_at
    days = {month: terms.term_day(match, month) for month in MONTHS}
    month = max((month for month, day in days.items() if day and day <= today), default=None)
    if month is None or begun_at is None:
        return
    if begun_at <= at - relativedelta(months=month) + A_DAY - LATEST:
        return
    if not GoalReview.objects.filter(match=match, month__gte=month).exists():
        GoalReview.objects.get_or_create(match=match, month=month, defaults={"asked_at": at})
