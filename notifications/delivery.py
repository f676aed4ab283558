"""Handing an e-mail to the mail server, and what became of it.

1. Before the end of the content (the line with a single dot) the server cannot have accepted the
   e-mail: trying again is safe.
2. After it only the server's reply tells. If the reply is lost, the outcome is unknown.

Django's SMTP backend and smtplib speak to the server. Our subclass of the connection notes how far
they came, and keeps each command within the lease. Any other backend (`EMAIL_BACKEND`) is used
through `send_messages` only.
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

from .leases import Lease
from .reasons import PERMANENT_FAILURE, TEMPORARY_FAILURE, UNAVAILABLE, UNKNOWN

log = logging.getLogger(__name__)

EMAILS_PER_CONNECTION = 50
ENHANCED_CODE = re.compile(rb"\b([245]\.\d{1,3}\.\d{1,3})\b")
CLOSE_SECONDS = 2
CONNECT_SHARE = 1 / 4  # of a step, for each of: connect, greet, encrypt, sign in
OK, FIRST_PERMANENT = 250, 500


class DeliveryStatus(Enum):
    """What became of an e-mail; the value begins the row's last problem."""

    ACCEPTED = "accepted"
    PERMANENT_FAILURE = PERMANENT_FAILURE  # this address or this e-mail: do not try again
    TEMPORARY_FAILURE = TEMPORARY_FAILURE  # not accepted, trying again is safe
    UNKNOWN = UNKNOWN  # the reply to the content was lost: it may have been accepted
    UNAVAILABLE = UNAVAILABLE  # no connection, or the server takes no e-mail from us at all


@dataclass(frozen=True)
class DeliveryResult:
    """What became of an e-mail. `code` is the SMTP reply code, if there was a reply."""

    status: DeliveryStatus
    code: int | None = None
    detail: str = ""  # never the text of the server's reply: it repeats the address
    is_about_address: bool = False  # the server answered to the address, not to the content
    is_refused: bool = False  # the mail provider sends nothing to this address


class TrackedSMTP(smtplib.SMTP):
    """A connection that knows how far it came with an e-mail, and limits the time of each step."""

    # How long the next step may take; raises TimeoutError when no time is left.
    step_seconds: Callable[[], float] | None = None
    has_sender = False  # the server takes e-mail from us: the address of the recipient is next
    has_content = False  # it has the whole e-mail and may have accepted it

    def send(self, s: object) -> None:
        """Send a command (str), or the content with its end (bytes)."""
        assert isinstance(s, str | bytes)
        if self.step_seconds and self.sock:
            self.sock.settimeout(self.step_seconds())
        self.has_content = False
        if isinstance(s, str):
            self.has_sender = s.lower().startswith(("rcpt", "data"))
        super().send(s)
        # An error above means that the end of the content was not sent.
        self.has_content = isinstance(s, bytes)


class TrackedSMTPOverTLS(TrackedSMTP, smtplib.SMTP_SSL):
    """The same for servers that expect TLS from the start (port 465)."""


class EmailBackend(smtp.EmailBackend):
    """Django's SMTP backend on tracked connections."""

    connection: TrackedSMTP | None

    @property
    def connection_class(self) -> type[TrackedSMTP]:
        return TrackedSMTPOverTLS if self.use_ssl else TrackedSMTP


class MailConnection:
    """A connection of the configured backend, opened when it is first needed.

    It is used for up to 50 e-mails. Use as a context manager.
    """

    def __init__(self) -> None:
        self._backend: BaseEmailBackend | None = None
        self._sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, if there is one; the next `send` opens a new one."""
        backend, self._backend, self._sent = self._backend, None, 0
        if backend is None:
            return
        if isinstance(backend, EmailBackend) and backend.connection:
            backend.connection.step_seconds = lambda: CLOSE_SECONDS
        # What was sent over it is recorded already, so an error while closing costs nothing.
        with contextlib.suppress(OSError):
            backend.close()

    def send(self, message: EmailMessage, lease: Lease) -> DeliveryResult:
        """Hand over one e-mail within the time of its lease.

        Errors of the mail server and the network are returned as a result, not raised.
        """
        was_open = self._backend is not None and self._sent < EMAILS_PER_CONNECTION
        try:
            backend = self._open(lease)
        except OSError as error:
            self.close()
            code = getattr(error, "smtp_code", None)
            return DeliveryResult(DeliveryStatus.UNAVAILABLE, code, type(error).__name__)
        if not isinstance(backend, EmailBackend):
            return self._send_with_backend(backend, message)
        result = _send_over_smtp(backend, message, lease)
        if result.status is DeliveryStatus.UNAVAILABLE and was_open:
            # The server has closed an idle connection that we kept, so try once with a new one.
            self.close()
            return self.send(message, lease)
        if result.status is not DeliveryStatus.ACCEPTED:
            self.close()
        return result

    def _open(self, lease: Lease) -> BaseEmailBackend:
        """Return the open connection: the same as last time, or a new one."""
        if self._backend is None or self._sent >= EMAILS_PER_CONNECTION:
            self.close()
            seconds = lease.step_seconds()
            self._backend = configured_backend()
            if isinstance(self._backend, EmailBackend):
                self._backend.timeout = max(seconds * CONNECT_SHARE, 0.1)
            self._backend.open()
        self._sent += 1
        return self._backend

    def _send_with_backend(
        self, backend: BaseEmailBackend, message: EmailMessage
    ) -> DeliveryResult:
        try:
            count = backend.send_messages([message])
        except Exception as error:  # a provider's backend raises errors of its own
            if _is_refused(message):
                status = DeliveryStatus.PERMANENT_FAILURE
                return DeliveryResult(status, None, type(error).__name__, is_refused=True)
            log.exception("the mail backend failed")
            self.close()
            return DeliveryResult(DeliveryStatus.TEMPORARY_FAILURE, None, type(error).__name__)
        if count:
            return DeliveryResult(DeliveryStatus.ACCEPTED)
        return DeliveryResult(DeliveryStatus.TEMPORARY_FAILURE, None, "not accepted")


def _is_refused(message: EmailMessage) -> bool:
    """Return whether django-anymail notes that the provider refuses the address of an e-mail."""
    answers: set[str] = getattr(getattr(message, "anymail_status", None), "status", None) or set()
    return bool(answers) and answers <= {"invalid", "rejected"}


def configured_backend() -> BaseEmailBackend:
    """Return a new backend as the settings describe it: MAILERS since Django 6.1, else EMAIL_*."""
    return mail.mailers.default if hasattr(mail, "mailers") else mail.get_connection()


def _send_over_smtp(backend: EmailBackend, message: EmailMessage, lease: Lease) -> DeliveryResult:
    connection = backend.connection
    assert connection is not None
    connection.step_seconds = lease.step_seconds
    try:
        backend.send_messages([message])
    except smtplib.SMTPSenderRefused as error:
        # Not this e-mail's fault: the server would refuse our address for every other one, too.
        detail = _enhanced_code(error.smtp_error)
        return DeliveryResult(DeliveryStatus.UNAVAILABLE, error.smtp_code, detail)
    except smtplib.SMTPRecipientsRefused as error:
        [(code, reply)] = error.recipients.values()
        return _rejection(code, reply, is_about_address=True)
    except smtplib.SMTPDataError as error:
        return _rejection(error.smtp_code, error.smtp_error)
    except OSError as error:  # smtplib's own errors are OSErrors too
        return DeliveryResult(_status_after_error(connection, error), None, type(error).__name__)
    return DeliveryResult(DeliveryStatus.ACCEPTED, OK)


def _status_after_error(connection: TrackedSMTP, error: OSError) -> DeliveryStatus:
    if connection.has_content:
        return DeliveryStatus.UNKNOWN
    is_closed = isinstance(error, smtplib.SMTPServerDisconnected | smtplib.SMTPHeloError)
    if is_closed and not connection.has_sender:
        return DeliveryStatus.UNAVAILABLE
    return DeliveryStatus.TEMPORARY_FAILURE


def _rejection(code: int, reply: bytes | str, *, is_about_address: bool = False) -> DeliveryResult:
    is_permanent = code >= FIRST_PERMANENT
    status = DeliveryStatus.PERMANENT_FAILURE if is_permanent else DeliveryStatus.TEMPORARY_FAILURE
    known = code if code > 0 else None
    return DeliveryResult(status, known, _enhanced_code(reply), is_about_address)


def _enhanced_code(reply: bytes | str) -> str:
    """Return the enhanced status code (RFC 3463) in a reply, such as 5.1.1; or ""."""
    found = ENHANCED_CODE.search(reply if isinstance(reply, bytes) else reply.encode())
    return found[1].decode() if found else ""
