"""What the committee's pages must not show: codes, dates and words of Python, names of models."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from notifications.kinds import KINDS

ROWS = 2  # of each state or kind of a list
NOT_SHOWN = re.compile(r"<(script|style|textarea|head)\b.*?</\1>|<!--.*?-->", re.DOTALL)
# Values of choices, kinds of e-mail, dates of a database, what Python prints of a model or value.
RAW = re.compile(
    r"(?<![\w@./#-])(?:[a-z]+(?:_[a-z0-9]+)+|"
    + "|".join(sorted(name for name in KINDS if name.count("-") > 1))
    + r")(?![\w@/-]|\.\w)"  # not in an address or the name of a file; a full stop may follow
    r"|\b\w+ object \(\d+\)|\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\b(?:None|True|False)\b"
    r"|\bView (?:survey|pair|program|cohort)\b"
)
# Chosen by the number of a row, where a name could be.
NUMBERED = re.compile(r'href="[^"]*__id__exact=\d+')


def shown(page: str) -> str:
    """Return the words that a page shows."""
    spaced = NOT_SHOWN.sub(" ", page).replace("<", " <")
    return " ".join(html.unescape(strip_tags(spaced)).split())


def raw_words_of(page: str) -> list[str]:
    return [*RAW.findall(shown(page)), *NUMBERED.findall(page)]


def addresses(client: Client) -> Iterator[str]:
    """Yield each list that the member may open, and the pages of a few rows of each kind."""
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        response = client.get(reverse(f"{name}_changelist"))
        if response.status_code != 200:
            continue
        yield reverse(f"{name}_changelist")
        tried: dict[tuple[object, object], int] = {}
        for row in response.context["cl"].result_list:
            sort = (getattr(row, "state", None), getattr(row, "kind", None))
            tried[sort] = tried.get(sort, 0) + 1
            if tried[sort] <= ROWS:
                yield reverse(f"{name}_change", args=[row.pk])


def raw_words(client: Client) -> dict[str, list[str]]:
    """Return {address: what it shows that no one should read}."""
    found: dict[str, list[str]] = {}
    seen = 0
    for address in addresses(client):
        response = client.get(address, follow=True)
        page, seen = response.content.decode(), seen + 1
        raw = raw_words_of(page)
        if raw or response.status_code != 200:
            found[address] = raw
    assert seen > 100, f"only {seen} pages were looked at"
    return found
