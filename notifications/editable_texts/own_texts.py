"""Where a program's own texts of e-mails come from: an upper app registers how to find them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import get_language

from ..templatetags.editable_texts import OWN

# (id of the program, kind, language) -> {field: text}
OwnTexts = Callable[[int, str, str], Mapping[str, str]]
FINDERS: list[OwnTexts] = []  # at most one


def own_texts_finder(find: OwnTexts) -> OwnTexts:
    """Register `find(program_id, kind, language)`: a program's published texts. A decorator."""
    FINDERS[:] = [find]
    return find


def own_texts_context(program: object, kind: str) -> dict[str, object]:
    """Return what the templates of a kind need to show a program's own texts.

    In the active language, which is the recipient's. They are looked up when the e-mail is made, so
    a text counts from the next e-mail on, and for what waits in the outbox.
    """
    program_id: int | None = getattr(program, "pk", None)  # its model belongs to an app above
    if program_id is None or not FINDERS:
        return {}
    own = FINDERS[0](program_id, kind, get_language() or "")
    return {OWN: own} if own else {}
