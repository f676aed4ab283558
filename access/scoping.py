"""Fail-closed access to rows.

`ScopedQuerySet`: every model that a person can reach says in `visible_to(user)` which rows that person may see.
`GuardedQuerySet`: for confidential models nothing leaves the database before `visible_to(user)` or
`Model.system` was used; forgetting it is an error, not a leak.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self

from django.db import models

_open: ContextVar[str] = ContextVar("unscoped_here", default="")


class Unscoped(RuntimeError):
    """A confidential table was read or written without saying for whom."""


class ScopedQuerySet(models.QuerySet):
    """Rows with an owner. Subclasses say who sees what; there is no other place for that rule."""

    def visible_to(self, user: Any) -> Self:
        """Return the rows that `user` (possibly anonymous) may see.

        Raises NotImplementedError where a model forgot its rule.
        """
        raise NotImplementedError(f"{self.model.__name__} does not say who may see it")


@contextmanager
def unscoped_here(reason: str) -> Iterator[None]:
    """Let a block read confidential rows; for Django's own validation, never for a page."""
    token = _open.set(reason)
    try:
        yield
    finally:
        _open.reset(token)


class GuardedQuerySet(ScopedQuerySet):
    """A queryset that refuses to work until it knows for whom."""

    _scope = ""

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]  # private in Django's stubs
        clone._scope = self._scope
        return clone

    def scoped(self, scope: str) -> Self:
        """Mark as scoped; `visible_to` implementations end with this."""
        clone: Self = self._chain()  # type: ignore[attr-defined]  # private in Django's stubs
        clone._scope = scope
        return clone

    @classmethod
    def as_system_manager(cls) -> models.Manager[Any]:
        """Return the manager for work that no person asked for: sweeps, reconcilers, publication.

        Only named work modules may use it (a lint rule lists them); pages never do.
        """

        class SystemManager(models.Manager.from_queryset(cls)):  # type: ignore[misc]
            def get_queryset(self) -> Any:
                return super().get_queryset().scoped("system")

        return SystemManager()

    def _check(self) -> None:
        if not self._scope and not _open.get():
            raise Unscoped(f"{self.model.__name__}: call visible_to(user) first")

    def _fetch_all(self) -> None:
        self._check()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        self._check()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        self._check()
        return super().count()

    def exists(self) -> bool:
        self._check()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._check()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._check()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._check()
        return super().delete()

    def explain(self, **kwargs: Any) -> str:
        self._check()
        return super().explain(**kwargs)

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        self._check()
        return super().raw(*args, **kwargs)

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        self._check()
        return super().resolve_expression(*args, **kwargs)


class ConfidentialModel(models.Model):
    """Base of confidential tables: opaque name, validation that may look at other rows."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} (confidential)"

    def validate_unique(self, exclude: Any = None) -> None:
        with unscoped_here("uniqueness looks at every row"):
            super().validate_unique(exclude=exclude)

    def validate_constraints(self, exclude: Any = None) -> None:
        with unscoped_here("constraints look at every row"):
            super().validate_constraints(exclude=exclude)
