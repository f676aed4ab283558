"""Cells as people and form tools write them: curly quotes, stray spaces, "None" as text, lists in one cell."""

from __future__ import annotations

import ast
import difflib
import re
import unicodedata
from collections.abc import Iterable

STRAIGHT = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "\u00a0": " ", "–": "-", "—": "-"}
)
NOTHING = frozenset({"", "none", "n/a", "na", "nan", "null", "-", "--", "[]"})
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
PYTHON_LIST = "python"


def clean(cell: object) -> str:
    """The text of a cell without control characters, byte-order marks and stray spaces; line breaks stay."""
    text = "" if cell is None else str(cell)
    text = CONTROL.sub(
        " ", unicodedata.normalize("NFC", text).replace("\ufeff", "").replace("\r\n", "\n")
    )
    return text.strip()


def fold(text: str) -> str:
    """What two spellings of the same header or answer have in common. For comparing only."""
    straight = unicodedata.normalize("NFKC", clean(text).translate(STRAIGHT))
    return " ".join(straight.split()).casefold()


def is_nothing(text: str) -> bool:
    return fold(text) in NOTHING


def parts(text: str, split: str) -> list[str]:
    """Split one cell into its answers.

    `split` is a set of separating characters, "" for a cell that holds one answer, or "python" for a list in Python's
    notation, as some exports write it. Raises ValueError when a Python list is announced and none is there.
    """
    if is_nothing(text):
        return []
    if split == PYTHON_LIST:
        return _python_list(text)
    pieces = re.split("[" + re.escape(split) + "]+", text) if split else [text]
    return [piece.strip() for piece in pieces if not is_nothing(piece)]


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
    return [item for item in found if not is_nothing(item)]


def nearest(text: str, known: Iterable[str]) -> str:
    """The known spelling that is most like `text`, or an empty string."""
    by_fold = {fold(one): one for one in known}
    found = difflib.get_close_matches(fold(text), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else ""
