"""Texts of a program that say what the product says until the committee writes its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class TextKind:
    """One text: what the committee calls it, and the product's wording.

    `placeholders` must all be in it, `optional_placeholders` may. A pair changes a text that
    `is_start`; every other one is printed as it is. One that `is_required` cannot be emptied.
    `problems` says why a text is not written as it must be.
    """

    label: Promise
    default: Promise | str
    help_text: Promise | str = ""
    placeholders: tuple[str, ...] = ()
    optional_placeholders: tuple[str, ...] = ()
    is_start: bool = False
    is_required: bool = False
    problems: Callable[[str], list[str]] | None = None
