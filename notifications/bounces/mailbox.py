"""Reading bounces from a mailbox over IMAP, or one of them from a mail server's pipe.

1. Only encrypted connections: `imaps://` from the start, `imap://` with STARTTLS.
2. Messages are read and left as they are, unread ones unread. What is a bounce is moved to
   `BOUNCE_DONE_FOLDER`, if that is set.
3. How far the mailbox was read is kept in the database. After a crash a message is read again,
   which counts nothing twice.
4. A message that cannot be parsed is logged by its number and passed over.
"""

from __future__ import annotations

import hashlib
import imaplib
import logging
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import DatabaseError
from django.db.models import DateTimeField, Q, Value
from django.db.models.functions import Coalesce

from ..models import BounceMailbox
from .addresses import email_of, record
from .delivery_reports import MAX_BYTES, parse

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 30  # of one command
MESSAGES_PER_RUN = 200
PORTS = {"imaps": 993, "imap": 143}
FOLDER = re.compile(r"[^\"\\\r\n]+")


class MailboxError(Exception):
    """The mailbox cannot be read; its text names no password and no message."""


@dataclass
class ReadCounts:
    """What a run has read: bounces that were news, others, and messages that are no bounces."""

    bounces: int = 0
    known: int = 0
    others: int = 0
    unreadable: int = 0


@dataclass(frozen=True)
class MailboxAddress:
    """Where the mailbox is, from `BOUNCE_MAILBOX_URL`."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    folder: str

    @classmethod
    def of(cls, url: str) -> MailboxAddress:
        """Read `imaps://USER:PASSWORD@HOST:993/FOLDER`. Raises MailboxError."""
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = 0
        if port == 0 or parts.scheme not in PORTS or not parts.hostname or not parts.username:
            raise MailboxError(
                "BOUNCE_MAILBOX_URL must look like imaps://USER:PASSWORD@HOST:993/INBOX"
            )
        folder = unquote(parts.path.strip("/")) or "INBOX"
        if not FOLDER.fullmatch(folder):
            raise MailboxError("BOUNCE_MAILBOX_URL names a folder with a quotation mark")
        return cls(
            parts.scheme,
            parts.hostname,
            port or PORTS[parts.scheme],
            unquote(parts.username),
            unquote(parts.password or ""),
            folder,
        )

    @property
    def key(self) -> str:
        """A hash that names the mailbox, without its password."""
        text = f"{self.host}:{self.port}/{self.user}/{self.folder}"
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def read_message(raw: bytes, *, at: datetime) -> bool | None:
    """Record one message; return whether it is news, None if it is no bounce of ours.

    Raises DatabaseError, and whatever the parsers raise on a broken message.
    """
    report = parse(raw)
    row = email_of(report) if report else None
    if report is None or row is None:
        return None
    return record(row, report.severity, status=report.status, at=at)


def count_message(raw: bytes, counts: ReadCounts, *, at: datetime, number: int = 0) -> bool:
    """Record one message and count it; return whether it was a bounce. Raises DatabaseError."""
    try:
        is_news = read_message(raw, at=at)
    except DatabaseError:
        raise
    except Exception:
        # Anyone can send anything here, and the parsers are not ours.
        log.exception("a message cannot be read as a bounce", extra={"number": number})
        counts.unreadable += 1
        return False
    if is_news is None:
        counts.others += 1
        return False
    counts.bounces += is_news
    counts.known += not is_news
    return True


def read_mailbox(*, at: datetime, limit: int = MESSAGES_PER_RUN) -> ReadCounts:
    """Read what has arrived in the mailbox, at most `limit` messages, the oldest first.

    Raises MailboxError if the mailbox cannot be read, and DatabaseError.
    """
    address = MailboxAddress.of(settings.BOUNCE_MAILBOX_URL)
    position, _created = BounceMailbox.objects.get_or_create(pk=address.key)
    mine = BounceMailbox.objects.filter(pk=address.key)
    try:
        with _open(address) as box:
            counts = _read(box, position, at=at, limit=limit)
    except (OSError, imaplib.IMAP4.error) as error:
        problem = type(error).__name__
        since = Coalesce("failed_at", Value(at, DateTimeField()))
        mine.update(failed_at=since, problem=problem)
        raise MailboxError(f"the mailbox on {address.host} cannot be read: {problem}") from error
    mine.update(read_at=at, failed_at=None, problem="")
    return counts


def state_of_mailbox() -> BounceMailbox | None:
    """Return how far the mailbox that is set was read; None before its first run."""
    try:
        key = MailboxAddress.of(settings.BOUNCE_MAILBOX_URL).key
    except MailboxError:
        return None
    return BounceMailbox.objects.filter(pk=key).first()


@contextmanager
def _open(address: MailboxAddress) -> Iterator[imaplib.IMAP4]:
    context = ssl.create_default_context()
    box: imaplib.IMAP4
    if address.scheme == "imaps":
        box = imaplib.IMAP4_SSL(
            address.host, address.port, ssl_context=context, timeout=TIMEOUT_SECONDS
        )
    else:
        box = imaplib.IMAP4(address.host, address.port, timeout=TIMEOUT_SECONDS)
    try:
        if address.scheme == "imap":
            box.starttls(context)
        box.login(address.user, address.password)
        _ask(box.select(f'"{address.folder}"', readonly=not settings.BOUNCE_DONE_FOLDER))
        yield box
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            box.logout()


def _ask(answer: tuple[str, list]) -> list:
    """Return the data of an answer. Raises IMAP4.error if the server said no."""
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(kind)
    return data


def _read(box: imaplib.IMAP4, position: BounceMailbox, *, at: datetime, limit: int) -> ReadCounts:
    mine, counts = BounceMailbox.objects.filter(pk=position.pk), ReadCounts()
    _name, (validity, *_rest) = box.response("UIDVALIDITY")
    if validity is not None and int(validity) != position.uid_validity:
        mine.update(uid_validity=int(validity), last_uid=0)
        position.last_uid = 0
    for uid in _new_uids(box, position.last_uid)[:limit]:
        raw = _message(box, uid)
        if raw is not None and count_message(raw, counts, at=at, number=uid):
            _move(box, uid)
        # Another run may be further already.
        mine.filter(Q(last_uid__lt=uid)).update(last_uid=uid)
    return counts


def _new_uids(box: imaplib.IMAP4, last_uid: int) -> list[int]:
    found = _ask(box.uid("SEARCH", f"UID {last_uid + 1}:*"))
    numbers = (found[0] or b"").split()
    # The star means the last message, also where it is older.
    return sorted(int(number) for number in numbers if int(number) > last_uid)


def _message(box: imaplib.IMAP4, uid: int) -> bytes | None:
    """Return the beginning of a message, None if it has been deleted meanwhile."""
    for part in _ask(box.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{MAX_BYTES}>)")):
        if isinstance(part, tuple):
            return bytes(part[1])
    return None


def _move(box: imaplib.IMAP4, uid: int) -> None:
    """Move a bounce to the folder for what was read, if there is one; where it cannot, it stays."""
    folder = settings.BOUNCE_DONE_FOLDER
    if not folder or not FOLDER.fullmatch(folder):
        return
    try:
        if "MOVE" in box.capabilities:
            _ask(box.uid("MOVE", str(uid), f'"{folder}"'))
        else:
            _ask(box.uid("COPY", str(uid), f'"{folder}"'))
            _ask(box.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)"))
    except imaplib.IMAP4.error:
        log.warning("a bounce cannot be moved", extra={"number": uid})
