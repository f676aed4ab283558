"""Find the texts that promise something, among all texts of pages and e-mails."""

from __future__ import annotations

import re

from .source_texts import source_texts

ACTORS = r"(?:we|they|the committee|a member|a chair|someone|your carer|%\(name\)s)"
PROMISE = re.compile(
    rf"\b{ACTORS}(?: will|[’']ll)\b"
    rf"|\b(?:we are|we[’']re) e-mailing\b"
    r"|\byou can\b(?!['’]t| no longer)"
    r"|\byou (?:will|[’']ll)\b|\byou[’']ll\b|\byou may\b"
    r"|\bat any time\b|\bas often as you like\b|\bwelcome to\b|\bis notified\b|\bnew edition\b",
    re.IGNORECASE,
)


def promise_texts() -> set[str]:
    """Return every text of the product that promises something, in English; plurals once."""
    return {singular for _context, singular, _plural in source_texts() if PROMISE.search(singular)}
