"""Plain words of the committee in place of the product's subject and text of an e-mail.

They may hold placeholders such as {partner}, which are replaced by plain substitution, once: what a
placeholder stands for is never read as a placeholder again, and nothing is a template. In the HTML
part everything is escaped; empty lines part paragraphs, and lines that begin with "- " are a list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from accounts.models import User

from .models import Match

PLACEHOLDER = re.compile(r"\{(\w+)\}")
LIST_ITEM = "- "


@dataclass(frozen=True)
class EditedWords:
    """The committee's subject and text of an e-mail, each with its placeholders.

    An empty one leaves the product's in its place.
    """

    subject: str = ""
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.subject or self.text)

    def or_else(self, others: EditedWords) -> EditedWords:
        """Return these words, with those of `others` where there are none."""
        return EditedWords(self.subject or others.subject, self.text or others.text)

    def without(self, usual: EditedWords) -> EditedWords:
        """Return these words without what `usual` says as well."""
        subject = "" if self.subject == usual.subject else self.subject
        return EditedWords(subject, "" if self.text == usual.text else self.text)


USUAL = EditedWords()  # the product's words

WordsFinder = Callable[[Match, User], EditedWords]
FINDERS: list[WordsFinder] = []  # at most one


def introduction_words(find: WordsFinder) -> WordsFinder:
    """Register `find(match, person)`: the committee's words for an introduction, if any."""
    FINDERS[:] = [find]
    return find


def edited_introduction(match: Match, person: User) -> EditedWords:
    """Return the committee's words for an introduction with their placeholders, if any."""
    return FINDERS[0](match, person) if FINDERS else USUAL


def unknown_placeholders(text: str, known: Iterable[str]) -> list[str]:
    """Return the placeholders in `text` that are not `known`, each once, in order."""
    return [name for name in dict.fromkeys(PLACEHOLDER.findall(text)) if name not in set(known)]


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with its placeholders replaced; unknown ones stay as they are."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def edited_context(edited: EditedWords, values: Mapping[str, str]) -> dict[str, object]:
    """Return what the templates of an e-mail need to show `edited` in place of their own words.

    `edited_blocks` are (is a list, lines) for the HTML part. Without words nothing.
    """
    context: dict[str, object] = {}
    if edited.subject.strip():
        context["edited_subject"] = fill(edited.subject, values).strip()
    if edited.text.strip():
        words = fill(edited.text, values).replace("\r\n", "\n").strip()
        context |= {"edited_text": words, "edited_blocks": _blocks(words)}
    return context


def _blocks(text: str) -> list[tuple[bool, list[str]]]:
    blocks = []
    for paragraph in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in paragraph.split("\n")]
        for is_list, some in groupby(lines, key=lambda line: line.startswith(LIST_ITEM)):
            blocks.append((is_list, [line.removeprefix(LIST_ITEM) for line in some]))
    return blocks
