"""What must never reach a log: tokens of links, sign-in codes, addresses."""

from __future__ import annotations

import logging
import re
from typing import Any

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


def scrub_value(value: Any) -> str:
    """What JSON has no word for, such as a request, by its scrubbed representation."""
    return scrub(repr(value))


def scrub_event(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """The last step before JSON: also the traceback and what a caller added as `extra` hold no secret."""
    return {
        name: scrub(value) if isinstance(value, str) else value for name, value in event.items()
    }
