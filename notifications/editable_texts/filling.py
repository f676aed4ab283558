"""Put facts into a program's own words: plain substitution, once, and nothing is a template."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.html import escape

from .product_words import SEVERAL

PLACEHOLDER = re.compile(r"\{(\w+)\}")
# In escaped text. A placeholder never becomes part of a link.
LINK = re.compile(r"https://[^\s<>\"'{}]*[^\s<>\"'{}.,;:!?)]")
LANGUAGES_WITH_ONE_ZERO = frozenset({"fr"})  # "0 jour": no thing is one thing


def form_for(name: str, count: object, language: str) -> str:
    """Return the field of a text for a number of things; None as `count` has one form only."""
    if count is None:
        return name
    has_one_zero = language.partition("-")[0] in LANGUAGES_WITH_ONE_ZERO
    is_one = count == 1 or (has_one_zero and count == 0)
    return name if is_one else f"{name}{SEVERAL}"


def placeholders_in(text: str) -> list[str]:
    """Return the names of the placeholders in a text, each once, in order."""
    return list(dict.fromkeys(PLACEHOLDER.findall(text)))


def fill(text: str, values: Mapping[str, str], *, is_html: bool) -> str:
    """Return `text` with its placeholders replaced by `values`, which are escaped already.

    In HTML the text itself is escaped here, lines are kept and https addresses become links. The
    result goes into an e-mail as it is.
    """
    if is_html:
        text = LINK.sub(r'<a href="\g<0>">\g<0></a>', escape(text)).replace("\n", "<br>")
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)
