"""Find letters that were broken before a file came, for the preview."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from .records import Problem
from .tables import Table

BROKEN = re.compile(r"&(?:[a-z]{2,8}|#\d{2,6});|Ã.|â€|Â[^\w\s]|\ufffd|\?\?\?", re.IGNORECASE)


def broken_characters(table: Table) -> list[Problem]:
    """Return a note for each cell whose letters look as if they were broken before they came."""
    message = _("“%(text)s”: letters look broken. Fix the file if they are.")
    return [
        Problem(number, heading, message % {"text": cell[:60]})
        for number, row in zip(table.numbers, table.rows, strict=True)
        for heading, cell in zip(table.headers, row, strict=True)
        if BROKEN.search(cell)
    ]
