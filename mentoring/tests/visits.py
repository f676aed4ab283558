"""Visits of every role to every address, each in a savepoint that is rolled back, and what came of them in one word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import reverse

from accounts.models import User

from .world import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class LeanClient(Client):
    """Django's test client without its copies of every template's context; thousands of visits would drown in them."""

    def request(self, **request: Any) -> Any:
        return self.handler(self._base_environ(**request))


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside leaves no trace in the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Visitors:
    """One client per role, signed in once; each visit begins with the same cookies."""

    def __init__(self, world: World) -> None:
        self.clients: dict[str, Client] = {}
        self.cookies: dict[str, str] = {}
        for role, user in world.people.items():
            client = LeanClient()
            if user.is_authenticated:
                User.objects.filter(pk=user.pk).update(is_active=True)
                client.force_login(user, backend=BACKEND)
                User.objects.filter(pk=user.pk).update(is_active=role != "inactive")
            self.clients[role] = client
            self.cookies[role] = client.cookies.output(header="", sep=";")

    def visit(self, role: str, url: str, method: str = "GET", data: Any = None) -> Any:
        client = self.clients[role]
        client.cookies = SimpleCookie(self.cookies[role])
        cache.clear()
        if method in {"PUT", "DELETE"}:
            return client.generic(method, url)
        return getattr(client, method.lower())(url, data or {})


def outcome(response: Any, name: str) -> str:
    """In one word: in, signed_out, refused, wrong_method, broken."""
    status = response.status_code
    if status >= 500:
        return f"broken ({status})"
    if status == 405:
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
    return "in"
