"""Compare names and answers as people write them: spellings, and the code of a new word."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from django.utils.text import slugify

CODE_LENGTH = 60
HARMLESS = " -_,.'\"&/()!?:;"  # of a name that is written as a code
STRAIGHT = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "\u00a0": " ", "–": "-", "—": "-"}
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# Characters without a shape: zero-width spaces, soft hyphens, marks of the writing direction.
# Joiners (200C, 200D) stay, because words of some languages are written with them.
INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2060\u202a-\u202e\u2066-\u2069\ufeff]")
# Halves of characters, as some encodings and escapes make them: no database stores them.
SURROGATE = re.compile("[\ud800-\udfff]")


def clean(cell: object) -> str:
    """Return a cell's text without control and invisible characters and stray spaces.

    Line breaks stay.
    """
    text = "" if cell is None else str(cell)
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", text)).replace("\r\n", "\n")
    return SURROGATE.sub("\ufffd", CONTROL.sub(" ", text)).strip()


def has_invisible(cell: object) -> bool:
    """Return whether `clean` removes characters from a cell that nobody can see."""
    return isinstance(cell, str) and INVISIBLE.search(cell) is not None


def fold(text: str) -> str:
    """Return what all spellings of a header or answer have in common; for comparing only."""
    straight = unicodedata.normalize("NFKC", clean(text).translate(STRAIGHT))
    return " ".join(straight.split()).casefold()


def unique_code(name: str, taken: set[str]) -> str:
    """Return a code for a new word, and add it to `taken`: codes in use, also of retired words.

    A name that the Latin alphabet cannot write gets a code of its own, the same at every import.
    """
    digest = hashlib.sha256(fold(name).encode()).hexdigest()[:8]
    slug = slugify(name)[: CODE_LENGTH - len(digest) - 1]
    candidates = [slug] if slug and not _loses_letters(name) else []
    candidates += [f"{slug}-{digest}".strip("-"), *(f"{digest}-{n}" for n in range(2, 1000))]
    code = next(one for one in candidates if one not in taken)
    taken.add(code)
    return code


def _loses_letters(name: str) -> bool:
    """Return whether a slug leaves out more of a name than accents and common punctuation."""
    plain = "".join(
        one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one)
    )
    return not all(one.isascii() and (one.isalnum() or one in HARMLESS) for one in plain)
