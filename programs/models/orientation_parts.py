"""How a text of the orientation is written: lines that become a part to read, or a question.

A part to read: the title on the first line, then paragraphs. A line that begins with "# " is a
heading, lines that begin with "- " are a list. A question: the question on the first line, then one
answer a line, "- " before a wrong and "+ " before the right one, then the explanation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple

from django.utils.translation import gettext as _

HEADING, ITEM, RIGHT, WRONG = "# ", "- ", "+ ", "- "


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph (one line each) or a list (one line for each item)."""

    kind: str  # "heading", "paragraph" or "list"
    lines: list[str]


class Option(NamedTuple):
    """An answer to choose; its code stays the same while its words do."""

    code: str
    text: str
    is_right: bool


class CheckQuestion(NamedTuple):
    text: str
    options: list[Option]
    explanation: str

    @property
    def right(self) -> str:
        """The code of the right answer, "" if the text does not say which one is right."""
        return next((one.code for one in self.options if one.is_right), "")


def title_of(text: str) -> str:
    return text.strip().partition("\n")[0].strip()


def blocks(text: str) -> list[Block]:
    """Return what stands below the title, in order."""
    return list(_blocks(text.strip().partition("\n")[2]))


def _blocks(text: str) -> Iterator[Block]:
    lines = [line.strip() for line in text.splitlines()]
    for kind, found in groupby(lines, key=_kind_of):
        said = [_without_mark(line, kind) for line in found]
        if kind == "list":
            yield Block(kind, said)
        elif kind:
            yield from (Block(kind, [line]) for line in said)


def _kind_of(line: str) -> str:
    if line.startswith(HEADING):
        return "heading"
    if line.startswith(ITEM):
        return "list"
    return "paragraph" if line else ""


def _without_mark(line: str, kind: str) -> str:
    return line if kind == "paragraph" else line[2:].strip()


def count_words(text: str) -> int:
    """Count what is read, without the marks of headings, lists and answers."""
    return sum(1 for word in text.split() if word not in {"#", "-", "+"})


def question_of(text: str) -> CheckQuestion:
    """Read a question, its answers and its explanation out of a text."""
    lines = [line.strip() for line in text.strip().splitlines()]
    marked = [line for line in lines[1:] if line.startswith((RIGHT, WRONG))]
    others = [line for line in lines[1:] if line and line not in marked]
    options = [Option(_code_of(line), line[2:].strip(), line.startswith(RIGHT)) for line in marked]
    return CheckQuestion(title_of(text), options, " ".join(others))


def _code_of(line: str) -> str:
    """Return a short code that does not tell which answer is right."""
    return sha256(line[2:].strip().encode()).hexdigest()[:10]


def module_problems(text: str) -> list[str]:
    """Return why a text can't be a part to read, in words for the member who wrote it."""
    if blocks(text):
        return []
    return [_("Write the title on the first line, and the text below it.")]


def question_problems(text: str) -> list[str]:
    """Return why a text can't be a question, in words for the member who wrote it."""
    question = question_of(text)
    said = [one.text for one in question.options]
    problems = []
    if not question.text or question.text.startswith((RIGHT, WRONG)):
        problems.append(_("Write the question on the first line."))
    if len(said) < 2 or not all(said) or len(set(said)) < len(said):
        problems.append(_("Write at least two different answers, each on a line of its own."))
    if [one.is_right for one in question.options].count(True) != 1:
        problems.append(_("Put “+” before the one right answer, and “-” before the others."))
    if not question.explanation:
        problems.append(_("Explain below the answers why the right one is right."))
    return problems
