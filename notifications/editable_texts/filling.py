"""Put facts into a program's own words: plain substitution, once, and nothing is a template."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.html import escape, format_html

from .product_words import SEVERAL

PLACEHOLDER = re.compile(r"\{(\w+)\}")
# A placeholder never becomes part of a link, nor do quotation marks around it.
NO_PART = r"\s<>\"'“”‘’«»{}"
LINK = re.compile(rf"(https://[^{NO_PART}]*[^{NO_PART}.,;:!?)])")
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
        text = _as_html(text)
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def _as_html(text: str) -> str:
    # Links are found before anything is escaped: "&quot;" would become part of one.
    pieces = [
        format_html('<a href="{0}">{0}</a>', piece) if at % 2 else escape(piece)
        for at, piece in enumerate(LINK.split(text))
    ]
    return "".join(pieces).replace("\n", "<br>")
