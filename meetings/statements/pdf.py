"""A statement as tagged PDF."""

from __future__ import annotations

from pathlib import Path

from programs.tagged_pdf import compile_pdf, paper_of

from .documents import Document

TEMPLATE = Path(__file__).with_name("document.typ")


def render(document: Document, *, author: str, zone: str) -> bytes:
    """Return the PDF. `author` is the program; `zone` is its time zone, which chooses the paper.

    Raises ActionNotAllowed as `compile_pdf`.
    """
    data = {
        "title": document.title,
        "language": document.language.split("-")[0],
        "paragraphs": document.paragraphs,
        "header": document.header,
        "rows": document.rows,
        "closing": document.closing,
        "author": author,
        "paper": paper_of(zone),
    }
    return compile_pdf(TEMPLATE, data)
