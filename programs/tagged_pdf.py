"""Tagged PDF (PDF/UA-1): typst sets the words, which it is given as data.

A symbol that no font has, such as most emoji, is spelled out: the standard forbids a text that
cannot be displayed. Letters of a script without a font are refused, so that the page can offer to
print instead.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import typst
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed

FONTS = Path(settings.BASE_DIR) / "static" / "fonts"  # made by `build_fonts`
LETTER_ZONES = ("America/", "US/", "Canada/")  # where paper has this size
MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}")  # how the error writes what is invisible
# What joins or colours symbols; it goes with them.
JOINERS = "[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]*"
MOST_SYMBOLS = 100  # different ones in a text
SILENT = {"Cf", "Mn", "Me", "Sk"}  # joiners, marks and modifiers of a symbol
CANNOT_SHOW = _("Our PDF cannot show some letters of this text. Print the page instead.")


def paper_of(zone: str) -> str:
    """Return typst's name of the paper that is usual in a time zone."""
    return "us-letter" if zone.startswith(LETTER_ZONES) else "a4"


def compile_pdf(template: Path, data: Mapping[str, object]) -> bytes:
    """Return the PDF of a template, which reads `data` as JSON from `sys.inputs.data`.

    Typst has fonts of its own for what `build_fonts` has not made. Raises ActionNotAllowed for
    letters that no font has.
    """
    words = json.dumps(data, ensure_ascii=False)
    for _turn in range(MOST_SYMBOLS):
        try:
            return _compile(template, words)
        except typst.TypstError as error:
            missing = MISSING.search(str(error))
            if missing is None:
                raise
            words = _spell(words, missing[1])
    raise ActionNotAllowed(CANNOT_SHOW)


def _compile(template: Path, words: str) -> bytes:
    compiled: object = typst.compile(  # type: ignore[misc]  # its stubs need a type for the input
        template.read_bytes(),
        sys_inputs={"data": words},
        font_paths=[str(FONTS)] if FONTS.exists() else [],
        pdf_standards=["ua-1"],
    )
    if not isinstance(compiled, bytes):
        raise TypeError("typst returned more than one file")
    return compiled


def _spell(words: str, missing: str) -> str:
    for symbol in ESCAPED.sub(lambda found: chr(int(found[1], 16)), missing):
        words = re.sub(f"{JOINERS}{re.escape(symbol)}{JOINERS}", spelled(symbol), words)
    return words


def spelled(symbol: str) -> str:
    """Return the name of a symbol in brackets. Raises ActionNotAllowed for a letter."""
    category = unicodedata.category(symbol)
    if category in SILENT:
        return ""
    name = unicodedata.name(symbol, "")
    if category != "So" or not name:
        raise ActionNotAllowed(CANNOT_SHOW)
    return f"[{name.lower()}]"
