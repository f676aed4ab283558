"""Thank-you notes: written while a pair is closing or just completed, changed until they leave.

1. Each of the two may write one note, while the pair is closing and for some weeks after it was
   completed. Who was left in another way gets no e-mail from their former partner.
2. A note leaves some minutes after it was sent. Until then its author can change it or take it
   back; a changed note replaces the one that waits.
3. The partner gets it by e-mail and reads it on their page. No one else reads it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications.outbox import cancel_about, enqueue
from notifications.reasons import reason

from .models import Match, ThankYouNote

HOLD = timedelta(minutes=10)  # as the publication of a round waits
WRITE_DAYS = 30  # after the end
COMPLETED = {Match.Closed.COMPLETED, Match.Closed.COMPLETED_EARLY}
TAKEN_BACK = reason("note-taken-back", gettext_lazy("the author has taken it back"))


def may_write(match: Match, at: datetime) -> bool:
    """Whether one of the pair may thank the other now."""
    if match.state != Match.State.CLOSED:
        return match.state == Match.State.CLOSING
    is_recent = match.closed_at is not None and at <= match.closed_at + timedelta(days=WRITE_DAYS)
    return match.closed_kind in COMPLETED and is_recent


def note_of(match: Match, author: User) -> ThankYouNote | None:
    """Return the note that `author` has written to the partner, None while there is none."""
    return ThankYouNote.objects.visible_to(author).filter(match=match, author=author).first()


@transaction.atomic
def send(match: Match, *, by: User, text: str, at: datetime | None = None) -> ThankYouNote:
    """Let a note leave in some minutes, or replace its words while it waits; return it.

    The same words again change nothing. Raises ActionNotAllowed outside the pair, when it is not
    the time for notes, without words, and once the note has left.
    """
    at = at or timezone.now()
    locked = _locked(match, by)
    if not may_write(locked, at):
        raise ActionNotAllowed(
            _("You can write a thank-you note when your time together is coming to its end.")
        )
    if not text.strip():
        raise ActionNotAllowed(_("Write a few words first: the note is empty."))
    leaves = {"text": text, "written_at": at, "leaves_at": at + HOLD}
    note, is_new = ThankYouNote.system.get_or_create(match=locked, author=by, defaults=leaves)
    if not is_new:
        if note.text == text:
            return note
        _check_waits(note, at)
        for name, value in leaves.items():
            setattr(note, name, value)
        note.wording += 1
        note.save()
    enqueue(
        "thank-you",
        to=locked.partner_of(by),
        about=note,
        ordinal=note.wording,
        due_at=note.leaves_at,
        at=at,
    )
    return note


@transaction.atomic
def take_back(match: Match, *, by: User, at: datetime | None = None) -> None:
    """Delete the note of `by` before it leaves; without one nothing happens.

    Raises ActionNotAllowed outside the pair, and once the note has left.
    """
    at = at or timezone.now()
    note = ThankYouNote.system.filter(match=_locked(match, by), author=by).first()
    if note is not None:
        _check_waits(note, at)
        cancel_about(note, why=TAKEN_BACK, at=at)
        note.delete()


def _locked(match: Match, by: User) -> Match:
    """Return the match as it is now, locked. Raises ActionNotAllowed outside the pair."""
    if by not in match.people:
        raise ActionNotAllowed(_("Only the two people of a pair can do this."))
    return Match.objects.select_for_update(no_key=True, of=("self",)).with_people().get(pk=match.pk)


def _check_waits(note: ThankYouNote, at: datetime) -> None:
    if note.has_left(at):
        raise ActionNotAllowed(
            _("Your note has left already, so it stays as it is. You can thank them in person.")
        )
