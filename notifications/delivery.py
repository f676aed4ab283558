"""Handing an e-mail to the mail server, through any of Django's backends, and what came of it.

With SMTP it is known where a conversation broke: before the final dot the server cannot have taken the e-mail, and
trying again is safe. After it only the answer tells; if that is lost, the outcome is unknown. Django's backend and
smtplib do the talking; our subclass of the connection notes how far they came and keeps each step within the lease.
Another backend (`EMAIL_BACKEND`) is used through its `send_messages` alone.
"""

from __future__ import annotations

import contextlib
import logging
import re
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Self

from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends import smtp
from django.core.mail.backends.base import BaseEmailBackend

from .claiming import Lease

log = logging.getLogger(__name__)

LETTERS_PER_CONNECTION = 50
ENHANCED_CODE = re.compile(rb"\b([245]\.\d{1,3}\.\d{1,3})\b")
GOODBYE_SECONDS = 2
OK, FIRST_PERMANENT = 250, 500


class Result(Enum):
    ACCEPTED = "accepted"
    REFUSED = "refused"  # for good: this address, this letter
    LATER = "later"  # this letter did not leave, another try is safe
    UNKNOWN = "unknown"  # the answer after the final dot was lost
    AWAY = "away"  # the server cannot be reached, or does not take letters from us at all


@dataclass(frozen=True)
class Outcome:
    result: Result
    code: int | None = None
    detail: str = ""  # never the server's own words: they repeat the address


class TrackedSMTP(smtplib.SMTP):
    """A connection that knows how far the conversation came, and keeps each step within its time."""

    # How long the next step may take; raises TimeoutError when no time is left.
    step_seconds: Callable[[], float] | None = None
    has_sender = False  # the server takes mail from us: the address of the recipient is next
    has_final_dot = False  # it has the whole e-mail and may have accepted it

    def send(self, s: object) -> None:
        """Send a command (text), or the content with its final dot (bytes)."""
        assert isinstance(s, str | bytes)
        if self.step_seconds and self.sock:
            self.sock.settimeout(self.step_seconds())
        self.has_final_dot = False
        if isinstance(s, str):
            self.has_sender = s.lower().startswith(("rcpt", "data"))
        super().send(s)
        # An error above means that the end of the content, and with it the dot, did not leave.
        self.has_final_dot = isinstance(s, bytes)


class TrackedSMTPOverTLS(TrackedSMTP, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Django's SMTP backend on tracked connections."""

    connection: TrackedSMTP | None

    @property
    def connection_class(self) -> type[TrackedSMTP]:
        return TrackedSMTPOverTLS if self.use_ssl else TrackedSMTP


class Line:
    """A connection, opened when it is first needed and used for up to 50 letters.

    Use as a context manager.
    """

    def __init__(self) -> None:
        self._backend: BaseEmailBackend | None = None
        self._letters = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        backend, self._backend, self._letters = self._backend, None, 0
        if backend is None:
            return
        if isinstance(backend, EmailBackend) and backend.connection:
            backend.connection.step_seconds = lambda: GOODBYE_SECONDS
        # A connection that breaks while it is closed has done its work.
        with contextlib.suppress(OSError):
            backend.close()

    def send(self, message: EmailMessage, lease: Lease) -> Outcome:
        """Hand over one letter within the lease's budget.

        Never raises for what a mail server or a network does.
        """
        was_open = self._backend is not None and self._letters < LETTERS_PER_CONNECTION
        try:
            backend = self._open(lease)
        except OSError as error:
            self.hang_up()
            return Outcome(Result.AWAY, getattr(error, "smtp_code", None), type(error).__name__)
        if not isinstance(backend, EmailBackend):
            return self._send_otherwise(backend, message)
        outcome = _converse(backend, message, lease)
        if outcome.result is Result.AWAY and was_open:
            # The server had closed a connection that we kept: not its fault, not the letter's.
            self.hang_up()
            return self.send(message, lease)
        if outcome.result is not Result.ACCEPTED:
            self.hang_up()
        return outcome

    def _open(self, lease: Lease) -> BaseEmailBackend:
        """Return the open connection: the same as last time, or a new one."""
        if self._backend is None or self._letters >= LETTERS_PER_CONNECTION:
            self.hang_up()
            seconds = lease.step_seconds()
            self._backend = configured_backend()
            if isinstance(self._backend, EmailBackend):
                # Connect, greet, encrypt, sign in.
                self._backend.timeout = max(seconds / 4, 0.1)
            self._backend.open()
        self._letters += 1
        return self._backend

    def _send_otherwise(self, backend: BaseEmailBackend, message: EmailMessage) -> Outcome:
        """Whatever a backend of others raises, the letter is tried again: it may not have left."""
        try:
            count = backend.send_messages([message])
        except Exception as error:
            log.exception("the mail backend failed")
            self.hang_up()
            return Outcome(Result.LATER, None, type(error).__name__)
        return Outcome(Result.ACCEPTED) if count else Outcome(Result.LATER, None, "not taken")


def configured_backend() -> BaseEmailBackend:
    """Return a new backend as the settings describe it: MAILERS since Django 6.1, else EMAIL_*."""
    return mail.mailers.default if hasattr(mail, "mailers") else mail.get_connection()


def _converse(backend: EmailBackend, message: EmailMessage, lease: Lease) -> Outcome:
    connection = backend.connection
    assert connection is not None
    connection.step_seconds = lease.step_seconds
    try:
        backend.send_messages([message])
    except smtplib.SMTPSenderRefused as error:
        return Outcome(Result.AWAY, error.smtp_code, _enhanced(error.smtp_error))
    except smtplib.SMTPRecipientsRefused as error:
        [(code, words)] = error.recipients.values()
        return _unwanted(code, words)
    except smtplib.SMTPDataError as error:
        return _unwanted(error.smtp_code, error.smtp_error)
    except OSError as error:  # smtplib's own errors are OSErrors too
        return Outcome(_broken(connection, error), None, type(error).__name__)
    return Outcome(Result.ACCEPTED, OK)


def _broken(connection: TrackedSMTP, error: OSError) -> Result:
    if connection.has_final_dot:
        return Result.UNKNOWN
    is_closed = isinstance(error, smtplib.SMTPServerDisconnected | smtplib.SMTPHeloError)
    return Result.AWAY if is_closed and not connection.has_sender else Result.LATER


def _unwanted(code: int, words: bytes | str) -> Outcome:
    result = Result.REFUSED if code >= FIRST_PERMANENT else Result.LATER
    return Outcome(result, code if code > 0 else None, _enhanced(words))


def _enhanced(words: bytes | str) -> str:
    found = ENHANCED_CODE.search(words if isinstance(words, bytes) else words.encode())
    return found[1].decode() if found else ""
