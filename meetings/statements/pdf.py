"""A statement as tagged PDF (PDF/UA-1): typst sets the words, which it is given as data."""

from __future__ import annotations

import json
from pathlib import Path

import typst
from django.conf import settings

from .documents import Document

TEMPLATE = Path(__file__).with_name("document.typ")
FONTS = Path(settings.BASE_DIR) / "static" / "fonts"  # made by `build_fonts`
LETTER_ZONES = ("America/", "US/", "Canada/")  # where paper has this size


def render(document: Document, *, author: str, zone: str) -> bytes:
    """Return the PDF. `author` is the program; `zone` is its time zone, which chooses the paper.

    Typst has fonts of its own for what `build_fonts` has not made.
    """
    data = {
        "title": document.title,
        "language": document.language.split("-")[0],
        "paragraphs": document.paragraphs,
        "header": document.header,
        "rows": document.rows,
        "closing": document.closing,
        "author": author,
        "paper": "us-letter" if zone.startswith(LETTER_ZONES) else "a4",
    }
    compiled: object = typst.compile(  # type: ignore[misc]  # its stubs need a type for the input
        TEMPLATE.read_bytes(),
        sys_inputs={"data": json.dumps(data)},
        font_paths=[str(FONTS)] if FONTS.exists() else [],
        pdf_standards=["ua-1"],
    )
    if not isinstance(compiled, bytes):
        raise TypeError("typst returned more than one file")
    return compiled
