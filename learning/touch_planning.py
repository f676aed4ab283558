"""When someone gets a short text: so many months after their pair began, once.

1. A program sends texts from the day in its settings on (`Policy.touches_from`); a moment before
   that day is left out for good, so switching it on never floods the past.
2. A pause makes the moment later, as it does for surveys. Nothing comes to a pair that is paused or
   has ended. What a pause has stopped on its way comes after it (`touch_resending`).
3. After a long stop what is more than `LATE_DAYS` late is left out.
4. Each person of each pair has one text a month at most. Whoever has several pairs gets the same
   text once: for the others it is noted, and not sent again. If it does not leave for the one pair,
   it comes for another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from access.bounded import found_in
from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from matches.models import Match, not_paused
from matches.pair_clock import begin_of, later
from notifications.outbox import enqueue
from notifications.reconcilers import reconciler
from programs.models import Policy

from .models import Touch, TouchText, TouchVersion
from .models.touches import TouchQuerySet, is_lost

KIND = "learning-touch"
MONTH = timedelta(days=30)  # as for surveys: it needs no calendar
LATE_DAYS = timedelta(days=21)
SAME_TEXT = timedelta(days=90)  # within it someone gets a text once, whatever pairs they are in
AT_ONCE = 200  # pairs in one run; the next one, a minute later, goes on
MENTEE, MENTOR = Application.Role.MENTEE, Application.Role.MENTOR
Texts = dict[tuple[int, str, int], TouchText]  # by program, role and month


@reconciler
def plan_touches(at: datetime) -> int:
    """Plan and enqueue what is due; return how many rows. Running it twice changes nothing."""
    texts = _texts()
    added = 0
    for month in sorted({month for _program, _role, month in texts}):
        for match in _due_pairs(month, texts, at):
            for person, text in _asked(match, month, texts):
                added += _plan(match, person, text, at)
    return added


def moment_of(match: Match, month: int) -> datetime:
    """Return when the text of a month is due. Reads the pauses of the match."""
    return later(match.introduced_at, month * MONTH, list(match.pauses.all()))


def _texts() -> Texts:
    rows = TouchText.objects.current().filter(program__policy__touches_from__isnull=False)
    found = rows.select_related("program__policy").prefetch_related("versions")
    return {(text.program_id, text.role, text.month): text for text in found}


def _due_pairs(month: int, texts: Texts, at: datetime) -> list[Match]:
    """Return running pairs whose moment of `month` has come, and that lack a text of it."""
    programs: dict[int, set[str]] = defaultdict(set)
    for program, role, of_month in texts:
        if of_month == month:
            programs[program].add(role)
    known = Touch.objects.filter(match=OuterRef("pk"), month=month)
    lacks = Q(pk__in=[])
    for role, person in ((MENTEE, "mentee__person"), (MENTOR, "mentor__person")):
        asking = [program for program, roles in programs.items() if role in roles]
        is_there = Exists(known.filter(person=OuterRef(person)))
        lacks |= Q(mentee__cohort__program__in=asking) & ~Q(is_there)
    wait = month * MONTH
    paused = timedelta(days=_longest_pause(programs))
    window = Q(introduced_at__lte=at - wait, introduced_at__gt=at - wait - paused - LATE_DAYS)
    rows = Match.objects.open().filter(window & lacks, not_paused(at))
    found = found_in(
        rows,
        lambda mine: (
            mine.with_people()
            .select_related("mentee__cohort__program__policy")
            .prefetch_related("pauses")
            .order_by("introduced_at", "pk")
        ),
    )
    return [match for match in found if _is_due(match, month, at)][:AT_ONCE]


def _longest_pause(programs: Collection[int]) -> int:
    days = Policy.objects.filter(program__in=programs).values_list("pause_total_days", flat=True)
    return max(days, default=0)


def _is_due(match: Match, month: int, at: datetime) -> bool:
    moment, begins = moment_of(match, month), match.program.policy.touches_from
    if begins is None:
        return False
    since = begin_of(begins, ZoneInfo(match.program.time_zone))
    return max(since, at - LATE_DAYS) <= moment <= at


def _asked(match: Match, month: int, texts: Texts) -> Iterator[tuple[User, TouchText]]:
    people = {MENTEE: match.mentee.person, MENTOR: match.mentor.person}
    for role, person in people.items():
        text = texts.get((match.program.pk, role, month))
        if text is not None and person.is_active:
            yield person, text


@transaction.atomic
def _plan(match: Match, person: User, text: TouchText, at: datetime) -> bool:
    """Note the text for one person and enqueue its e-mail; return whether it is new."""
    version = text.version
    if version is None:
        return False
    # Of several pairs of one person that come to their month together, one sends it.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    same = sent_lately(person.pk, text.pk, at).exclude(match=match)
    is_repeat = same.exclude(is_lost()).exists()
    due_at = moment_of(match, text.month)
    columns = {"version": version, "due_at": due_at, "is_repeat": is_repeat}
    touch, is_new = Touch.objects.get_or_create(
        match=match, person=person, month=text.month, defaults=columns
    )
    if is_new and not is_repeat:
        same.update(is_repeat=True)  # lost ones
        enqueue(KIND, to=person, about=touch, at=at)
    return is_new


def sent_lately(person: int, text: int, at: datetime) -> TouchQuerySet:
    """Return the touches that send `text` to `person`, by their ids: one, unless it is lost."""
    same = Touch.objects.filter(person=person, version__text=text, is_repeat=False)
    return same.filter(due_at__gt=at - SAME_TEXT)


@transaction.atomic
def mark_tried(touch: Touch, *, by: User, at: datetime) -> None:
    """Note that `by` has tried what a text suggests; twice changes nothing.

    Raises ActionNotAllowed for anyone but the person it was for.
    """
    if touch.person_id != by.pk:
        raise ActionNotAllowed(_("Only the person whom this text was for can say so."))
    Touch.objects.filter(pk=touch.pk, tried_at=None).update(tried_at=at)
    touch.refresh_from_db(fields=["tried_at"])


@transaction.atomic
def save_words(
    text: TouchText,
    *,
    titles: dict[str, str],
    texts: dict[str, str],
    tries: dict[str, str],
    by: User | None,
    at: datetime,
) -> TouchVersion:
    """Store words as a new version; the same words again keep the version that is there."""
    TouchText.objects.select_for_update(no_key=True).get(pk=text.pk)
    last = TouchVersion.objects.filter(text=text).order_by("-number").first()
    words = {"titles": titles, "texts": texts, "tries": tries}
    if last is not None and all(getattr(last, name) == value for name, value in words.items()):
        return last
    number = last.number + 1 if last else 1
    return TouchVersion.objects.create(text=text, number=number, author=by, saved_at=at, **words)
