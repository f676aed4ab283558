"""The sweep without Celery: once (cron, a systemd timer) or for ever with --loop (a small installation needs no broker)."""

from __future__ import annotations

import logging
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from notifications import dispatch
from notifications.claiming import pace

log = logging.getLogger(__name__)

ALARM_SECONDS = 300  # as Celery's hard time limit: a sweep that hangs must not outlive its lease


class Command(BaseCommand):
    help = "Plans and sends what is due in the outbox."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--loop", action="store_true", help="go on until told to stop (TERM or Ctrl-C)"
        )
        parser.add_argument(
            "--every",
            type=float,
            default=5.0,
            metavar="SECONDS",
            help="pause between two sweeps (5)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: dispatch.stopping.set())
        self._sweep(is_patient=options["loop"])
        while options["loop"] and not dispatch.stopping.wait(options["every"]):
            self._sweep(is_patient=True)

    def _sweep(self, *, is_patient: bool) -> None:
        signal.setitimer(signal.ITIMER_REAL, ALARM_SECONDS * pace())  # ends the process
        try:
            if is_patient:
                close_old_connections()
            sent = dispatch.sweep()
        except DatabaseError:
            if not is_patient:
                raise
            log.exception("the database is away; the next sweep tries again")
            close_old_connections()
        else:
            if sent:
                self.stdout.write(f"{sent} sent")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
