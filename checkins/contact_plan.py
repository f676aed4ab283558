"""The contact plan: when the committee is next in touch with each person of a pair.

1. The next contact is due some days after the last one in which the person was reached, or after
   the introduction. How many days, the program says: few in the first month, more to the end of the
   third, then more; never more than its longest time between two contacts.
2. Time in which the pair is paused does not count, nor does the time before the plan began. A pair
   that has ended has no plan.
3. An attempt moves what is due by `RETRY_DAYS`, so that the list does not ask again the same day.
   It does not move the plan: only reaching someone does.
4. The dates follow from contacts, pauses and settings, none of which changes with time. So they are
   stored, and computed anew when one of these changes; lists compare them with today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from matches.models import Match
from matches.pair_clock import Rest, begin_of, later
from notifications.reconcilers import reconciler
from programs.models import Policy

from .models import ContactLog, ContactPlan

RETRY_DAYS = 3
FIRST_MONTH, THIRD_MONTH = timedelta(days=30), timedelta(days=90)  # after the introduction
BATCH = 500
COLUMNS = ("reached_on", "tried_on", "planned_on", "due_on", "latest_on", "is_outdated")
LastDays = dict[tuple[int, int], tuple[date | None, date | None]]
Starts = dict[tuple[int, int], date | None]


@dataclass(frozen=True)
class NextContact:
    """Days of the next contact with a person, see `ContactPlan`."""

    planned_on: date
    due_on: date
    latest_on: date


def next_contact(
    began: datetime,
    *,
    reached_on: date | None,
    tried_on: date | None,
    policy: Policy,
    rests: Sequence[Rest],
    zone: ZoneInfo,
    counts_from: date | None = None,
) -> NextContact:
    """Return when a person is contacted next, in the calendar of `zone`.

    `began` is the introduction, `rests` the pauses of the pair, oldest first. Nothing was missed
    before `counts_from`.
    """
    known = [begin_of(day, zone) for day in (reached_on, counts_from) if day]
    since = max([began, *known])

    def day_after(days: int) -> date:
        return timezone.localdate(later(since, timedelta(days=days), rests), zone)

    planned_on = day_after(_usual_days(began, since, policy, rests))
    retry_on = tried_on + timedelta(days=RETRY_DAYS) if tried_on else planned_on
    return NextContact(planned_on, max(planned_on, retry_on), day_after(policy.care_gap_days))


def _usual_days(began: datetime, since: datetime, policy: Policy, rests: Sequence[Rest]) -> int:
    if since < later(began, FIRST_MONTH, rests):
        days = policy.care_first_days
    elif since < later(began, THIRD_MONTH, rests):
        days = policy.care_second_days
    else:
        days = policy.care_later_days
    return min(days, policy.care_gap_days)


@transaction.atomic
def keep(matches: Collection[int]) -> None:
    """Compute the plans of the open ones of the matches with these ids."""
    mine = Match.objects.open().filter(pk__in=matches)
    # So that of two changes at once the second one sees what the first one did.
    list(mine.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    related = mine.with_people().select_related("mentee__cohort__program__policy")
    rows = list(related.prefetch_related("pauses"))
    ids = [row.pk for row in rows]
    last, starts = _last_days(ids), _starts(ids)
    ContactPlan.system.bulk_create(
        [plan for row in rows for plan in _plans(row, last, starts)],
        update_conflicts=True,
        unique_fields=["match", "person"],
        update_fields=COLUMNS,
    )


def _plans(match: Match, last: LastDays, starts: Starts) -> Iterator[ContactPlan]:
    program, rests = match.program, list(match.pauses.all())
    for person in match.people:
        reached_on, tried_on = last.get((match.pk, person.pk), (None, None))
        if reached_on and tried_on and tried_on <= reached_on:
            tried_on = None
        days = next_contact(
            match.introduced_at,
            reached_on=reached_on,
            tried_on=tried_on,
            policy=program.policy,
            rests=rests,
            zone=ZoneInfo(program.time_zone),
            counts_from=starts.get((match.pk, person.pk)),
        )
        yield ContactPlan(
            match=match,
            person=person,
            reached_on=reached_on,
            tried_on=tried_on,
            planned_on=days.planned_on,
            due_on=days.due_on,
            latest_on=days.latest_on,
        )


def _last_days(matches: Collection[int]) -> LastDays:
    """Return when each person was reached last, and when somebody tried last, by their ids."""
    reached = Q(result=ContactLog.Result.REACHED)
    rows = ContactLog.system.filter(match__in=matches).order_by().values("match", "person")
    days = rows.annotate(reached=Max("on", filter=reached), tried=Max("on", filter=~reached))
    return {(row["match"], row["person"]): (row["reached"], row["tried"]) for row in days}


def _starts(matches: Collection[int]) -> Starts:
    """Return from when contacts count, by the ids of match and person, where that is not always."""
    rows = ContactPlan.system.filter(match__in=matches, counts_from__isnull=False)
    return {
        (match, person): day
        for match, person, day in rows.values_list("match", "person", "counts_from")
    }


def forget(match: Match) -> None:
    """Delete the plan of a pair that has ended."""
    ContactPlan.system.filter(match=match).delete()


def mark(program: int) -> None:
    """Let the next sweep compute the plans of a program's pairs: there may be thousands."""
    pairs = Match.objects.open().filter(mentee__cohort__program=program)
    ContactPlan.system.filter(match__in=pairs).update(is_outdated=True)


@reconciler
def keep_plans(at: datetime) -> None:
    """Plan the contacts of new pairs, and of those whose settings have changed."""
    planned = ContactPlan.system.filter(match=OuterRef("pk"))
    new = Match.objects.open().filter(~Exists(planned), introduced_at__lte=at).order_by("pk")
    while ids := list(new.values_list("pk", flat=True)[:BATCH]):
        keep(ids)
    outdated = ContactPlan.system.filter(is_outdated=True).order_by("pk")
    while ids := list(outdated.values_list("match", flat=True)[:BATCH]):
        keep(ids)
        # What is still outdated is about nobody in an open pair; it would be found for ever.
        outdated.filter(match__in=ids).order_by().delete()
