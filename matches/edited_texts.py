"""Plain words of the committee in place of the product's text of an e-mail.

They may hold placeholders such as {partner}, which are replaced by plain substitution, once: what a
placeholder stands for is never read as a placeholder again, and nothing is a template. In the HTML
part everything is escaped; empty lines part paragraphs, and lines that begin with "- " are a list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby

from accounts.models import User

from .models import Match

PLACEHOLDER = re.compile(r"\{(\w+)\}")
LIST_ITEM = "- "

TextFinder = Callable[[Match, User], str]
FINDERS: list[TextFinder] = []  # at most one


def introduction_text(find: TextFinder) -> TextFinder:
    """Register `find(match, person)`: the committee's words for an introduction, "" without any."""
    FINDERS[:] = [find]
    return find


def edited_introduction(match: Match, person: User) -> str:
    """Return the committee's words for an introduction with their placeholders, "" without any."""
    return FINDERS[0](match, person) if FINDERS else ""


def unknown_placeholders(text: str, known: Iterable[str]) -> list[str]:
    """Return the placeholders in `text` that are not `known`, each once, in order."""
    return [name for name in dict.fromkeys(PLACEHOLDER.findall(text)) if name not in set(known)]


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with its placeholders replaced; unknown ones stay as they are."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def edited_context(text: str, values: Mapping[str, str]) -> dict[str, object]:
    """Return what the templates of an e-mail need to show `text` in place of their own.

    `edited_blocks` are (is a list, lines) for the HTML part. Empty without a text.
    """
    if not text.strip():
        return {}
    words = fill(text, values).replace("\r\n", "\n").strip()
    return {"edited_text": words, "edited_blocks": _blocks(words)}


def _blocks(text: str) -> list[tuple[bool, list[str]]]:
    blocks = []
    for paragraph in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in paragraph.split("\n")]
        for is_list, some in groupby(lines, key=lambda line: line.startswith(LIST_ITEM)):
            blocks.append((is_list, [line.removeprefix(LIST_ITEM) for line in some]))
    return blocks
