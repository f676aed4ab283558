"""Scans of signed papers: which files are taken, by what is in them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed

from .models import PaperScan

Kind = PaperScan.Kind
MOST_MEGABYTES = 5
MOST_BYTES = MOST_MEGABYTES * 1024 * 1024
TAIL = 1024  # bytes in which a PDF says that it is complete
# (kind, how the file begins, what its end contains)
SHAPES = (
    (Kind.PDF, b"%PDF-", b"%%EOF"),
    (Kind.JPEG, b"\xff\xd8\xff", b"\xff\xd9"),
    (Kind.PNG, b"\x89PNG\r\n\x1a\n", b"IEND"),
)
SUFFIXES = {Kind.PDF: "pdf", Kind.JPEG: "jpg", Kind.PNG: "png"}


def kind_of(data: bytes) -> str:
    """Return the kind of a scan, whatever its name says.

    Raises ActionNotAllowed for another kind of file, an incomplete one, and one that is too big.
    """
    if len(data) > MOST_BYTES:
        text = _("The scan is larger than %(most)s MB. Scan it again with fewer details.")
        raise ActionNotAllowed(text % {"most": MOST_MEGABYTES})
    for kind, head, tail in SHAPES:
        if data.startswith(head):
            if tail in data[-TAIL:]:
                return str(kind)
            raise ActionNotAllowed(_("The scan is not complete. Upload it again."))
    raise ActionNotAllowed(_("The scan must be a PDF, JPEG or PNG file."))
