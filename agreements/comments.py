"""Comments on a part of the agreement, and changes that one of the two suggests.

1. A comment belongs to a text that both have before them: one shared for signing, or in force. A
   draft is simply changed.
2. The other person answers it, sets it aside, or accepts what it suggests; the author can take it
   back. After that it stays as it is.
3. A suggestion holds the whole part as its author would write it. Accepting it is an edit of the
   text by the one who accepts, with all that an edit does: signatures are withdrawn, and a text in
   force gets a new version.
4. Whoever accepts names the text that they had read, as for any edit.
5. Only the two read comments, and several within some minutes make one e-mail.
"""

from __future__ import annotations

import json
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match
from matches.pair_lock import lock_row
from notifications.outbox import enqueue, is_waiting
from workflow.states import move

from . import amending, drafting, text
from .changes import Change, changes, snapshot
from .drafting import ConflictingEdit, PartValues
from .models import PARTS, AgreedActivity, AgreedGoal, AgreementVersion, PartComment

State = PartComment.State
DELAY = timedelta(minutes=15)  # comments within this time make one e-mail

PAIR_ONLY = _("Only the two people of a match can comment on its agreement.")
CLOSED = _("This match has ended, so its agreement can no longer be commented on.")
NOT_SHARED = _("This text is still a draft. Change it directly, or share it first.")
NO_WORDS = _("Write your comment first: it is empty.")
NO_CHANGE = _("This says the same as the agreement. Change something, or write a comment instead.")
NOT_OPEN = _("This comment has been answered or taken back already.")
OTHER_ONLY = _("Only the other person can answer a comment. You can take yours back.")
AUTHOR_ONLY = _("Only its author can take a comment back. You can answer it or set it aside.")


def may_comment_on(version: AgreementVersion, user: User) -> bool:
    """Whether `user`, one of the pair, may comment on `version` now."""
    is_before_both = version.state in {
        AgreementVersion.State.SHARED,
        AgreementVersion.State.SIGNED,
    }
    return is_before_both and version.match.state != Match.State.CLOSED and version.is_of(user)


def of_match(match: Match, reader: User) -> list[PartComment]:
    """Return all comments on the agreement of `match`, oldest first; none for anyone else."""
    rows = PartComment.objects.visible_to(reader).of_match(match)
    return list(rows.select_related("author", "version"))


def count_waiting(match: Match, reader: User) -> int:
    """Return how many comments of the partner wait for an answer of `reader`."""
    rows = PartComment.objects.visible_to(reader).of_match(match).open()
    return rows.exclude(author=reader).count()


@transaction.atomic
def comment(
    version: AgreementVersion,
    part: str,
    *,
    words: str,
    by: User,
    read: tuple[int, int] | None = None,
    at: datetime | None = None,
) -> PartComment:
    """Comment on `part` of `version` and tell the partner; the same again changes nothing.

    `read` is the (number of the version, revision of the part) that `by` had read; None: as they
    are now. Raises ActionNotAllowed outside the pair, after its end, for a draft, and without
    words.
    """
    if not words.strip():
        raise ActionNotAllowed(NO_WORDS)
    at = at or timezone.now()
    return _write(version, part, words=words, proposed={}, by=by, read=read, at=at)


@transaction.atomic
def suggest(
    version: AgreementVersion,
    part: str,
    values: PartValues,
    *,
    words: str = "",
    by: User,
    read: tuple[int, int] | None = None,
    at: datetime | None = None,
) -> PartComment:
    """Suggest other values for `part`, in the shape of `drafting.part_values`.

    `read` is as in `comment`. Raises as `comment`, without needing words, and when nothing would
    change.
    """
    if drafting.says_the_same(drafting.part_values(version, part), values):
        raise ActionNotAllowed(NO_CHANGE)
    at = at or timezone.now()
    return _write(version, part, words=words, proposed=values, by=by, read=read, at=at)


def _write(
    version: AgreementVersion,
    part: str,
    *,
    words: str,
    proposed: PartValues,
    by: User,
    read: tuple[int, int] | None,
    at: datetime,
) -> PartComment:
    _lock(version.match, by)
    version.refresh_from_db(fields=["state", *(f"{name}_revision" for name in PARTS)])
    if not may_comment_on(version, by):
        raise ActionNotAllowed(NOT_SHARED)
    for row in PartComment.objects.visible_to(by).open().filter(version=version, part=part):
        if row.author_id == by.pk and (row.text, row.proposed) == (words, proposed):
            return row
    number, revision = read or (version.number, version.revision_of(part))
    row = PartComment.objects.create(
        version=version,
        part=part,
        part_revision=revision if number == version.number else 0,
        author=by,
        written_at=at,
        text=words,
        values_json=json.dumps(proposed) if proposed else "",
    )
    _tell("agreement-comment", row, version.match.partner_of(by), at)
    return row


def _lock(match: Match, by: User) -> None:
    """Keep the match from ending meanwhile. Raises ActionNotAllowed outside it, and when ended."""
    if by not in match.people:
        raise ActionNotAllowed(PAIR_ONLY)
    if lock_row(match.pk) == Match.State.CLOSED:
        raise ActionNotAllowed(CLOSED)


def _tell(kind: str, row: PartComment, person: User, at: datetime) -> None:
    """Enqueue one e-mail for all that was said on the agreement within `DELAY`."""
    others = PartComment.objects.visible_to(person).of_match(row.match)
    recent = others.filter(written_at__gt=at - DELAY) | others.filter(resolved_at__gt=at - DELAY)
    if not any(is_waiting(kind, person=person, about=other) for other in recent):
        enqueue(kind, to=person, about=row, due_at=at + DELAY, at=at)


def _resolve(row: PartComment, to: str, *, by: User, at: datetime, words: str = "") -> None:
    """Move an open comment on. Raises ActionNotAllowed unless `by` is the one to do it."""
    _lock(row.match, by)
    if (row.author_id == by.pk) != (to == State.WITHDRAWN):
        raise ActionNotAllowed(AUTHOR_ONLY if to == State.WITHDRAWN else OTHER_ONLY)
    row.refresh_from_db(fields=["state"])
    if row.state != State.OPEN:
        raise ActionNotAllowed(NOT_OPEN)
    move(row, to, by=by, at=at, resolved_at=at, answer=words)


@transaction.atomic
def answer(row: PartComment, *, words: str, by: User, at: datetime | None = None) -> None:
    """Answer a comment of the partner and tell them; the same answer again changes nothing.

    Raises ActionNotAllowed for anyone else, without words, and when it is resolved otherwise.
    """
    at = at or timezone.now()
    if not words.strip():
        raise ActionNotAllowed(_("Write your answer first: it is empty."))
    if (row.state, row.answer) == (State.ANSWERED, words) and by in row.match.people:
        return
    _resolve(row, State.ANSWERED, by=by, at=at, words=words)
    _tell("agreement-comment-answered", row, row.author, at)


@transaction.atomic
def set_aside(row: PartComment, *, by: User, at: datetime | None = None) -> None:
    """Leave a comment of the partner as read, without changing the text; twice changes nothing."""
    at = at or timezone.now()
    if row.state == State.SET_ASIDE and by in row.match.people:
        return
    _resolve(row, State.SET_ASIDE, by=by, at=at)
    _tell("agreement-comment-answered", row, row.author, at)


@transaction.atomic
def take_back(row: PartComment, *, by: User, at: datetime | None = None) -> None:
    """Take back a comment of one's own that waits for an answer; twice changes nothing."""
    if row.state == State.WITHDRAWN and row.author_id == by.pk:
        return
    _resolve(row, State.WITHDRAWN, by=by, at=at or timezone.now())


@transaction.atomic
def accept(
    row: PartComment, *, expected: tuple[int, int], by: User, at: datetime | None = None
) -> AgreementVersion:
    """Write what a comment suggests into the text, as an edit by the one who accepts.

    `expected` is the (number of the version, revision of the part) that `by` had read. Return the
    version that has the change: a new one if the text was in force. Accepting twice changes
    nothing. Raises ActionNotAllowed for anyone but the partner of the author, for a comment
    without a suggestion and one that is resolved; ConflictingEdit when the text has moved on.
    """
    at = at or timezone.now()
    is_done = row.state == State.ACCEPTED and by in row.match.people
    if row.values_json and not is_done:
        _resolve(row, State.ACCEPTED, by=by, at=at)
    current = drafting.current_version(row.match)
    if current is None or not row.values_json:
        raise ActionNotAllowed(_("This comment suggests no change that could be accepted."))
    if is_done:
        return current
    if expected != (current.number, current.revision_of(row.part)):
        raise ConflictingEdit(current)
    version = current if current.is_editable else amending.amend(row.match, by=by, at=at)
    revision = version.revision_of(row.part)
    values = {**drafting.part_values(version, row.part), **row.proposed}
    saved = drafting.save_part(
        row.match, row.part, values, expected_revision=revision, by=by, at=at
    )
    if saved.state == AgreementVersion.State.DRAFT:  # else the e-mail asks to sign the new text
        _tell("agreement-comment-answered", row, row.author, at)
    return saved


def difference(row: PartComment, version: AgreementVersion, reader: User) -> list[Change]:
    """Return what accepting `row` would change in `version`; empty for a comment."""
    content = text.content_for(version, reader)
    if content is None or not row.proposed:
        return []
    return changes(snapshot(content), with_values(content, row.part, row.proposed))


def with_values(content: text.Content, part: str, values: PartValues) -> text.Content:
    """Return the content as it would be with other values of one part; nothing is saved."""
    version, texts = copy(content.version), copy(content.text)
    for name in drafting.COLUMNS.get(part, ()):
        setattr(version, name, values[name])
    for name in drafting.TEXTS.get(part, ()):
        setattr(texts, name, values[name])
    changed = replace(content, version=version, text=texts)
    if part == "goals":
        return replace(changed, goals=tuple(AgreedGoal(**goal) for goal in values["goals"]))
    if part == "activities":
        return replace(
            changed, activities=tuple(AgreedActivity(text=t) for t in values["activities"])
        )
    return changed
