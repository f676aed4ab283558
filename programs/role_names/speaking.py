"""Which program speaks: its names of the roles are in every text that is translated meanwhile.

Like the active language it belongs to a thread or task. A page speaks until its request ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from ..models import Program
from ..models.role_names import words_by_language
from .words import ANY, RoleWords, say

Spoken = Mapping[str, RoleWords]  # by language; empty while the product's words are said
NOTHING: Spoken = {}
_spoken: ContextVar[Spoken | Callable[[], Spoken]] = ContextVar("spoken", default=NOTHING)


def spoken() -> Spoken:
    """Return the words of the program that speaks, in each language in which it has its own."""
    now = _spoken.get()
    if callable(now):
        _spoken.set(NOTHING)  # while looking, and for good if that fails
        now = now()
        _spoken.set(now)
    return now


def is_speaking() -> bool:
    """Return whether a program speaks, or may once it is looked for."""
    return bool(_spoken.get())


def speak_for(program: Program | None) -> None:
    """Let a program speak until the request ends, or the block of `speaking_for` around it."""
    _spoken.set(words_by_language(program.role_names) if program else NOTHING)


@contextmanager
def speaking_for(program: Program | None) -> Iterator[None]:
    """Let a program speak in a block; None stands for the product's own words."""
    with _restored():
        speak_for(program)
        yield


@contextmanager
def speaking_later(find: Callable[[], Program | None]) -> Iterator[None]:
    """Let the program speak that `find` returns; it is asked when a text first names a role."""

    def words() -> Spoken:
        program = find()
        return words_by_language(program.role_names) if program else NOTHING

    with _restored():
        _spoken.set(words)
        yield


@contextmanager
def _restored() -> Iterator[None]:
    before = _spoken.get()
    try:
        yield
    finally:
        _spoken.set(before)


def said(text: str, language: str) -> str:
    """Return a text of the product that no catalogue has, in the words of the program that speaks.

    `language`: the one that it is in.
    """
    if not is_speaking() or not ANY.search(text):
        return text
    words = spoken().get(language)
    return say(text, words) if words else text


def said_in_each_language(program: Program, texts: Mapping[str, str]) -> dict[str, str]:
    """Return texts of the product by language as a program says them."""
    return {language: said_by(program, text, language) for language, text in texts.items()}


def said_by(program: Program, text: str, language: str) -> str:
    """Return a text of the product in a language as the program says it."""
    words = words_by_language(program.role_names).get(language)
    return say(text, words) if words else text
