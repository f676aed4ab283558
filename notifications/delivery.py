"""The conversation with the mail server, step by step, so that we know where it broke.

Before the final dot the server cannot have taken the letter: trying again is safe. After it, only the answer tells;
if that is lost, the outcome is unknown. Django's SMTP backend makes the connection (TLS, sign-in), we speak on it.
Any other backend is used through its own `send_messages`.
"""

from __future__ import annotations

import contextlib
import logging
import re
import smtplib
import socket
from dataclasses import dataclass
from email.utils import parseaddr
from enum import Enum
from types import TracebackType
from typing import Any, Self

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from .claiming import Lease

log = logging.getLogger(__name__)

LETTERS_PER_CONNECTION = 50
ENHANCED_CODE = re.compile(rb"\b([245]\.\d{1,3}\.\d{1,3})\b")
GOODBYE_SECONDS = 2
FIRST_PERMANENT = 500


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


class Line:
    """One connection, opened when it is first needed and used for up to 50 letters. Use as a context manager."""

    def __init__(self) -> None:
        self._backend: Any = None
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
        with contextlib.suppress(
            OSError
        ):  # a connection that breaks while it is closed has done its work
            sock = getattr(getattr(backend, "connection", None), "sock", None)
            if sock is not None:
                sock.settimeout(GOODBYE_SECONDS)
            backend.close()

    def send(self, message: EmailMessage, lease: Lease) -> Outcome:
        """Hand over one letter within the lease's budget. Never raises for what a mail server or a network does."""
        try:
            was_open = self._open(lease)
        except OSError as error:
            self.hang_up()
            return Outcome(Result.AWAY, getattr(error, "smtp_code", None), type(error).__name__)
        if not isinstance(self._backend, EmailBackend):
            return self._send_otherwise(message)
        outcome = self._converse(message, lease)
        if outcome.result is Result.AWAY and was_open:
            # The server had closed a connection that we kept: not its fault, not the letter's.
            self.hang_up()
            return self.send(message, lease)
        if outcome.result is not Result.ACCEPTED:
            self.hang_up()
        return outcome

    def _open(self, lease: Lease) -> bool:
        """Have a connection; return whether it was there already."""
        if self._backend is not None and self._letters < LETTERS_PER_CONNECTION:
            self._letters += 1
            return True
        self.hang_up()
        seconds = lease.step_seconds()
        backend = get_connection()
        if isinstance(backend, EmailBackend):
            backend.timeout = max(seconds / 4, 0.1)  # connect, greet, encrypt, sign in
        self._backend, self._letters = backend, 1
        backend.open()
        if isinstance(backend, EmailBackend):
            # The final dot is a small packet after a large one: without this it waits 40 ms for an acknowledgement.
            smtp: Any = backend.connection
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return False

    def _send_otherwise(self, message: EmailMessage) -> Outcome:
        try:
            count = self._backend.send_messages([message])
        except OSError as error:
            self.hang_up()
            return Outcome(Result.LATER, None, type(error).__name__)
        return Outcome(Result.ACCEPTED) if count else Outcome(Result.LATER, None, "not taken")

    def _converse(self, message: EmailMessage, lease: Lease) -> Outcome:
        smtp: smtplib.SMTP = self._backend.connection
        content: Any = (
            message.message()
        )  # Django's own message type, whose as_bytes knows line ends
        raw: bytes = content.as_bytes(linesep="\r\n")
        sender = sanitize_address(parseaddr(message.from_email)[1], "utf-8")
        try:
            outcome = self._envelope(
                smtp, sender, message.recipients()[0], raw, lease
            ) or self._content(smtp, raw, lease)
        except OSError as error:  # smtplib's own errors are OSErrors too
            return Outcome(Result.LATER, None, type(error).__name__)
        return outcome or self._answer(smtp, lease)

    def _envelope(
        self, smtp: smtplib.SMTP, sender: str, to: str, raw: bytes, lease: Lease
    ) -> Outcome | None:
        self._wait(smtp, lease)
        try:
            smtp.ehlo_or_helo_if_needed()
            options = [f"size={len(raw)}"] if smtp.has_extn("size") else []
            if smtp.has_extn("8bitmime") and not raw.isascii():
                options.append("body=8bitmime")
            self._wait(smtp, lease)
            code, words = smtp.mail(sender, options)
        except smtplib.SMTPServerDisconnected as error:
            return Outcome(Result.AWAY, None, type(error).__name__)
        if code != 250:
            return Outcome(Result.AWAY, code, _enhanced(words))
        self._wait(smtp, lease)
        code, words = smtp.rcpt(sanitize_address(to, "utf-8"))
        return None if code in (250, 251) else _unwanted(code, words)

    def _content(self, smtp: smtplib.SMTP, raw: bytes, lease: Lease) -> Outcome | None:
        self._wait(smtp, lease)
        code, words = smtp.docmd("data")
        if code != 354:
            return _unwanted(code, words)
        self._wait(smtp, lease)
        stuffed = re.sub(rb"(?m)^\.", b"..", raw)
        smtp.send(stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n")
        return None

    def _answer(self, smtp: smtplib.SMTP, lease: Lease) -> Outcome:
        """The final dot. From here on an error means that we do not know."""
        try:
            self._wait(smtp, lease)
        except TimeoutError as error:
            return Outcome(Result.LATER, None, type(error).__name__)
        try:
            smtp.send(b".\r\n")
            code, words = smtp.getreply()
        except OSError as error:
            return Outcome(Result.UNKNOWN, None, type(error).__name__)
        return Outcome(Result.ACCEPTED, code) if code == 250 else _unwanted(code, words)

    @staticmethod
    def _wait(smtp: smtplib.SMTP, lease: Lease) -> None:
        """Let the next step take no longer than the lease allows."""
        seconds = lease.step_seconds()
        if smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("closed")
        smtp.sock.settimeout(seconds)


def _unwanted(code: int, words: bytes) -> Outcome:
    result = Result.REFUSED if code >= FIRST_PERMANENT else Result.LATER
    return Outcome(result, code if code > 0 else None, _enhanced(words))


def _enhanced(words: bytes) -> str:
    found = ENHANCED_CODE.search(words)
    return found[1].decode() if found else ""
