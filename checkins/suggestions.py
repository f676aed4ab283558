"""Suggestions to the committee: always open, and no call for help.

1. Whoever has sent an application to a program may suggest something, also long after their pair
   has ended.
2. Every member of the committee reads it, but those with a conflict of interest. They see the name
   only if the person allows it; the answer reaches the person in either case.
3. Sending the same form, or the same words within a day, makes one suggestion.
4. The words are erased after the program's time for texts, counted from when they were read, or
   from when they were sent if no one has marked them as read.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.outbox import enqueue
from notifications.reasons import reason
from notifications.reconcilers import reconciler
from programs.models import Program
from programs.retention_limits import text_limits

from .models import Suggestion

ANSWERED = "suggestion-answered"
A_DAY = timedelta(days=1)
MOST_A_DAY = 5  # of one person, in one program
ERASED = reason("suggestion-erased", gettext_lazy("the answer was erased"))


def programs_of(person: User) -> QuerySet[Program]:
    """Return the programs to which `person` has sent an application, whatever became of it."""
    sent = Application.objects.of(person).filter(submitted_at__isnull=False)
    found = Program.objects.filter(pk__in=sent.values("cohort__program"))
    return found.select_related("policy").order_by("name", "pk")


@transaction.atomic
def suggest(
    *,
    person: User,
    program: Program,
    text: str,
    may_be_named: bool,
    nonce: str,
    at: datetime | None = None,
) -> tuple[Suggestion, bool]:
    """Store a suggestion; return it, and whether it is new. `nonce` names the form.

    Raises ActionNotAllowed outside the person's programs, without words, and for more than
    `MOST_A_DAY` in a day.
    """
    at, text = at or timezone.now(), text.strip()
    if program not in programs_of(person):
        raise ActionNotAllowed(
            _("You can only suggest something to a program that you applied to.")
        )
    if not text:
        raise ActionNotAllowed(_("Enter your suggestion."))
    # Two pages that are sent at the same moment take turns.
    list(User.objects.select_for_update(no_key=True).filter(pk=person.pk).values_list("pk"))
    today = _of_a_day(person, at)
    for row in today:
        # Encrypted: a query cannot compare the words.
        if row.nonce == nonce or (row.program_id, row.text) == (program.pk, text):
            return row, False
    if has_sent_enough(person, program, nonce=nonce, at=at):
        raise ActionNotAllowed(too_many())
    values = {"text": text, "may_be_named": may_be_named, "nonce": nonce, "sent_at": at}
    return Suggestion.system.create(person=person, program=program, **values), True


def has_sent_enough(
    person: User, program: Program, *, nonce: str, at: datetime | None = None
) -> bool:
    """Return whether `person` can't send one more today; the form of `nonce` was not yet sent."""
    rows = _of_a_day(person, at or timezone.now())
    is_sent = any(row.nonce == nonce for row in rows)
    return not is_sent and sum(row.program_id == program.pk for row in rows) >= MOST_A_DAY


def _of_a_day(person: User, at: datetime) -> list[Suggestion]:
    return list(Suggestion.system.filter(person=person, sent_at__gt=at - A_DAY))


def too_many() -> str:
    """Return why no more can be sent today."""
    return _(
        "You have sent %(n)s suggestions within a day. Keep this one, and send it tomorrow."
    ) % {"n": MOST_A_DAY}


@transaction.atomic
def mark_read(suggestion: Suggestion, *, by: User, at: datetime | None = None) -> None:
    """Note that a member has read it; a second time changes nothing.

    Raises ActionNotAllowed for anyone who may not read it.
    """
    _check(suggestion, by)
    unread = Suggestion.system.unread().filter(pk=suggestion.pk)
    unread.update(read_at=at or timezone.now(), read_by=by)


@transaction.atomic
def answer(suggestion: Suggestion, *, by: User, text: str, at: datetime | None = None) -> None:
    """Answer it, once; the person gets the answer by e-mail and reads it on their page.

    Raises ActionNotAllowed for anyone who may not read it, without words, and if it was answered.
    """
    _check(suggestion, by)
    at, text = at or timezone.now(), text.strip()
    if not text:
        raise ActionNotAllowed(_("Enter the answer."))
    mark_read(suggestion, by=by, at=at)
    waiting = Suggestion.system.filter(pk=suggestion.pk, answered_at=None, texts_erased_at=None)
    if not waiting.update(answer=text, answered_at=at, answered_by=by):
        raise ActionNotAllowed(_("Someone has already answered this suggestion."))
    enqueue(ANSWERED, to=suggestion.person, about=suggestion, at=at)


def _check(suggestion: Suggestion, by: User) -> None:
    if not suggestion.may_be_read_by(by):
        raise ActionNotAllowed(_("You can't handle this suggestion."))


@reconciler
def erase_old_suggestions(at: datetime) -> int:
    """Erase words that were read long ago, or sent long ago and never read; return of how many."""
    kept = Suggestion.system.filter(texts_erased_at=None)
    erased = 0
    for theirs, before in text_limits(at):
        is_due = Q(read_at__lte=before) | Q(read_at=None, sent_at__lte=before)
        erased += erase_words(kept.filter(is_due, theirs("program")), at)
    return erased


def erase_words(rows: QuerySet[Suggestion], at: datetime) -> int:
    """Erase what was suggested and answered in `rows`; return of how many."""
    return rows.update(text="", answer="", texts_erased_at=at)


@kind(
    ANSWERED,
    label=gettext_lazy("Answer to a suggestion"),
    about="checkins.Suggestion",
)
def suggestion_answered(suggestion: Suggestion, person: User) -> Email | Cancel:
    """**To**: who suggested something. **When**: a member of the committee answers it, once.
    **Until**: the words were erased, because their time was over."""
    if not suggestion.answer:
        return Cancel(ERASED)
    return Email(
        context={"program": suggestion.program, "sent_at": suggestion.sent_at},
        confidential={"words": suggestion.answer},
        action_url=absolute(reverse("checkins:suggestion-create")),
        program=suggestion.program,
    )
