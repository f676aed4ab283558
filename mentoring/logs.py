"""What must never reach a log: tokens of links, sign-in codes, addresses."""

from __future__ import annotations

import logging
import re

TOKEN = re.compile(r"(/go/[\w-]+/)[^\s\"'?]+")
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def scrub(text: str) -> str:
    """Replace link tokens and e-mail addresses in `text`."""
    return ADDRESS.sub("<address>", TOKEN.sub(r"\1<token>", text))


class NoSecrets(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        clean = scrub(message)
        if clean != message:
            record.msg, record.args = clean, ()
        return True
