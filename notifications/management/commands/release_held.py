from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count

from notifications import outbox
from notifications.models import Notification


class Command(BaseCommand):
    help = "Lists the letters that are held back; lets them go, or ends them, when told to."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--kind", help="only letters of this kind")
        which.add_argument("--all", action="store_true", help="every kind")
        parser.add_argument(
            "--cancel", action="store_true", help="end them instead of sending them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"] or options["kind"]:
            act = outbox.cancel_held if options["cancel"] else outbox.release_held
            word = "cancelled" if options["cancel"] else "released"
            self.stdout.write(f"{act(kind=options['kind'] or '')} {word}")
            return
        held = Notification.system.filter(state=Notification.State.HELD)
        for row in held.order_by("kind").values("kind", "reason").annotate(count=Count("pk")):
            self.stdout.write(f"{row['count']:6} {row['kind']} ({row['reason']})")
        self.stdout.write("Choose with --kind KIND or --all; add --cancel to end them.")
