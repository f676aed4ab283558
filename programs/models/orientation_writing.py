"""Put the product's parts and questions of an orientation together from translated sentences."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.text import format_lazy

Words = Promise | str


def heading(text: Words) -> Words:
    return format_lazy("# {}", text)


def items(*lines: Words) -> Words:
    return format_lazy("\n".join(["- {}"] * len(lines)), *lines)


def module(title: Words, *parts: Words) -> Words:
    """Return a part to read: its title, then headings, paragraphs and lists."""
    return format_lazy("\n\n".join(["{}"] * (len(parts) + 1)), title, *parts)


def question(text: Words, answers: tuple[Words, ...], right: int, explanation: Words) -> Words:
    """Return a question; the answer at the index `right` is the right one."""
    marks = ["+ {}" if place == right else "- {}" for place in range(len(answers))]
    return format_lazy("\n".join(["{}", *marks, "{}"]), text, *answers, explanation)
