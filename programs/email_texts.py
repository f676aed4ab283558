"""The texts of e-mails in a program's own words: a draft, versions, and what is wrong with them.

1. Chairs write a draft, look at it, and publish it. What is published is a version with its author
   and time; nothing is overwritten.
2. A published version counts for every e-mail that is made from then on. E-mails are made when they
   are sent, so that those that wait in the outbox have the new words too.
3. Going back to our words, or to an older version, is a new version.
4. Who saves says which state they have read. If someone else has saved since, nothing is saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications.editable_texts.blocks import Block, editable_blocks, is_editable
from notifications.editable_texts.checking import check_text, plain
from notifications.editable_texts.own_texts import own_texts_finder
from notifications.editable_texts.product_words import SEVERAL
from notifications.kinds import KINDS

from .committee import Role, has_role
from .models import EmailText, Program

Texts = dict[str, str]  # {field: text}
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


class TextsChanged(Exception):
    """Someone else has saved the texts since they were read; `newest` is what they saved."""

    def __init__(self, newest: EmailText | None) -> None:
        super().__init__(newest)
        self.newest = newest


@dataclass(frozen=True)
class Versions:
    """What a program has of one kind in one language."""

    draft: EmailText | None
    current: EmailText | None

    @property
    def stamp(self) -> str:
        """Return what changes with every change, to notice that someone else was faster."""
        number = self.current.number if self.current else 0
        return f"{number}.{self.draft.at.isoformat()}" if self.draft else f"{number}."

    @property
    def texts(self) -> Texts:
        """Return the published texts; {} for our words."""
        return dict(self.current.texts) if self.current else {}

    @property
    def written(self) -> Texts:
        """Return the texts to go on writing: those of the draft, or else the published ones."""
        return dict(self.draft.texts) if self.draft else self.texts


@own_texts_finder
def own_texts(program_id: int, kind: str, language: str) -> Mapping[str, str]:
    """Return the published texts of a kind in exactly this language."""
    rows = EmailText.objects.of(program_id, kind, language).published()
    return rows.values_list("texts", flat=True).first() or {}


def versions_of(program: Program, kind: str, language: str) -> Versions:
    """Return the draft and the published version, from one query each."""
    rows = EmailText.objects.of(program, kind, language).select_related("by")
    return Versions(rows.drafts().first(), rows.published().first())


def in_use(program: Program) -> dict[tuple[str, str], EmailText]:
    """Return what was published last, by kind and language, from one query."""
    rows = EmailText.objects.filter(program=program).published().order_by("number")
    return {(row.kind, row.language): row for row in rows.select_related("by")}


def drafts(program: Program) -> set[tuple[str, str]]:
    """Return the kinds and languages with a draft."""
    rows = EmailText.objects.filter(program=program).drafts()
    return set(rows.values_list("kind", "language"))


def defaults_of(kind: str, language: str) -> Texts:
    """Return our words of every text of a kind that can be written, by field."""
    found: Texts = {}
    for block in editable_blocks(kind).values():
        found |= block.defaults(language)
    return found


def moved_defaults(row: EmailText) -> dict[str, tuple[str, str]]:
    """Return {field: (our words then, our words now)} where a release has changed ours since.

    Only of texts that the program has written; ours now are "" for a text that is gone.
    """
    now = defaults_of(row.kind, row.language) if is_editable(row.kind) else {}
    then: Mapping[str, str] = row.defaults
    return {
        field: (then.get(field, ""), now.get(field, ""))
        for field in row.texts
        if then.get(field, "") != now.get(field, "")
    }


def clean(kind: str, language: str, texts: Mapping[str, str]) -> Texts:
    """Return what of `texts` is in the program's own words. Raises ValidationError by field."""
    found: Texts = {}
    errors: dict[str, list[str]] = {}
    for block in editable_blocks(kind).values():
        given = {field: plain(texts.get(field, "")) for field in block.fields}
        if any(given.values()) and given != block.defaults(language):
            errors |= _errors(block, given)
            found |= given
    if errors:
        raise ValidationError(errors)
    return found


def _errors(block: Block, given: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what is wrong with the texts of one block, by field."""
    found: dict[str, list[str]] = {}
    for field, text in given.items():
        if not text:
            found[field] = [
                _("Write the text for several, too.")
                if field.endswith(SEVERAL)
                else _("Write the text for one, too.")
            ]
            continue
        try:
            check_text(block, field, text)
        except ValidationError as error:
            found[field] = error.messages
    return found


def save_draft(
    program: Program,
    kind: str,
    language: str,
    texts: Mapping[str, str],
    *,
    by: User,
    seen: str,
) -> EmailText | None:
    """Keep texts as the draft; return it, or None if they say what is published already.

    `seen`: the `Versions.stamp` that `by` has read. Raises ActionNotAllowed for anyone but a chair,
    ValidationError by field, and TextsChanged if someone else has saved other words since.
    """
    with transaction.atomic():
        known = _lock(program, kind, language, by=by)
        own = clean(kind, language, texts)
        if known.draft and known.draft.texts == own:
            return known.draft
        _check_seen(known, seen)
        if known.draft:
            known.draft.delete()
        if own == known.texts:
            return None
        return _create(program, kind, language, own, by=by, number=None)


def publish(program: Program, kind: str, language: str, *, by: User, seen: str) -> EmailText:
    """Use the draft from the next e-mail on. Raises as `save_draft`, and if there is no draft."""
    with transaction.atomic():
        known = _lock(program, kind, language, by=by)
        _check_seen(known, seen)
        if known.draft is None:
            raise ActionNotAllowed(_("There is no draft to publish."))
        texts = known.draft.texts
        return _publish(program, kind, language, texts, known, by=by)


def use_again(
    program: Program, kind: str, language: str, number: int, *, by: User, seen: str
) -> EmailText:
    """Use an older version again. Raises as `save_draft`, also if it breaks a rule of today."""
    with transaction.atomic():
        known = _lock(program, kind, language, by=by)
        _check_seen(known, seen)
        older = EmailText.objects.of(program, kind, language).filter(number=number).first()
        if older is None:
            raise ActionNotAllowed(_("This version does not exist."))
        return _publish(program, kind, language, older.texts, known, by=by)


def use_ours(program: Program, kind: str, language: str, *, by: User, seen: str) -> EmailText:
    """Go back to our words. Raises as `save_draft`, and if ours are used already."""
    with transaction.atomic():
        known = _lock(program, kind, language, by=by)
        _check_seen(known, seen)
        return _publish(program, kind, language, {}, known, by=by)


def discard(program: Program, kind: str, language: str, *, by: User, seen: str) -> None:
    """Delete the draft. Raises as `save_draft`, and if there is none."""
    with transaction.atomic():
        known = _lock(program, kind, language, by=by)
        _check_seen(known, seen)
        if known.draft is None:
            raise ActionNotAllowed(_("There is no draft to discard."))
        known.draft.delete()


def _publish(
    program: Program,
    kind: str,
    language: str,
    texts: Mapping[str, str],
    known: Versions,
    *,
    by: User,
) -> EmailText:
    own = clean(kind, language, texts)
    if own == known.texts:
        raise ActionNotAllowed(_("These words are used already."))
    if known.draft:
        known.draft.delete()
    number = 1 + (known.current.number or 0 if known.current else 0)
    return _create(program, kind, language, own, by=by, number=number)


def _create(
    program: Program, kind: str, language: str, texts: Texts, *, by: User, number: int | None
) -> EmailText:
    ours = defaults_of(kind, language)
    return EmailText.objects.create(
        program=program,
        kind=kind,
        language=language,
        number=number,
        texts=texts,
        defaults={field: ours[field] for field in texts},
        by=by,
        at=timezone.now(),
    )


def _lock(program: Program, kind: str, language: str, *, by: User) -> Versions:
    """Return what there is now, and keep others from changing it meanwhile."""
    if not has_role(by, program, Role.CHAIR):
        raise ActionNotAllowed(_("You don't have permission to do this."))
    if language not in LANGUAGES or not is_editable(kind):
        raise ActionNotAllowed(_("The words of this e-mail can't be changed."))
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    return versions_of(program, kind, language)


def _check_seen(known: Versions, seen: str) -> None:
    """Refuse to change what someone has not read."""
    if known.stamp != seen:
        raise TextsChanged(known.draft or known.current)


def kinds_to_write() -> list[str]:
    """Return the kinds whose texts a committee may write."""
    return [name for name in KINDS if is_editable(name)]
