"""What many rules ask about one person, read once for a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models

from accounts.models import User

Fact = TypeVar("Fact")
_read: ContextVar[dict[tuple[str, int], Any] | None] = ContextVar("facts_of_page", default=None)


@contextmanager
def read_roles_once() -> Iterator[None]:
    """Read a person's roles, conflicts and pairs once in this block, which must not change them."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def read_once(name: str, user: User | AnonymousUser, read: Callable[[], Fact]) -> Fact:
    """Return `read()`, which depends on nothing but the user; again the same in a block."""
    known, key = _read.get(), (name, user.pk or 0)
    if known is None:
        return read()
    if key not in known:
        known[key] = read()
    return known[key]


def ids_read_once(
    name: str, user: User | AnonymousUser, ids: Callable[[], models.QuerySet]
) -> models.QuerySet | list[int]:
    """Return the ids themselves within `read_roles_once`, else `ids()`, for use as a subquery.

    A page asks many queries about the same few rows, such as a person's pairs; each query is short
    with numbers in it. `name` is for what they are; they depend on nothing but the user.
    """
    return ids() if _read.get() is None else read_once(name, user, lambda: list(ids()))
