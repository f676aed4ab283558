from __future__ import annotations

import logging
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from notifications.bounces import MAX_BYTES
from notifications.bounces.mailbox import (
    MESSAGES_PER_RUN,
    MailboxError,
    ReadCounts,
    count_message,
    read_mailbox,
)

log = logging.getLogger(__name__)
TRY_AGAIN_LATER = 75  # EX_TEMPFAIL of sysexits.h: the mail server keeps the message


class Command(BaseCommand):
    help = (
        "Reads e-mails that came back: from the mailbox in BOUNCE_MAILBOX_URL or, with --stdin, "
        "one message from a mail server's pipe."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--stdin", action="store_true", help="read one message from a pipe")
        parser.add_argument(
            "--limit",
            type=int,
            default=MESSAGES_PER_RUN,
            help=f"messages of the mailbox per run (default: {MESSAGES_PER_RUN})",
        )

    def handle(self, *, stdin: bool, limit: int, **options: object) -> None:
        counts = self._read_pipe() if stdin else self._read_mailbox(limit)
        self.stdout.write(
            f"{counts.bounces} bounces, {counts.known} known before, "
            f"{counts.others} other messages, {counts.unreadable} unreadable"
        )

    def _read_mailbox(self, limit: int) -> ReadCounts:
        if limit < 1:
            raise CommandError("--limit must be 1 or more")
        if not settings.BOUNCE_MAILBOX_URL:
            raise CommandError("BOUNCE_MAILBOX_URL is not set; see docs/operations.md")
        try:
            return read_mailbox(at=timezone.now(), limit=limit)
        except MailboxError as error:
            raise CommandError(str(error)) from error

    def _read_pipe(self) -> ReadCounts:
        """Read a message. It never fails because of the message: the server would bounce that."""
        counts = ReadCounts()
        raw = sys.stdin.buffer.read(MAX_BYTES)
        while sys.stdin.buffer.read(MAX_BYTES):  # the server wants to be rid of all of it
            pass
        try:
            count_message(raw, counts, at=timezone.now())
        except DatabaseError:
            log.exception("a bounce cannot be recorded; the mail server tries again")
            sys.exit(TRY_AGAIN_LATER)
        return counts
