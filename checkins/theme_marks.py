"""Marking themes on what people wrote, until the themes of the survey are counted.

1. Only who may read the answer as a carer or chair marks it, and nobody marks their own.
2. A mark belongs to the words: it goes when they are changed or erased.
3. Once the themes of a result are counted, its marks stay as they are: a second count would tell
   who was added.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User

from .models import Answer, CheckIn, Question, Theme, ThemeMark, Wave


def markable(checkin: CheckIn, reader: User) -> list[Answer]:
    """Return the answers in words that `reader` may mark."""
    if checkin.person_id == reader.pk:
        return []
    rows = Answer.objects.for_committee(reader).filter(checkin=checkin)
    found = rows.filter(question__kind=Question.Kind.TEXT).select_related("question__survey")
    return [answer for answer in found if answer.text]


def words_of(text: str) -> str:
    """Return what tells one text of an answer from the next, without its words."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def is_closed(wave: Wave | None) -> bool:
    """Return whether the themes of a result are counted, or it is from before there were any."""
    return wave is not None and (wave.themes_counted_at is not None or wave.themes_due_at is None)


@transaction.atomic
def change_marks(
    checkin: CheckIn,
    answer_id: int,
    *,
    by: User,
    add: Collection[int] = (),
    remove: Collection[int] = (),
    words: str | None = None,
    at: datetime | None = None,
) -> None:
    """Mark and unmark themes, by primary key, on one answer of the check-in.

    `words` are the `words_of` the text that the member has read: marks belong to its words.
    What is there already is left as it is. Raises ActionNotAllowed for whoever may not read the
    answer, once the themes are counted, and for a theme that can't be marked any more.
    """
    # Locks the check-in before its result: publishing the result moves it there.
    row = CheckIn.objects.select_for_update(no_key=True, of=("self",)).get(pk=checkin.pk)
    texts = {answer.pk: answer.text for answer in markable(checkin, by)}
    if answer_id not in texts or words not in (None, words_of(texts[answer_id])):
        raise ActionNotAllowed(
            _("You can't mark this answer. It was changed, or another member must read it.")
        )
    wave = (
        Wave.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk=row.wave_id or 0)
        .first()
    )
    if is_closed(wave):
        raise ActionNotAllowed(
            _("The themes of this survey are counted. Its marks can't be changed any more.")
        )
    known = Theme.objects.current(checkin.program).in_bulk(add)
    if set(add) - known.keys():
        raise ActionNotAllowed(
            _("A theme that you chose is no longer in use. Reload the page and choose again.")
        )
    marks = ThemeMark.system.filter(answer=answer_id)
    marks.filter(theme__in=remove).delete()
    moment = at or timezone.now()
    rows = [
        ThemeMark(answer_id=answer_id, theme_id=theme, marked_by=by, marked_at=moment)
        for theme in sorted(add)
    ]
    ThemeMark.system.bulk_create(rows, ignore_conflicts=True)


def drop_marks_of_changed(checkin: CheckIn, given: Iterable[Answer]) -> None:
    """Delete the marks on answers that are about to say something else."""
    texts = {answer.question_id: answer.text for answer in given}
    stored = Answer.system.filter(checkin=checkin).only("pk", "question", "text")
    changed = [row.pk for row in stored if row.text and texts.get(row.question_id) != row.text]
    if changed:
        ThemeMark.system.filter(answer__in=changed).delete()
