"""The cells of a list: named for cards on a phone, values as sentences begin, words for nothing.

Labels of choices are lower case, because sentences use them; a cell begins with a capital. The
first column is a name and stays as it was written.
"""

from __future__ import annotations

from django.contrib.admin.templatetags.admin_list import (
    result_headers,
    result_hidden_fields,
    results,
)
from django.contrib.admin.views.main import ChangeList
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _


def empty_value() -> str:
    """Return what stands where there is no value: a dash to see, a word to hear."""
    words = _("empty")
    return format_html(
        '<span class="wm-none"><span aria-hidden="true">–</span>'
        '<span class="visually-hidden">{}</span></span>',
        words,
    )


def as_sentence(text: str) -> str:
    """Begin a value with a capital, unless its first word is an address or the name of a file."""
    first = text.split(maxsplit=1)[0].rstrip(".,:;") if text.strip() else ""
    return text if set(first) & {"@", ".", "/"} else str(capfirst(text))


def labelled_results(changelist: ChangeList) -> dict[str, object]:
    """Return the context of Django's table of results, each cell named by its column."""
    headers = list(result_headers(changelist))
    names = [capfirst(str(header["text"])) for header in headers]
    rows = [
        [labelled(str(cell), name) for cell, name in zip(row, names, strict=True)]
        for row in results(changelist)
    ]
    hidden = list(result_hidden_fields(changelist))
    return {"result_hidden_fields": hidden, "result_headers": headers, "results": rows}


def labelled(cell: str, name: str) -> SafeString:
    """Return a cell that Django made, named by its column unless it is the row's name or box."""
    opening, _bracket, content = cell.partition(">")
    if opening.startswith("<td") and "action-checkbox" not in opening:
        opening += format_html(' data-label="{}"', name)
        text, tag, rest = content.partition("<")
        content = as_sentence(text) + tag + rest
    return mark_safe(f"{opening}>{content}")  # noqa: S308  # Django made it
