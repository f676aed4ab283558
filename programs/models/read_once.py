"""What many rules ask about one person, or about one row, read once for a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.models import AnonymousUser
from django.db import models

from accounts.models import User

Fact = TypeVar("Fact")
Rule = TypeVar("Rule", bound=Callable[..., models.QuerySet])
_read: ContextVar[dict[tuple[str, int], Any] | None] = ContextVar("facts_of_page", default=None)
_only: ContextVar[models.Model | None] = ContextVar("row_of_page", default=None)


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


@contextmanager
def about_only(row: models.Model) -> Iterator[None]:
    """Ask in this block about no other row of the model of `row`.

    A page about one pair asks thirty rules about rows that belong to pairs which the member may
    see. In the block each is about this pair, and whether the member may see it is decided once.
    What belongs to another pair is not found: leave out of the block what is about several.
    Only within `read_roles_once`; what is read in the block is not kept for the rest of the page.
    """
    known = _read.get()
    if known is None:
        yield
        return
    read, only = _read.set(dict(known)), _only.set(row)
    try:
        yield
    finally:
        _only.reset(only)
        _read.reset(read)


def decided_once(rule: Rule) -> Rule:
    """Decorate a rule of a queryset, `rule(self, user, *roles)`, that a page asks many times.

    Asked of a whole table, the rule writes its query once for a page (`read_roles_once`). About one
    row it is also answered once, see `about_only`.
    """

    @wraps(rule)
    def decided(self: models.QuerySet, user: User | AnonymousUser, *roles: str) -> models.QuerySet:
        row = _only.get()
        if row is None or type(row) is not self.model:
            if not _is_whole_table(self):
                return rule(self, user, *roles)
            name = f"{rule.__qualname__} {roles}"
            # A copy of it: the rows that one reader has read are not kept.
            return read_once(name, user, lambda: rule(self, user, *roles)).all()
        pk = row.pk

        def ids() -> list[int]:
            found = rule(self.model._default_manager.all(), user, *roles).filter(pk=pk)
            return list(found.order_by().values_list("pk", flat=True))

        return self.filter(pk__in=read_once(f"{rule.__qualname__} {roles} {pk}", user, ids))

    return cast(Rule, decided)


def _is_whole_table(rows: models.QuerySet) -> bool:
    """Return whether nothing was asked of `rows` yet: no condition, order, column or slice."""
    return vars(rows.query) == vars(type(rows.query)(rows.model))
