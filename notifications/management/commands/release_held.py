from __future__ import annotations

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count

from notifications import outbox
from notifications.models import Notification
from notifications.reasons import words_of


class Command(BaseCommand):
    help = "Lists the e-mails on hold; with --kind or --all releases them, or cancels them."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--kind", default="", help="only e-mails of this kind")
        which.add_argument("--all", action="store_true", help="every kind")
        parser.add_argument("--cancel", action="store_true", help="cancel them instead")

    def handle(self, *, kind: str, cancel: bool, **options: object) -> None:
        if options["all"] or kind:
            act = outbox.cancel_held if cancel else outbox.release_held
            self.stdout.write(f"{act(kind=kind)} {'cancelled' if cancel else 'released'}")
            return
        held = Notification.system.filter(state=Notification.State.HELD)
        for row in held.order_by("kind").values("kind", "reason").annotate(count=Count("pk")):
            self.stdout.write(f"{row['count']:6} {row['kind']} ({words_of(row['reason'])})")
        self.stdout.write("Choose with --kind KIND or --all; add --cancel to cancel them.")
