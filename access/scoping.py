"""Fail-closed access to rows.

`ScopedQuerySet`: every model that a person can reach says in `visible_to(user)` which rows that
person may see. `ConfidentialQuerySet`: a confidential table answers nothing before
`visible_to(user)` or `Model.system` was used. Forgetting it is an error, not a leak.

The check is in the SQL query itself, when Django compiles it. So it does not matter which method
asks (`first`, `in_bulk`, `aiterator`, a slice ...), nor whether the query stands alone or inside
another one (`Exists`, `Subquery`, `__in`, `union`). Only writing and raw SQL need methods of their
own. docs/decisions/007-scoping.md compares this with django-scopes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn, Self, cast

from django.db import models
from django.db.models import sql

_allowed: ContextVar[str] = ContextVar("unscoped_queries_allowed", default="")
_part_of_query: ContextVar[bool] = ContextVar("part_of_query", default=False)


class UnscopedQueryError(RuntimeError):
    """A confidential table was read or written without saying for whom."""


@contextmanager
def allow_unscoped(reason: str) -> Iterator[None]:
    """Let a block read confidential rows; for Django's own validation, never for a page."""
    token = _allowed.set(reason)
    try:
        yield
    finally:
        _allowed.reset(token)


def is_one_of(path: str, rows: models.QuerySet) -> models.Q:
    """Match rows whose foreign key `path` leads to one of `rows`, asked for each row by its id.

    For rules that are joined by "or": with `IN` the database would read all of `rows` first, which
    takes longer the more there are.
    """
    one = rows.order_by().filter(pk=models.OuterRef(path)).values("pk")[:1]
    return models.Q((path, models.Subquery(one)))


class ScopedQuerySet(models.QuerySet):
    """Rows with an owner. Subclasses say who sees what; there is no other place for that rule."""

    # Any: each app narrows it to the person that it knows, from AnonymousUser up to User.
    def visible_to(self, user: Any) -> Self:
        """Return the rows that `user` (possibly anonymous) may see.

        Raises NotImplementedError where a model forgot its rule.
        """
        raise NotImplementedError(f"{self.model.__name__} does not say who may see it")


class ConfidentialQuery(sql.Query):
    """SQL that is compiled only once it is said for whom."""

    scope = ""  # who reads, in words; copied with every clone

    def __init__(self, model: type[models.Model], alias_cols: bool = True) -> None:
        super().__init__(model, alias_cols)
        if _part_of_query.get():
            self.scope = "part of another query"

    def check_scope(self) -> None:
        """Raise UnscopedQueryError unless a scope is set or everything is allowed."""
        if not self.scope and not _allowed.get():
            raise UnscopedQueryError(f"{self.get_meta().label}: call visible_to(user) first")

    def get_compiler(self, *args: Any, **kwargs: Any) -> object:  # as Django's stubs have it
        self.check_scope()
        return super().get_compiler(*args, **kwargs)

    def combine(self, rhs: sql.Query, connector: str) -> None:
        # rows | others: one scope must not open what the other side leaves closed.
        for query in (self, rhs):
            if isinstance(query, ConfidentialQuery):
                query.check_scope()
        super().combine(rhs, connector)

    def split_exclude(self, *args: Any, **kwargs: Any) -> Any:
        # For exclude() across many rows Django makes a query of this class and puts it inside this
        # one. It is compiled only together with this one, which is checked.
        token = _part_of_query.set(True)
        try:
            return super().split_exclude(*args, **kwargs)
        finally:
            _part_of_query.reset(token)


class ConfidentialQuerySet(ScopedQuerySet):
    """A queryset that refuses to work until it knows for whom."""

    def __init__(
        self,
        model: type[models.Model] | None = None,
        query: sql.Query | None = None,
        using: str | None = None,
        hints: dict[str, models.Model] | None = None,
    ) -> None:
        # Django leaves the model out only where it never asks the database.
        query = query or (ConfidentialQuery(model) if model else None)
        super().__init__(model, query, using, hints)

    def scoped(self, scope: str) -> Self:
        """Return the rows marked as scoped; `visible_to` implementations end with this."""
        clone = self.all()
        cast(ConfidentialQuery, clone.query).scope = scope
        return clone

    def _check_scope(self) -> None:
        if isinstance(self.query, ConfidentialQuery):
            self.query.check_scope()

    # Django changes the class of the query to write, so that writing is checked here.

    def update(self, **kwargs: object) -> int:
        self._check_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._check_scope()
        return super().delete()

    def bulk_create(
        self,
        objs: Iterable[Any],  # rows of the model, which only the subclass knows
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[Any]:
        """Add rows. With `update_conflicts` it also changes rows, so it needs a scope."""
        if update_conflicts:
            self._check_scope()
        return super().bulk_create(
            objs, batch_size, ignore_conflicts, update_conflicts, update_fields, unique_fields
        )

    def raw(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: raw SQL knows no scope."""
        raise UnscopedQueryError(f"{self.model._meta.label}: raw SQL knows no scope")


class SystemManager(models.Manager):
    """The manager for work that no person asked for: reconcilers, sending, publication.

    A model says `system = SystemManager.from_queryset(ItsQuerySet)()`. Only the work modules named
    in mentoring/tests/test_system_manager.py use it; pages never do.
    """

    def get_queryset(self) -> Any:  # of the queryset class that from_queryset() was given
        return super().get_queryset().scoped("system")  # type: ignore[attr-defined]  # of that class


class ConfidentialModel(models.Model):
    """Base of confidential tables: opaque name, validation that may look at other rows."""

    # Set by a page whose reader may know the name, for the messages of that page.
    shown_as: str = ""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.shown_as or f"{self._meta.verbose_name} (confidential)"

    def validate_unique(self, exclude: Collection[str] | None = None) -> None:
        with allow_unscoped("uniqueness looks at every row"):
            super().validate_unique(exclude=exclude)

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        with allow_unscoped("constraints look at every row"):
            super().validate_constraints(exclude=exclude)
