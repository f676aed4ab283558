"""What this process has read from snapshots, kept for the next request.

A snapshot is never changed, and everything here is found by the hash of its content, so nothing can be stale. Together
the arrays on the shelf stay under KEPT bytes; what was not asked for longest goes first, and what is larger is not kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np

KEPT = 128 * 2**20
T = TypeVar("T")


class LRUCache:
    """Values by key, bounded by the bytes of their arrays; safe for threads (two may make the same value at once)."""

    def __init__(self, most: int = KEPT) -> None:
        self.most, self.held = most, 0
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                found: T = self._values[key][0]
                return found
        value = make()
        self._put(key, value, nbytes(value))
        return value

    def _put(self, key: Hashable, value: Any, size: int) -> None:
        if size > self.most:
            return
        with self._lock:
            self.held += size - self._values.pop(key, (None, 0))[1]
            self._values[key] = value, size
            while self.held > self.most:
                _oldest, (_value, freed) = self._values.popitem(last=False)
                self.held -= freed

    def clear(self) -> None:
        with self._lock:
            self._values.clear()
            self.held = 0


def nbytes(thing: Any) -> int:
    """Bytes of the arrays in a value."""
    if isinstance(thing, np.ndarray):
        return int(thing.nbytes)
    if isinstance(thing, Mapping):
        return sum(nbytes(one) for one in thing.values())
    if isinstance(thing, list | tuple):
        return (
            sum(nbytes(one) for one in thing)
            if thing and not isinstance(thing[0], int | str)
            else 0
        )
    if is_dataclass(thing):
        return sum(nbytes(getattr(thing, field.name)) for field in fields(thing))
    return sum(nbytes(one) for one in vars(thing).values()) if hasattr(thing, "__dict__") else 0


CACHE = LRUCache()
