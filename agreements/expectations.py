"""Exchanging expectations before the agreement is written.

1. Each of the two answers some short questions alone. All are optional, and so is the exchange:
   the agreement never waits for it.
2. The other reads them once both have answered, or at once if the author says so. What was shown
   stays shown; the author can still change the words.
3. Both answers stand side by side where the part is written that they are about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match, MatchQuerySet
from matches.pair_lock import lock_row

from .models import Expectations
from .models.expectations import ExpectationsQuerySet

QUESTIONS = ("hopes", "gives", "often", "hard", "reached", "between")
# The answers to have before one's eyes while writing a part.
OF_PART = {
    "rhythm": ("often", "reached"),
    "goals": ("hopes", "gives"),
    "activities": ("gives", "hard"),
    "confidentiality": ("between", "hard"),
    "term": (),
}


@dataclass(frozen=True)
class Pair:
    """What both said to one question; "" where a person said nothing."""

    question: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class Exchange:
    """What one of the two sees: their own answers, and the partner's if they may read them."""

    mine: Expectations | None
    theirs: Expectations | None

    def pairs(self, questions: tuple[str, ...] = QUESTIONS) -> list[Pair]:
        """Return the answers side by side, without questions that no one answered."""
        found = [Pair(_label(name), _said(self.mine, name), _said(self.theirs, name))
                 for name in questions]  # fmt: skip
        return [pair for pair in found if pair.mine or pair.theirs]


def _label(name: str) -> str:
    return str(getattr(Expectations._meta.get_field(name), "verbose_name", name))


def _said(row: Expectations | None, name: str) -> str:
    return str(getattr(row, name)) if row else ""


def exchange_of(match: Match, reader: User) -> Exchange:
    """Return what `reader`, one of the pair, may read of both."""
    rows = Expectations.objects.visible_to(reader).filter(match=match)
    by_author = {row.author_id: row for row in rows}
    return Exchange(by_author.get(reader.pk), by_author.get(match.partner_of(reader).pk))


def has_answered(match: Match, person: User) -> bool:
    """Whether `person` has answered; what they said stays hidden."""
    return Expectations.system.filter(match=match, author=person).exists()


def awaiting(person: User) -> ExpectationsQuerySet:
    """Return what others have said whose partner `person` has not answered yet; no words of it."""
    mine = Expectations.system.filter(author=person)
    return Expectations.system.exclude(author=person).exclude(match__in=mine.values("match"))


@transaction.atomic
def answer(
    match: Match, *, by: User, answers: dict[str, str], show: bool, at: datetime | None = None
) -> Expectations:
    """Save the answers of `by`, for the partner to read at once if `show`; return them.

    Saving the same again changes nothing. Raises ActionNotAllowed outside the pair, after its end,
    and without a single answer.
    """
    at = at or timezone.now()
    if by not in match.people:
        raise ActionNotAllowed(_("Only the two people of a match can say what they expect."))
    if lock_row(match.pk) == Match.State.CLOSED:
        raise ActionNotAllowed(_("This match has ended, so there is nothing to prepare any more."))
    said = {name: answers.get(name, "").strip() for name in QUESTIONS}
    if not any(said.values()):
        raise ActionNotAllowed(_("Answer at least one question. All others can stay empty."))
    row, is_new = Expectations.system.get_or_create(
        match=match, author=by, defaults={**said, "saved_at": at, "shown_at": at if show else None}
    )
    is_shown_now = show and row.shown_at is None
    if not is_new and (is_shown_now or any(_said(row, name) != said[name] for name in QUESTIONS)):
        for name, words in said.items():
            setattr(row, name, words)
        row.saved_at, row.shown_at = at, row.shown_at or (at if show else None)
        row.save()
    return row


def erase_all(matches: MatchQuerySet, *, author: User | None = None) -> None:
    """Delete the answers of `author` in these matches, or of both people."""
    rows = Expectations.system.filter(match__in=matches)
    (rows.filter(author=author) if author else rows).delete()
