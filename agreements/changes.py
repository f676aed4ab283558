"""What has changed in the text since the version before, or since the draft was first shared."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext, override

from programs.role_names.speaking import speaking_for

from .models import AgreementVersion
from .text import (
    FIXED,
    Content,
    Statement,
    Words,
    clean,
    content_for_record,
    statements_of,
)

Snapshot = dict[str, list[str]]  # {code: [part, label, words]}, as it is stored
Pieces = tuple[tuple[str, str], ...]  # (operation, words): "same", "del" or "ins"


@dataclass(frozen=True)
class Change:
    """One statement that was "added", "removed" or "changed" (`kind`)."""

    kind: str
    part: str
    label: Words
    before: Pieces
    after: Pieces


def snapshot(content: Content) -> Snapshot:
    """Return the statements for a later `changes`, labelled in the language of this moment."""
    return _snapshot(statements_of(content))


def _snapshot(lines: list[Statement]) -> Snapshot:
    return {line.code: [line.part, str(line.label), clean(str(line.value))] for line in lines}


def snapshots(content: Content) -> dict[str, Snapshot]:
    """Return {language: its `snapshot`}: the partner may read another language."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with override(language), speaking_for(content.version.match.program):
            found[language] = snapshot(content)
    return found


def changes_since(version: AgreementVersion, content: Content) -> tuple[str, list[Change]]:
    """Compare with the version before, or with the draft as it was first shared.

    Return a heading ("" when there is nothing to compare with) and the changes.
    """
    previous = AgreementVersion.objects.filter(
        agreement=version.agreement, number__lt=version.number, signed_at__isnull=False
    ).last()
    if previous is not None:
        previous.agreement = version.agreement
        before = snapshot(content_for_record(previous))
        return gettext("Changes since the previous version"), changes(before, content)
    if version.state != AgreementVersion.State.DRAFT and content.text.shared_snapshot:
        before = _as_shared(content.text.shared_snapshot)
        return gettext("Changes since the draft was first shared"), changes(before, content)
    return "", []


def _as_shared(stored: dict[str, Any]) -> Snapshot:
    """Return what was shared, in the language of the reader; at first, one language was stored."""
    default: Snapshot = stored.get(settings.LANGUAGE_CODE, stored)
    found: Snapshot = stored.get(get_language(), default)
    return found


def changes(before: Snapshot, content: Content) -> list[Change]:
    """Return what changed since `before`, in the order of the text, removed statements last."""
    now = {line.code: line for line in statements_of(content)}
    if not any(_is_fixed(code) for code in before):  # from before the program had texts in it
        now = {code: line for code, line in now.items() if not _is_fixed(code)}
    return _changes(before, now)


def fixed_changes(before: list[Statement], now: list[Statement]) -> list[Change]:
    """Return what is different between two wordings of the program."""
    return _changes(_snapshot(before), {line.code: line for line in now})


def _changes(before: Snapshot, now: dict[str, Statement]) -> list[Change]:
    found = [_compare(before.get(code), line) for code, line in now.items()]
    gone = [
        Change("removed", part, label, (("del", words),), ())
        for part, label, words in _missing(before, now)
    ]
    return [change for change in found if change is not None] + gone


def _is_fixed(code: str) -> bool:
    return code.startswith(f"{FIXED} ")


def _missing(before: Snapshot, now: dict[str, Statement]) -> Iterable[tuple[str, str, str]]:
    return ((entry[0], entry[1], entry[2]) for code, entry in before.items() if code not in now)


def _compare(was: list[str] | None, line: Statement) -> Change | None:
    words = clean(str(line.value))
    if was is None:
        return Change("added", line.part, line.label, (), (("ins", words),))
    if was[2] == words:
        return None
    before, after = word_difference(was[2], words)
    return Change("changed", line.part, line.label, before, after)


def word_difference(before: str, after: str) -> tuple[Pieces, Pieces]:
    """Cut both texts into pieces: "same" in both, "del" in the first, "ins" in the second."""
    old, new = re.findall(r"\s+|\S+", before), re.findall(r"\s+|\S+", after)
    left, right = [], []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for operation, a, b, c, d in matcher.get_opcodes():
        if operation == "equal":
            left.append(("same", "".join(old[a:b])))
            right.append(("same", "".join(new[c:d])))
            continue
        if a < b:
            left.append(("del", "".join(old[a:b])))
        if c < d:
            right.append(("ins", "".join(new[c:d])))
    return tuple(left), tuple(right)
