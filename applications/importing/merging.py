"""Decide which answers of a file are stored. Pure: plain values in, plain values out.

1. Only what the file has columns for can change. An empty cell keeps what is stored, unless the
   committee chose to clear that column.
2. What an earlier import wrote may be corrected by a later one while it is still the same.
3. An answer that a person has given or changed themself stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from programs.spellings import clean

from .normalization import is_blank

EMPTY: tuple[object, ...] = ("", None, [])

Pair = tuple[object, object]


@dataclass(frozen=True)
class Merge:
    """`changes` {field: (old, new)} and `kept` {field: (the person's own, the file's)}.

    `written` is what imports have stored so far, with these changes.
    """

    changes: dict[str, Pair] = field(default_factory=dict)
    kept: dict[str, Pair] = field(default_factory=dict)
    written: dict[str, object] = field(default_factory=dict)


def merge(
    stored: Mapping[str, object],
    offered: Mapping[str, object],
    *,
    written: Mapping[str, object],
    untouched: frozenset[str] = frozenset(),
) -> Merge:
    """Return what of `offered` is to be stored.

    written: what earlier imports wrote. untouched: fields that the person has never been able to
    answer, so whatever is stored is no answer of theirs.
    """
    result = Merge(written=dict(written))
    for name, new in offered.items():
        old = stored.get(name, [])
        if new in (old, _as_in_a_file(old)):
            continue
        if name in written:
            may_change = old == written[name]
        else:
            may_change = name in untouched or old in EMPTY
        if may_change:
            result.changes[name] = (old, new)
            result.written[name] = new
        else:
            result.kept[name] = (old, new)
    return result


def _as_in_a_file(value: object) -> object:
    """Return an answer as a file can say it: without odd spaces, and without "None" in a list."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return [clean(one) for one in value if not is_blank(one)]
    return value
