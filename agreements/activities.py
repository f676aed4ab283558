"""Activities of a pair and the list of the first weeks: plan, tick, take the tick away.

Either of the two does all of it. What they did together counts as contact for the pair's health: a
signal tells the app of meetings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match
from programs.models import Program, ProgramActivity

from .goals.goal_locks import lock_match
from .models import Activity, FirstDay
from .signals import done_together

MAX_ACTIVITIES = 40  # planned at a time
MOST_DAYS = 400  # how far from today a first day can be


@dataclass(frozen=True)
class FirstWeeksItem:
    """One line of the first weeks: what to do, by when, and when it was done."""

    entry: ProgramActivity
    by: date | None
    done_on: date | None


def choices(program: Program) -> list[ProgramActivity]:
    """Return the activities that a pair of `program` can choose today."""
    kind = ProgramActivity.Kind.ACTIVITY
    return list(ProgramActivity.objects.current(program).filter(kind=kind))


def activities_of(match: Match, reader: User) -> list[Activity]:
    """Return what the pair plans and has done, without the list of the first weeks."""
    rows = Activity.objects.visible_to(reader).filter(match=match).select_related("entry")
    return [row for row in rows if row.name and (row.entry is None or row.entry.week is None)]


def first_weeks(match: Match, reader: User) -> list[FirstWeeksItem]:
    """Return the program's list for the first weeks, with what the pair has ticked.

    What was retired stays for those who have ticked it. Three queries.
    """
    rows = Activity.objects.visible_to(reader).filter(match=match, entry__week__gt=0)
    ticked = {row.entry_id: row for row in rows if row.entry_id is not None}
    entries = ProgramActivity.objects.first_weeks(match.program, kept=ticked)
    first = first_day(match, reader)
    return [
        FirstWeeksItem(
            entry=entry,
            by=first.on + timedelta(weeks=entry.week, days=-1) if first and entry.week else None,
            done_on=ticked[entry.pk].done_on if entry.pk in ticked else None,
        )
        for entry in entries
    ]


def first_day(match: Match, reader: User) -> FirstDay | None:
    """Return the newcomer's first day, None while no one has set it."""
    return FirstDay.objects.visible_to(reader).filter(match=match).first()


@transaction.atomic
def add(
    match: Match,
    *,
    by: User,
    entry: ProgramActivity | None = None,
    text: str = "",
    planned_on: date | None = None,
    at: datetime | None = None,
) -> Activity:
    """Plan an activity of the program, or one in own words.

    The same again, while it is not done, returns the one that is there. Raises ActionNotAllowed
    outside the pair, after its end, for an activity that the program does not offer, without words,
    and with too many.
    """
    lock_match(match, by=by)
    if entry is not None and entry.pk not in {one.pk for one in choices(match.program)}:
        raise ActionNotAllowed(_("Your program no longer offers this activity. Choose another."))
    if entry is None and not text:
        raise ActionNotAllowed(_("Choose an activity, or write your own."))
    planned = [row for row in activities_of(match, by) if row.done_on is None]
    for row in planned:
        if row.entry == entry and row.text == text:
            return row
    if len(planned) >= MAX_ACTIVITIES:
        words = _("You can plan at most %(most)s activities. Tick or remove one first.")
        raise ActionNotAllowed(words % {"most": MAX_ACTIVITIES})
    now = at or timezone.now()
    return Activity.objects.create(
        match=match, entry=entry, text=text, planned_on=planned_on, author=by, added_at=now
    )


@transaction.atomic
def set_done(activity: Activity, on: date | None, *, by: User, is_together: bool = False) -> None:
    """Tick an activity as done `on` a day, or take the tick away (None).

    A second click changes nothing. Raises ActionNotAllowed outside the pair, after its end, and for
    a day that is still to come.
    """
    match = activity.match
    lock_match(match, by=by)
    rows = Activity.objects.visible_to(by).filter(pk=activity.pk)
    if on is None:
        rows.update(done_on=None, is_together=False)
        return
    _check_past(on)
    changed = rows.filter(done_on=None).update(done_on=on, is_together=is_together)
    if changed and is_together:
        done_together.send(Activity, match=match, person=by, on=on)


@transaction.atomic
def remove(activity: Activity, *, by: User) -> None:
    """Remove an activity that is not done. A second click changes nothing.

    Raises ActionNotAllowed outside the pair, after its end, and for one that is done.
    """
    lock_match(activity.match, by=by)
    rows = Activity.objects.visible_to(by).filter(pk=activity.pk)
    if rows.exclude(done_on=None).exists():
        raise ActionNotAllowed(_("This is done already. Take the tick away first."))
    rows.delete()


@transaction.atomic
def set_first_day(match: Match, on: date, *, by: User) -> None:
    """Say when the newcomer began, or begins. Raises ActionNotAllowed as `goal_locks.lock_match`,
    and for a day that is too far away."""
    lock_match(match, by=by)
    if abs((on - timezone.localdate()).days) > MOST_DAYS:
        raise ActionNotAllowed(_("This day is more than a year away. Check the year."))
    rows = FirstDay.objects.visible_to(by)
    rows.update_or_create(match=match, defaults={"on": on, "person": by})


@transaction.atomic
def tick_item(
    match: Match, entry: ProgramActivity, *, is_done: bool, by: User, at: datetime | None = None
) -> None:
    """Tick an item of the first weeks, or take the tick away. A second click changes nothing.

    Raises ActionNotAllowed outside the pair, after its end, and for an item of another program.
    """
    now = at or timezone.now()
    lock_match(match, by=by)
    if entry.program_id != match.program.pk or entry.week is None:
        raise ActionNotAllowed(_("This is not on the list of your program."))
    mine = Activity.objects.visible_to(by).filter(match=match, entry=entry)
    if not is_done:
        mine.delete()
    elif not mine.exists():
        today = timezone.localdate(now)
        Activity.objects.create(match=match, entry=entry, done_on=today, author=by, added_at=now)


def _check_past(on: date) -> None:
    if on > timezone.localdate():
        raise ActionNotAllowed(_("This day is still to come. Tick it when it is done."))


def follow(match: Match, texts: Iterable[str], *, at: datetime) -> None:
    """Add the activities that both have agreed and that are not on their list yet."""
    known = {row.text for row in Activity.system.filter(match=match, entry=None)}
    for text in texts:
        if text not in known:
            Activity.objects.create(match=match, text=text, added_at=at)
