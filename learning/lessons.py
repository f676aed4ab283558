"""Offering a lesson, taking it back, publishing it without names, and leaving it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match, MatchQuerySet

from .item_saving import save_version
from .lesson_checks import problems
from .models import ItemVersion, Lesson, LibraryItem
from .models.item_versions import WORDS

NOT_YOURS = gettext_lazy("Only the two people of a pair can do this.")
NOT_YET = gettext_lazy("You can share a lesson when your time together is coming to its end.")
NO_EDITOR = gettext_lazy("Only a chair without a conflict of interest decides about lessons.")
DECIDED = gettext_lazy("This lesson was decided about already, so nothing was changed.")


@dataclass(frozen=True)
class Edited:
    """A lesson as a chair has edited it, in the language in which it was offered."""

    title: str
    summary: str
    text: str
    role: str = ""
    step: str = ""


def may_offer(match: Match) -> bool:
    """Whether the two of `match` can share a lesson now."""
    is_ending = match.state in {Match.State.CLOSING, Match.State.CLOSED}
    is_mistake = match.closed_kind == Match.Closed.IN_ERROR
    return is_ending and not is_mistake and match.texts_erased_at is None


def lesson_of(match: Match, person: User) -> Lesson | None:
    """Return what `person` has offered, None while there is nothing."""
    return Lesson.objects.of(person).select_related("item__program").filter(match=match).first()


@transaction.atomic
def offer(match: Match, *, by: User, text: str, at: datetime | None = None) -> Lesson:
    """Store the lesson of `by`, in place of words that still wait; the language is theirs.

    Raises ActionNotAllowed outside the pair, before it is closing, and once it was decided about.
    """
    if by not in match.people:
        raise ActionNotAllowed(NOT_YOURS)
    locked = Match.objects.select_for_update(no_key=True, of=("self",)).get(pk=match.pk)
    if not may_offer(locked):
        raise ActionNotAllowed(NOT_YET)
    if not text.strip():
        raise ActionNotAllowed(_("Write your lesson first."))
    lesson = Lesson.system.filter(match=match, person=by).first()
    if lesson is None:
        lesson = Lesson(match=match, person=by)
    elif not lesson.is_waiting:
        raise ActionNotAllowed(DECIDED)
    lesson.text, lesson.language, lesson.offered_at = text, by.language, at or timezone.now()
    lesson.save()
    return lesson


@transaction.atomic
def take_back(match: Match, *, by: User, at: datetime | None = None) -> None:
    """Delete the lesson of `by`, also a published one; without one nothing happens.

    Raises ActionNotAllowed outside the pair.
    """
    if by not in match.people:
        raise ActionNotAllowed(NOT_YOURS)
    for lesson in Lesson.system.select_for_update(no_key=True).filter(match=match, person=by):
        _remove(lesson, at or timezone.now())


@transaction.atomic
def publish(lesson: Lesson, edited: Edited, *, by: User, at: datetime | None = None) -> LibraryItem:
    """Add what a chair has made of a lesson to the library.

    Raises ActionNotAllowed for others, once it was decided about, and while the words name the two
    or are words of their application.
    """
    now, locked = at or timezone.now(), _to_decide(lesson, by)
    if found := problems(f"{edited.title} {edited.summary} {edited.text}", locked.match_id):
        raise ActionNotAllowed(" ".join(found))
    program = locked.program
    items = LibraryItem.objects.filter(program=program)
    item = LibraryItem.objects.create(
        program=program,
        kind=LibraryItem.Kind.LESSON,
        code=f"lesson-{locked.public_id}",
        role=edited.role,
        step=edited.step,
        titles={locked.language: edited.title},
        summaries={locked.language: edited.summary},
        texts={locked.language: edited.text},
        position=(items.aggregate(last=Max("position"))["last"] or 0) + 1,
    )
    save_version(item, by=by, at=now)
    locked.item, locked.text = item, ""
    locked.save(update_fields=["item", "text"])
    return item


@transaction.atomic
def decline(lesson: Lesson, *, by: User, at: datetime | None = None) -> None:
    """Leave a lesson out, and erase its words. Raises ActionNotAllowed as `publish`."""
    locked = _to_decide(lesson, by)
    locked.declined_at, locked.text = at or timezone.now(), ""
    locked.save(update_fields=["declined_at", "text"])


def names_someone(item: LibraryItem, text: str) -> list[str]:
    """Return what keeps new words of a published lesson from being saved; see `problems`."""
    lesson = Lesson.system.filter(item=item.pk).first() if item.pk else None
    return problems(text, lesson.match_id) if lesson else []


def forget_people(matches: MatchQuerySet) -> None:
    """Delete the lessons of `matches`; what was published stays, and nobody knows whose it was."""
    Lesson.system.filter(match__in=matches).delete()


def erase_of(person: User, at: datetime) -> None:
    """Take back all that `person` has shared and that can still be told to be theirs."""
    for lesson in Lesson.system.select_for_update(no_key=True).filter(person=person):
        _remove(lesson, at)


def _remove(lesson: Lesson, at: datetime) -> None:
    item = lesson.item
    lesson.delete()
    if item is None:
        return
    empty: dict[str, dict[str, str]] = {name: {} for name in WORDS}
    ItemVersion.objects.filter(item=item).update(**empty)
    retired_on = item.retired_on or timezone.localdate(at)
    LibraryItem.objects.filter(pk=item.pk).update(retired_on=retired_on, **empty)


def _to_decide(lesson: Lesson, by: User) -> Lesson:
    rows = Lesson.objects.for_editor(by)
    found = rows.select_for_update(no_key=True, of=("self",)).filter(pk=lesson.pk).first()
    if found is None:
        raise ActionNotAllowed(NO_EDITOR)
    if not found.is_waiting:
        raise ActionNotAllowed(DECIDED)
    return found
