"""Normalize cells as people and form tools write them.

They contain curly quotes, stray spaces, "None" as text, and lists in one cell.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from programs.spellings import clean, fold

BLANKS = frozenset({"", "none", "n/a", "na", "nan", "null", "-", "--", "[]"})
PYTHON_LIST = "python"
LIST_IN_BRACKETS = re.compile(r"""^\s*\[\s*(['"]).*\1\s*\]\s*$""", re.DOTALL)


def is_blank(text: str) -> bool:
    return fold(text) in BLANKS


def split_answers(text: str, split: str) -> list[str]:
    """Split one cell into its answers.

    `split` is a set of separating characters, "" for a cell with one answer, or "python" for a list
    in Python's notation, as some tools export it. Raises ValueError when that list cannot be read.
    """
    if is_blank(text):
        return []
    if split == PYTHON_LIST:
        return _python_list(text)
    if LIST_IN_BRACKETS.match(text):
        return _python_list(text)
    pieces = re.split("[" + re.escape(split) + "]+", text) if split else [text]
    return [piece.strip() for piece in pieces if not is_blank(piece)]


def _python_list(text: str) -> list[str]:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError("not a list") from error
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple, set)):
        raise ValueError("not a list")
    found = [clean(item) for item in (sorted(value) if isinstance(value, set) else value)]
    return [item for item in found if not is_blank(item)]


def closest(text: str, known: Iterable[str]) -> str:
    """Return the known spelling that is most like `text`, or an empty string."""
    by_fold = {fold(one): one for one in known}
    found = difflib.get_close_matches(fold(text), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else ""


def did_you_mean(message: str, text: str, known: Iterable[str]) -> str:
    """Return an error message, with the known spelling that is closest to `text` if one is."""
    hint = closest(text, known)
    return f"{message} {_('Did you mean “%(hint)s”?') % {'hint': hint}}" if hint else message
