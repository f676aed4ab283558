"""Before a meeting: the agenda, private notes, and the next steps of earlier meetings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from accounts.models import User

from .locking import lock_meeting
from .models import Agenda, LogEntry, Meeting, PrivateNote


@transaction.atomic
def save_agenda(
    meeting: Meeting, answers: Mapping[str, str], *, by: User, at: datetime | None = None
) -> None:
    """Save the mentee's `answers` (by the names of `Agenda.PROMPTS`) and the `place`, if given.

    Both people may change the place; the mentor leaves the answers as they are. Raises
    ActionNotAllowed outside the pair, for a meeting that is not ahead, and after the match's end.
    """
    lock_meeting(meeting, by=by)
    if not meeting.is_ahead(at or timezone.now()):
        raise ActionNotAllowed(_("This meeting is not ahead any more. Add a note to it instead."))
    allowed = {"place"} if by != meeting.match.mentee.person else {"place", *Agenda.PROMPTS}
    changes: dict[str, object] = {name: answers[name] for name in answers if name in allowed}
    if allowed != {"place"}:
        changes["author"] = by
    Agenda.objects.visible_to(by).update_or_create(meeting=meeting, defaults=changes)


@transaction.atomic
def save_private_note(meeting: Meeting, text: str, *, by: User, at: datetime | None = None) -> None:
    """Save the private note of `by`; an empty one is deleted. Raises as `locking.lock_meeting`."""
    lock_meeting(meeting, by=by)
    mine = PrivateNote.objects.visible_to(by)
    if text:
        note = {"text": text, "written_at": at or timezone.now()}
        mine.update_or_create(meeting=meeting, author=by, defaults=note)
    else:
        mine.filter(meeting=meeting).delete()


@transaction.atomic
def set_step_done(
    meeting: Meeting, author: User, *, by: User, is_done: bool, at: datetime | None = None
) -> None:
    """Tick the next step that `author` noted after `meeting`, or take the tick away.

    A second click changes nothing. Raises ActionNotAllowed outside the pair and after its end.
    """
    lock_meeting(meeting, by=by)
    entries = LogEntry.objects.visible_to(by).filter(meeting=meeting, author=author)
    if is_done:
        entries.filter(step_done_at=None).update(step_done_at=at or timezone.now())
    else:
        entries.update(step_done_at=None)
