"""What is different between two texts, word by word."""

from __future__ import annotations

from difflib import SequenceMatcher

Piece = tuple[str, str]  # "same", "old" or "new", and the words


def difference(old: str, new: str) -> list[Piece]:
    """Return the words of two texts in order, each piece "same", only "old" or only "new"."""
    before, after = old.split(), new.split()
    pieces: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("same", " ".join(before[i:j])))
            continue
        pieces += [("old", " ".join(before[i:j]))] if j > i else []
        pieces += [("new", " ".join(after[k:m]))] if m > k else []
    return pieces
