from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from notifications import alarms, dispatch
from notifications.leases import time_scale

log = logging.getLogger(__name__)

# The same as Celery's hard time limit: a run that hangs must not outlive its lease.
ALARM_SECONDS = 300


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Finish the e-mail in hand on TERM or Ctrl-C; afterwards they end the process again."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        dispatch.stop_requested.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Command(BaseCommand):
    help = (
        "Sends what is due in the outbox: once (cron, a systemd timer), or continuously with "
        "--loop, in place of Celery's worker and beat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="run until TERM or Ctrl-C")
        parser.add_argument(
            "--every",
            type=float,
            default=5.0,
            metavar="SECONDS",
            help="pause between two runs (default: 5)",
        )

    def handle(self, *, loop: bool, every: float, **options: object) -> None:
        with ended_by_signals():
            self._run(is_loop=loop)
            alarms.wait(0 if loop else alarms.PING_SECONDS)
            while loop and not dispatch.stop_requested.wait(every):
                self._run(is_loop=True)

    def _run(self, *, is_loop: bool) -> None:
        # Nothing handles SIGALRM: it ends the process, and the supervisor starts a new one.
        signal.setitimer(signal.ITIMER_REAL, ALARM_SECONDS * time_scale())
        try:
            if is_loop:
                close_old_connections()
            sent = dispatch.send_due_emails()
            alarms.after_run()
        except DatabaseError:
            if not is_loop:
                raise
            log.exception("the database is unavailable; the next run tries again")
            close_old_connections()
        else:
            if sent:
                self.stdout.write(f"{sent} sent")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
