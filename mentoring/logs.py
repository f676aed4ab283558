"""What must never reach a log: tokens of links, sign-in codes, addresses."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

import structlog

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


def scrub_value(value: object) -> str:
    """What JSON has no word for, such as a request, by its scrubbed representation."""
    return scrub(repr(value))


def scrub_event(_logger: object, _method: str, event: Mapping[str, object]) -> dict[str, object]:
    """Remove secrets from the traceback and from `extra`, as the last step before JSON."""
    return {
        name: scrub(value) if isinstance(value, str) else value for name, value in event.items()
    }


def log_settings(*, is_readable: bool, level: str) -> dict[str, object]:
    """Return settings.LOGGING: one JSON line per event without secrets, or readable text."""
    processors = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    formatter = structlog.stdlib.ProcessorFormatter
    json_line = {
        "()": formatter,
        "foreign_pre_chain": processors,
        "processors": [
            formatter.remove_processors_meta,
            scrub_event,
            structlog.processors.JSONRenderer(default=scrub_value),
        ],
    }
    console = {
        "class": "logging.StreamHandler",
        "formatter": "plain" if is_readable else "json",
        "filters": ["no_secrets"],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"no_secrets": {"()": "mentoring.logs.NoSecrets"}},
        "formatters": {
            "json": json_line,
            "plain": {"format": "%(levelname)s %(name)s %(message)s"},
        },
        "handlers": {"console": console},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
            "flufl.bounce": {"level": "WARNING"},  # logs each way that it tries
            "celery": {"level": "WARNING"},  # logs two wake-ups every five seconds
            "kombu.connection": {"level": "ERROR"},  # warns about a missing host of filesystem://
        },
    }
