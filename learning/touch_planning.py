"""When someone gets a short text: so many months after their pair began, once.

1. A program sends texts from the day in its settings on (`Policy.touches_from`); a moment before
   that day is left out for good, so switching it on never floods the past.
2. A pause makes the moment later, as it does for surveys. Nothing comes to a pair that is paused or
   has ended. What a pause has stopped on its way comes after it (`touch_resending`).
3. After a long stop what is more than `LATE_DAYS` late is left out.
4. Each person of each pair has one text a month at most. Whoever has several pairs, at once or one
   after the other, gets the same text once a year: for the others it is noted, and not sent again.
   If it does not leave for the one pair, it comes for another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from matches.models import Match, Pause, not_paused
from matches.pair_clock import begin_of, later
from notifications.outbox import enqueue
from notifications.reconcilers import reconciler
from programs.models import Program

from .models import Touch, TouchText, TouchVersion
from .models.touches import TouchQuerySet, is_lost

KIND = "learning-touch"
MONTH = timedelta(days=30)  # as for surveys: it needs no calendar
LATE_DAYS = timedelta(days=21)
SAME_TEXT = timedelta(days=365)  # within it someone gets a text once, whatever pairs they are in
AT_ONCE = 200  # pairs in one run; the next one goes on
MENTEE, MENTOR = Application.Role.MENTEE, Application.Role.MENTOR
PEOPLE: dict[str, str] = {MENTEE: "mentee__person", MENTOR: "mentor__person"}
PROGRAM = "mentee__cohort__program"
Texts = dict[tuple[int, str, int], TouchVersion]  # the newest, by program, role and month


@reconciler
def plan_touches(at: datetime) -> int:
    """Plan and enqueue what is due; return how many rows. Running it twice changes nothing."""
    texts = _texts()
    added = 0
    for month in sorted({month for _program, _role, month in texts}):
        for match in _due_pairs(month, texts, at):
            for person, version in _asked(match, month, texts):
                added += _plan(match, person, version, at)
    return added


def moment_of(match: Match, month: int) -> datetime:
    """Return when the text of a month is due. Reads the pauses of the match."""
    return later(match.introduced_at, month * MONTH, list(match.pauses.all()))


def _texts() -> Texts:
    """Return the texts in use of all programs that send any, without their words."""
    newer = TouchVersion.objects.filter(text=OuterRef("text"), number__gt=OuterRef("number"))
    newest = TouchVersion.objects.filter(
        ~Exists(newer),
        text__retired_on=None,
        text__program__policy__touches_from__isnull=False,
    )
    rows = newest.select_related("text__program__policy").defer("titles", "texts", "tries")
    return {(row.text.program_id, row.text.role, row.text.month): row for row in rows}


def _due_pairs(month: int, texts: Texts, at: datetime) -> list[Match]:
    """Return running pairs whose moment of `month` has come, and that lack a text of it.

    First by the pairs' own columns, for which there is an index; then of few columns. For those
    that never paused the database computes the moment, and of the others it leaves out the ones
    whose moment cannot have come or is over.
    """
    firsts = {
        program: _first_moment(version.text.program, at)
        for (program, _role, of_month), version in texts.items()
        if of_month == month
    }
    oldest, newest = min(firsts.values()) - month * MONTH, at - month * MONTH
    near = Match.objects.open().filter(not_paused(at), introduced_at__lte=newest).order_by()
    put_off = near.filter(introduced_at__lt=oldest, first_days_from__gte=oldest)
    both = near.filter(introduced_at__gte=oldest).values("pk").union(put_off.values("pk"))
    ids = [row["pk"] for row in both]
    if not ids:
        return []
    rows = Match.objects.filter(_may_lack(month, texts, firsts), pk__in=ids)
    columns = ("pk", "introduced_at", PROGRAM, "first_days_from")
    found = list(rows.order_by("introduced_at", "pk").values_list(*columns))
    pauses = _pauses_of([pk for pk, _since, _program, rested in found if rested is not None])
    due = [
        pk
        for pk, since, program, _rested in found
        if firsts[program] <= later(since, month * MONTH, pauses.get(pk, [])) <= at
    ]
    if not due:
        return []
    matches = Match.objects.filter(pk__in=due[:AT_ONCE]).with_people().select_related(PROGRAM)
    return list(matches.prefetch_related("pauses").order_by("introduced_at", "pk"))


def _first_moment(program: Program, at: datetime) -> datetime:
    """Return the first moment whose texts are still sent at `at`: none of them is left out."""
    begins = program.policy.touches_from
    assert begins is not None  # `_texts` asks for it
    return max(begin_of(begins, ZoneInfo(program.time_zone)), at - LATE_DAYS)


def _may_lack(month: int, texts: Texts, firsts: Mapping[int, datetime]) -> Q:
    """Match the pairs that lack a text of `month` whose moment may not be too long ago.

    A pause can make it later by as much as all pauses together, and only one that began before can.
    """
    wait = month * MONTH
    programs: dict[tuple[datetime, str], list[int]] = defaultdict(list)
    for program, first in firsts.items():
        for role in PEOPLE:
            if (program, role, month) in texts:
                programs[first, role].append(program)
    known = Touch.objects.filter(match=OuterRef("pk"), month=month)
    before = Pause.objects.filter(
        match=OuterRef("pk"), started_at__lte=OuterRef("introduced_at") + wait
    )
    found = Q(pk__in=[])
    for (first, role), asking in programs.items():
        person = PEOPLE[role]
        lacks = Q((f"{PROGRAM}__in", asking), (f"{person}__is_active", True))
        lacks &= ~Q(Exists(known.filter(person=OuterRef(person))))
        put_off = Q(first_days_from__gte=first - wait) & Q(Exists(before))
        found |= lacks & (Q(introduced_at__gte=first - wait) | put_off)
    return found


def _pauses_of(matches: Collection[int]) -> dict[int, list[Pause]]:
    """Return pauses by pair, the oldest first; without pairs it asks nothing."""
    found: dict[int, list[Pause]] = defaultdict(list)
    if matches:
        for pause in Pause.objects.filter(match__in=matches).order_by("started_at", "pk"):
            found[pause.match_id].append(pause)
    return found


def _asked(match: Match, month: int, texts: Texts) -> Iterator[tuple[User, TouchVersion]]:
    people = {MENTEE: match.mentee.person, MENTOR: match.mentor.person}
    for role, person in people.items():
        version = texts.get((match.program.pk, role, month))
        if version is not None and person.is_active:
            yield person, version


@transaction.atomic
def _plan(match: Match, person: User, version: TouchVersion, at: datetime) -> bool:
    """Note the text for one person and enqueue its e-mail; return whether it is new."""
    # Of several pairs of one person that come to their month together, one sends it.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    same = sent_lately(person.pk, version.text_id, at).exclude(match=match)
    is_repeat = same.exclude(is_lost()).exists()
    month = version.text.month
    columns = {
        "version": version,
        "due_at": moment_of(match, month),
        "is_repeat": is_repeat,
        "tried_at": same.aggregate(first=Min("tried_at"))["first"],
    }
    touch, is_new = Touch.objects.get_or_create(
        match=match, person=person, month=month, defaults=columns
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

    It is noted for all their pairs: another one may have sent the text meanwhile, and the page and
    the export show that one. Raises ActionNotAllowed for anyone but the person it was for.
    """
    if touch.person_id != by.pk:
        raise ActionNotAllowed(_("Only the person whom this text was for can say so."))
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # as whoever plans and sends
    same = Touch.objects.of(by).filter(version__text=touch.version.text_id, tried_at=None)
    around = (touch.due_at - SAME_TEXT, touch.due_at + SAME_TEXT)
    same.filter(due_at__range=around).update(tried_at=at)
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
