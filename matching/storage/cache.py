"""What this process has read from snapshots, kept for the next request.

Snapshots never change and keys are hashes of the content, so nothing can be stale. The arrays
together stay under MAX_BYTES; the least recently used go first, and larger ones are not cached.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np

MAX_BYTES = 128 * 2**20
T = TypeVar("T")


class LRUCache:
    """Values by key, bounded by the bytes of their arrays. Thread-safe."""

    def __init__(self, max_size: int = MAX_BYTES) -> None:
        self.max_size, self.size = max_size, 0
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

    def _put(self, key: Hashable, value: object, size: int) -> None:
        if size > self.max_size:
            return
        with self._lock:
            self.size += size - self._values.pop(key, (None, 0))[1]
            self._values[key] = value, size
            while self.size > self.max_size:
                _oldest, (_value, freed) = self._values.popitem(last=False)
                self.size -= freed

    def clear(self) -> None:
        with self._lock:
            self._values.clear()
            self.size = 0


def nbytes(thing: object) -> int:
    """Return the bytes of all arrays in a value."""
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
