"""In which words an e-mail speaks: an upper app registers how those of a program are used."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

# Of a row or a program, whose models belong to apps above this one.
Around = Callable[[object], AbstractContextManager[None]]
AROUND: list[Around] = []  # at most one


def words_around(around: Around) -> Around:
    """Register `around(row)`: a block in which the program of a row speaks. A decorator."""
    AROUND[:] = [around]
    return around


def in_words_of(row: object) -> AbstractContextManager[None]:
    """Let the program of `row` speak in a block; if it has none, whatever spoke before goes on."""
    return AROUND[0](row) if AROUND and row is not None else nullcontext()
