"""Find every URL of the site by walking the URL resolver, so that none is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse

ADMIN_VIEWS = ("changelist", "add", "change", "delete", "history")


@dataclass(frozen=True)
class Route:
    name: str
    params: tuple[str, ...]

    def url(self, row: Any = None, extra: dict[str, Any] | None = None) -> str:
        """The address of this route for `row`; `extra` gives the parts that are not its id."""
        return reverse(
            self.name, kwargs={param: value_of(param, row, extra or {}) for param in self.params}
        )


def value_of(param: str, row: Any, extra: dict[str, Any]) -> Any:
    if param in extra:
        return extra[param](row) if callable(extra[param]) else extra[param]
    if param == "object_id" or param == "pk":
        return row.pk
    return getattr(row, param)


def walk(patterns: list[Any], names: str = "", params: tuple[str, ...] = ()) -> Iterator[Route]:
    for pattern in patterns:
        here = params + tuple(pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            yield from walk(
                pattern.url_patterns,
                names + (f"{pattern.namespace}:" if pattern.namespace else ""),
                here,
            )
        elif isinstance(pattern, URLPattern) and not is_only_a_signpost(pattern):
            yield Route(names + (pattern.name or f"unnamed {pattern.pattern}"), here)


def is_only_a_signpost(pattern: URLPattern) -> bool:
    """Whether this is an unnamed URL of the admin: the old change page, or its catch-all."""
    text = str(pattern.pattern)
    return pattern.name is None and (text == "<path:object_id>/" or text.startswith("(?P<url>"))


@cache
def every_route() -> dict[str, Route]:
    return {route.name: route for route in walk(get_resolver().url_patterns)}


def admin_models() -> dict[str, Any]:
    """`programs_cohort` -> its ModelAdmin."""
    return {
        f"{model._meta.app_label}_{model._meta.model_name}": page
        for model, page in admin.site._registry.items()
    }


ADMIN_NAME = re.compile(rf"^admin:(?P<model>\w+)_(?P<view>{'|'.join(ADMIN_VIEWS)})$")
