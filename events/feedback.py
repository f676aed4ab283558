"""How was it? A few questions to everyone who came, and what the committee reads of the answers.

1. Whoever came can answer once, until `OPEN_DAYS` after the attendance was recorded.
2. An answer is stored without its author. Only that someone has answered is kept with them.
3. The answers are shown once answering is over, counted, and only if there are at least as many as
   the program's smallest group. A reader's own answer does not count towards that: otherwise they
   could take it away from the figures.
4. What people would change is shown with the figures, in an order that tells nothing. It is erased
   with the other texts of the program (`reconcilers.erase_old_feedback`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User

from .event_lock import lock_event
from .models import Event, FeedbackAnswer, SignUp

OPEN_DAYS = 14
LONGEST = 1000  # characters of what people would change


def closes_at(event: Event) -> datetime | None:
    """Return until when answers are taken; None before the attendance is recorded."""
    return event.held_at + timedelta(days=OPEN_DAYS) if event.held_at else None


def is_open(event: Event, at: datetime) -> bool:
    """Whether answers are taken at `at`."""
    end = closes_at(event)
    return end is not None and at < end


def may_answer(event: Event, person: User, at: datetime) -> bool:
    """Whether `person` came, has not answered, and still can."""
    mine = SignUp.objects.of(person).filter(event=event, has_attended=True, has_answered=False)
    return is_open(event, at) and mine.exists()


@transaction.atomic
def answer(
    event: Event,
    *,
    by: User,
    worth: int,
    length: str,
    better: str = "",
    at: datetime | None = None,
) -> None:
    """Store the answers of `by`, apart from who gave them. The second time nothing is stored.

    Raises ActionNotAllowed for who did not come, and when the questions are closed.
    """
    at = at or timezone.now()
    lock_event(event)
    mine = SignUp.objects.of(by).filter(event=event, has_attended=True)
    if not is_open(event, at):
        raise ActionNotAllowed(_("These questions are closed."))
    if not mine.exists():
        raise ActionNotAllowed(_("These questions are for people who came."))
    if mine.filter(has_answered=False).update(has_answered=True):
        words = better.strip()[:LONGEST]
        FeedbackAnswer.objects.create(event=event, worth=worth, length=length, better=words)


@dataclass(frozen=True)
class Results:
    """What a reader sees: `why` says why there are no figures, else it is empty."""

    why: str
    came: int
    answered: int = 0
    worth: tuple[tuple[str, int], ...] = ()
    length: tuple[tuple[str, int], ...] = ()
    better: tuple[str, ...] = ()


def results_of(event: Event, reader: User, *, at: datetime) -> Results:
    """Return the pooled answers of a held event for a committee member."""
    rows = SignUp.objects.filter(event=event, has_attended=True)
    came = rows.count()
    if is_open(event, at):
        return Results(_("The answers are shown once no more can be given."), came)
    smallest = event.program.policy.smallest_group
    own = rows.filter(person=reader.pk, has_answered=True).count()
    answers = list(FeedbackAnswer.system.filter(event=event))
    if len(answers) - own < smallest:
        text = _("Fewer than %(count)s people have answered, so nothing is shown.")
        return Results(text % {"count": smallest}, came)
    worth = Counter(row.worth for row in answers)
    length = Counter(row.length for row in answers)
    return Results(
        "",
        came,
        len(answers),
        tuple((str(kind.label), worth[kind.value]) for kind in FeedbackAnswer.Worth),
        tuple((str(kind.label), length[kind.value]) for kind in FeedbackAnswer.Length),
        tuple(sorted(row.better for row in answers if row.better)),
    )
