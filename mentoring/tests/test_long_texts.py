"""Paste a text that is too long into every form: it is stored whole, or the page says so.

The forms are those that the pages really show, sent to where they really lead. Browsers must not
cut a text either, so no page has a `maxlength`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import pytest
from django.core.cache import cache
from django.forms import BaseForm
from django.test import Client

from . import access_rules
from .crawl import BACKEND, rolled_back
from .page_catalog import VIEWERS
from .routes import every_route

pytestmark = pytest.mark.django_db
UNLIMITED = 20_000  # long enough for a field without a limit
NOT_TEXT = {"csrfmiddlewaretoken", "next", "place"}
EMPTY_ROW = "__prefix__"  # what the admin's script copies for a new row
# allauth's own pages: an address or a code, refused by its format
LIBRARY = ("account_", "mfa_", "usersessions_", "admin:login", "admin:password_change")


@dataclass
class HtmlForm:
    action: str
    data: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


class FormParser(HTMLParser):
    """Collect the forms of a page that are posted, with what they would send as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []
        self.form: HtmlForm | None = None
        self.area = self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            is_post = known.get("method", "").lower() == "post"
            self.form = HtmlForm(known.get("action", "")) if is_post else None
            return
        if self.form is None or ("disabled" in known and tag != "option"):
            return
        name = known.get("name", "")
        if tag == "input" and name:
            self._input(self.form, name, known)
        elif tag == "textarea" and name:
            self.area = name
            if EMPTY_ROW not in name:
                self.form.texts.append(name)
            self.form.data[name] = [""]
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in known:
            self.form.data.setdefault(self.select, []).append(known.get("value", ""))

    @staticmethod
    def _input(form: HtmlForm, name: str, known: dict[str, str]) -> None:
        kind = known.get("type", "text")
        if kind in {"checkbox", "radio"}:
            if "checked" in known:
                form.data.setdefault(name, []).append(known.get("value", "on"))
        elif kind not in {"submit", "button", "file", "image"}:
            form.data.setdefault(name, []).append(known.get("value", ""))
            if kind in {"text", "search"} and EMPTY_ROW not in name:
                form.texts.append(name)

    def handle_data(self, data: str) -> None:
        if self.area and self.form:
            self.form.data[self.area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            if self.form:
                self.forms.append(self.form)
            self.form = None
        elif tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""


def forms_of(text: str) -> list[HtmlForm]:
    parser = FormParser()
    parser.feed(text)
    return [form for form in parser.forms if set(form.texts) - NOT_TEXT]


def limits_of(response: Any) -> dict[str, int]:
    """The limit of each field of the forms of a page, by name in the HTML."""
    found = {}
    for context in response.context or ():
        for value in context.flatten().values() if hasattr(context, "flatten") else ():
            for form in forms_in(value):
                for name, one in form.fields.items():
                    if limit := getattr(one, "max_length", None):
                        found[form.add_prefix(name)] = limit
    return found


def forms_in(value: object) -> Iterator[BaseForm]:
    value = getattr(value, "form", None) if hasattr(value, "fieldsets") else value
    if isinstance(value, BaseForm):
        yield value
    elif isinstance(value, list):
        for one in value:
            formset = getattr(one, "formset", None)
            yield from getattr(formset, "forms", ())


@pytest.fixture(scope="module")
def clients(world):
    found = {}
    for role in VIEWERS:
        found[role] = Client()
        if world.people[role].is_authenticated:
            found[role].force_login(world.people[role], backend=BACKEND)
    return found


def addresses(world: Any, name: str) -> Iterator[tuple[str, str]]:
    rule, route = access_rules.rules()[name], every_route()[name]
    things = [thing for (kind, _), thing in world.rows.items() if kind == rule.about]
    for role in VIEWERS:
        for thing in things if rule.about else [None]:
            if world.relation(role, thing) in rule.write | (rule.who if "admin" in name else set()):
                yield role, route.url(thing and thing.row, rule.extra)


PAGES = sorted(
    name
    for name, rule in access_rules.rules().items()
    if "GET" in rule.methods
    and not name.startswith(LIBRARY)
    and not name.endswith(("_delete", "_history"))
)


@pytest.mark.parametrize("name", PAGES)
def test_a_text_that_is_too_long_is_stored_whole_or_refused(name, world, clients):
    seen = set()
    for role, address in addresses(world, name):
        cache.clear()
        page = clients[role].get(address)
        if page.status_code != 200 or "text/html" not in page["Content-Type"]:
            continue
        text = page.content.decode()
        assert "maxlength" not in text, address
        limits = limits_of(page)
        for form in forms_of(text):
            for one in sorted({*form.texts} - NOT_TEXT - seen):
                seen.add(one)
                check_one(clients[role], address, form, one, limits.get(one, UNLIMITED))
        if seen:
            return


def check_one(client: Client, address: str, form: HtmlForm, name: str, limit: int) -> None:
    long = "x" * (limit + 1)
    data = {**form.data, name: [long]}
    with rolled_back():
        answer = client.post(urljoin(address, form.action), data, follow=True)
        assert answer.status_code in {200, 409}, (address, name, answer.status_code)
        shown = unescape(answer.content.decode()) + unescape(client.get(address).content.decode())
    says_how_long = re.search(rf"\b{limit + 1:,}\b|\b{limit + 1}\b", shown)
    assert long in shown or says_how_long, f"{address}: {name} was cut, or lost without a word"
