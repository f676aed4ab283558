"""List every page of the site once, as a person who may open it, for the browser tests.

New routes are found automatically. They only need a row in access_rules.py and in the fixtures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agreements.models import PARTS
from applications import completeness
from notifications.links import PURPOSES, guest_token, token_for
from programs.models.orientation_texts import MODULES
from testkit.papers import on_paper

from . import access_rules
from .access_roles import AccessFixtures
from .crawl import BACKEND, LeanClient
from .routes import every_route

VIEWERS = (
    "mentee", "mentor", "chair", "carer", "matcher", "reader", "maintainer", "stranger",
    "anonymous", "other_mentee", "other_mentor", "applicant",
)  # fmt: skip
# An e-mail in a sandbox, where no script runs, not even a check; dashboard/tests read it.
WITHOUT_SCRIPTS = {"admin:email-text-html"}
SAME_PAGE = "_history"  # one template for all tables
OWN_HISTORY = "admin:applications_application_history"  # but this one
FURTHER = {
    "agreements:part-update": ("part", PARTS[1:]),
    "applications:orientation-module": ("code", list(MODULES["mentor"])[1:]),
}


# A name and an address that test the width of a page: a long word, an apostrophe, an emoji,
# right-to-left letters.
EXTREME = {
    "name": "Siobhán O’Donoghue-Donaudampfschifffahrtsgesellschaftskapitän 🌿 ليلى",
    "email": "siobhan.donaudampfschifffahrtsgesellschaftskapitaen@personalabteilung.example.org",
}


@dataclass(frozen=True)
class Page:
    name: str
    role: str
    address: str


@dataclass
class PageCatalog:
    world: AccessFixtures
    clients: dict[str, Client] = field(default_factory=dict)

    def __post_init__(self) -> None:
        mentor = self.world.people["mentor"]
        type(mentor).objects.filter(pk=mentor.pk).update(**EXTREME)
        mentor.refresh_from_db()
        waiting = self.world.row("version", "B")
        on_paper(waiting, waiting.match.mentor.person)
        for role in VIEWERS:
            self.clients[role] = LeanClient()
            if self.world.people[role].is_authenticated:
                self.clients[role].force_login(self.world.people[role], backend=BACKEND)
        for role, form in (
            ("signing_in", "account_request_login_code"),
            ("locked_out", "account_reset_password"),
        ):
            self.clients[role] = Client()
            self.clients[role].post(reverse(form), {"email": self.world.people["mentee"].email})

    def session_of(self, role: str) -> str:
        cookie = self.clients[role].cookies.get(settings.SESSION_COOKIE_NAME)
        return cookie.value if cookie else ""

    def pages(self, part: int, of: int) -> list[Page]:
        """The pages of one of `of` equal shares, those of one person beside each other."""
        found = [next(candidates, None) for candidates in self.wanted()[part::of]]
        return sorted(
            filter(None, found),
            key=lambda page: VIEWERS.index(page.role) if page.role in VIEWERS else -1,
        )

    def wanted(self) -> list[Iterator[Page]]:
        """For each page of the site, those addresses of it that answer."""
        routes, rules = every_route(), access_rules.rules()
        histories = [name for name in routes if name.endswith(SAME_PAGE) and name != OWN_HISTORY]
        names = [
            name
            for name, rule in sorted(rules.items())
            if "GET" in rule.methods
            and name not in histories[1:]
            and name not in WITHOUT_SCRIPTS
            and not name.endswith("jsi18n")
        ]
        found = [self.answering(name, rules[name].extra) for name in names]
        for name, (key, values) in self.further().items():
            found += [self.answering(name, {**rules[name].extra, key: value}) for value in values]
        found += [self.letters(purpose) for purpose in sorted(PURPOSES)]
        return [*found, self.only("signing_in", "account_confirm_login_code"),
                self.only("locked_out", "account_confirm_password_reset_code")]  # fmt: skip

    def further(self) -> dict[str, Any]:
        pages = [page.code for page in completeness.pages(self.world.row("draft", "A"))]
        return {**FURTHER, "applications:application-page": ("code", pages)}

    def answering(self, name: str, extra: dict[str, Any]) -> Iterator[Page]:
        rule, route, world = access_rules.rules()[name], every_route()[name], self.world
        rows = (
            [thing for (kind, _), thing in world.rows.items() if kind == rule.about]
            if rule.about
            else [None]
        )
        for role in VIEWERS:
            for thing in rows:
                if (
                    role in {*world.visitors_of(thing), "applicant"}
                    and world.relation(role, thing) in rule.who
                ):
                    response = self.clients[role].get(
                        address := route.url(thing and thing.row, extra)
                    )
                    if response.status_code == 200 and not response["Content-Type"].startswith(
                        "text/html"
                    ):
                        return  # a file
                    if response.status_code == 200:
                        yield Page(name, role, address)

    def letters(self, purpose: str) -> Iterator[Page]:
        """Where the links of letters lead."""
        until = timezone.now() + timedelta(days=3)
        for thing in self.world.rows.values():
            if thing.row._meta.label == PURPOSES[purpose].model:
                if PURPOSES[purpose].is_for_guests:
                    token = guest_token(purpose, subject=thing.row, until=until)
                    address = reverse("notifications:go", args=[purpose, token])
                    yield Page(f"{purpose} by link", "anonymous", address)
                for role in thing.owners:
                    token = token_for(
                        purpose, person=self.world.people[role], subject=thing.row, until=until
                    )
                    address = reverse("notifications:go", args=[purpose, token])
                    yield Page(f"{purpose} by link", "anonymous", address)

    def only(self, role: str, name: str) -> Iterator[Page]:
        address = reverse(name)
        assert self.clients[role].get(address).status_code == 200, name
        yield Page(name, role, address)
