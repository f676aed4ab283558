"""Check the tables of a map: valid TOML, known keys, values of the right kind."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .normalization import did_you_mean

Kinds = Mapping[str, type | tuple[type, ...]]  # {key: what its value is}
KIND_NAMES = {
    str: gettext_lazy("a text in quotation marks"),
    bool: gettext_lazy("true or false"),
    int: gettext_lazy("a whole number"),
    list: gettext_lazy("a list in square brackets"),
    dict: gettext_lazy("a table"),
}


class BadMap(ValueError):
    """The map is not valid; the message names the table and the key."""


def parse_toml(text: str) -> dict[str, Any]:
    """Return the tables of a map. Raises BadMap for what no column of a database could hold."""
    try:
        data = tomllib.loads(text)
        has_null = _has_null(data)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadMap(_("The map is not valid TOML: %(why)s.") % {"why": error}) from error
    if has_null:  # as an escape, which PostgreSQL refuses once it is a word or an answer
        raise BadMap(_("The map contains a null character (\\u0000). Remove it."))
    return data


def _has_null(value: object) -> bool:
    if isinstance(value, dict):
        return any(_has_null(one) for pair in value.items() for one in pair)
    if isinstance(value, list):
        return any(map(_has_null, value))
    return isinstance(value, str) and "\0" in value


def check_table(place: str, data: Any, known: Kinds) -> None:
    """Raise BadMap unless `data` is a table with known keys and values of their kinds."""
    if not isinstance(data, dict):
        raise BadMap(_("[%(name)s] must be a table.") % {"name": place})
    for name, value in data.items():
        require_one_of(place, name, known)
        if not isinstance(value, known[name]):
            kind = known[name]
            first = kind[0] if isinstance(kind, tuple) else kind
            about = {
                "place": f"[{place}] {name}" if place else name,
                "kind": KIND_NAMES[first],
            }
            raise BadMap(_("%(place)s must be %(kind)s.") % about)


def require_one_of(place: str, name: object, known: Collection[str]) -> None:
    if name in known:
        return
    text = _("%(place)s: “%(name)s” is unknown.") % {"place": place or _("The map"), "name": name}
    raise BadMap(did_you_mean(text, str(name), known))
