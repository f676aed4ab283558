"""Sections of documents that a command writes."""

from __future__ import annotations

import re
from pathlib import Path


def replace_section(document: Path, text: str) -> None:
    """Put `text`, which begins with its heading, in the place of that section, or at the end."""
    heading = text.splitlines()[0]
    before = document.read_text()
    section = re.compile(rf"^{re.escape(heading)}$.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
    new = text.rstrip() + "\n\n"
    after, found = section.subn(lambda _match: new, before)
    document.write_text((after if found else f"{before.rstrip()}\n\n{new}").rstrip() + "\n")
