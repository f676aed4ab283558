"""Visit URLs as every role, each in a savepoint that is rolled back; classify the responses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings
from django.core.cache import cache, caches
from django.db import connection, transaction
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import reverse

from accounts.models import User

from .access_roles import AccessFixtures

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class LeanClient(Client):
    """Django's test client without copies of template contexts, which cost too much memory."""

    def request(self, **request: Any) -> Any:
        return self.handler(self._base_environ(**request))


@contextmanager
def rolled_back() -> Iterator[None]:
    """What happens inside leaves no trace in the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


WRITE = re.compile(r"\s*(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM)\s+\W?(\w+)", re.IGNORECASE)
MAY_ALWAYS_BE_WRITTEN = {
    "django_session",
    "usersessions_usersession",
}  # who is signed in where, and seen when


@contextmanager
def writes() -> Iterator[set[str]]:
    """The tables that statements inside write to, apart from those of sign-in."""
    tables: set[str] = set()

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if found := WRITE.match(sql):
            tables.update({found[1]} - MAY_ALWAYS_BE_WRITTEN)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield tables


def digest() -> dict[str, int]:
    """One value per table of the whole database; those of sign-in aside."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names()) - MAY_ALWAYS_BE_WRITTEN):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = hash(tuple(sorted(map(as_text, cursor.fetchall()))))
    return found


def as_text(row: Any) -> str:
    """A row as text; PostgreSQL gives bytes as views, whose own text is an address in memory."""
    return repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row])


def changed_by(act: Callable[[], Any]) -> set[str]:
    """Return the tables that `act` changed; a page may write and roll back for a preview."""
    with rolled_back():
        before = digest()
        act()
        after = digest()
    return {table for table, value in after.items() if value != before[table]}


class Visitors:
    """One client per role; each visit starts with the same cookies and session."""

    def __init__(self, world: AccessFixtures) -> None:
        self.clients: dict[str, Client] = {}
        self.cookies: dict[str, str] = {}
        self.sessions: dict[str, tuple[str, Any]] = {}
        for role, user in world.people.items():
            client = LeanClient()
            if user.is_authenticated:
                User.objects.filter(pk=user.pk).update(is_active=True)
                client.force_login(user, backend=BACKEND)
                client.get(
                    reverse("admin:index")
                )  # notes where they are signed in, which each visit would do again
                self.sessions[role] = client.session.cache_key, client.session.load()
                User.objects.filter(pk=user.pk).update(is_active=role != "inactive")
            self.clients[role] = client
            self.cookies[role] = client.cookies.output(header="", sep=";")

    def visit(self, role: str, url: str, method: str = "GET", data: Any = None) -> Any:
        """Return the response, with `wrote`: the tables that the visit wrote to."""
        client = self.clients[role]
        client.cookies = SimpleCookie(self.cookies[role])
        cache.clear()
        if role in self.sessions:
            caches[settings.SESSION_CACHE_ALIAS].set(*self.sessions[role])
        with writes() as tables:
            if method in {"PUT", "DELETE"}:
                response = client.generic(method, url)
            else:
                response = getattr(client, method.lower())(url, data or {})
        response.wrote, response.method = tables, method
        return response


def outcome(response: Any, name: str) -> str:
    """Classify a response: in, signed_out, refused, wrong_method, broken or told_no.

    told_no means redirected, or the form shown again, with nothing written.
    """
    status = response.status_code
    if status >= 500:
        return f"broken ({status})"
    if status in {405, 303}:  # 303 leads a GET to the page of the form (`post_only`)
        return "wrong_method"
    if status in {403, 404}:
        return "refused"
    if 300 <= status < 400:
        to = response["Location"].partition("?")[0]
        if to == resolve_url(settings.LOGIN_URL) and "?" in response["Location"]:
            return "signed_out"
        if to == reverse("admin:login") and "?" in response["Location"]:
            return "refused"  # the admin sends everybody there who is not of the committee
        if to == reverse("admin:index") and name.endswith(("_change", "_history", "_delete")):
            return "refused"  # the admin's words for "there is no such row"
    is_sent_on = 300 <= status < 400
    return "told_no" if not response.wrote and (is_sent_on or response.method == "POST") else "in"
