from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import erasure_log
from notifications import restore_guard

NO_ERASURE_LOG = (
    "This machine has no log of erased people, so people who were erased would come back. Restore"
    " from an archive of `manage.py backup`, or copy the log of the old machine to %(path)s. If no"
    " one has been erased, or no log is left, run this again with --without-erasure-log."
)


class Command(BaseCommand):
    help = (
        "After a restore: holds every e-mail that is due, repeats erasures, and allows this "
        "database to send e-mail again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--without-erasure-log",
            action="store_true",
            help="start a new log of erased people where the old one is lost",
        )

    def handle(self, *, without_erasure_log: bool, **options: object) -> None:
        if not (erasure_log.exists() or without_erasure_log):
            raise CommandError(NO_ERASURE_LOG % {"path": settings.ERASED_FILE})
        held, failing = restore_guard.after_restore(timezone.now())
        if failing:
            raise CommandError(
                f"not finished, nothing is sent yet; these steps failed: {', '.join(failing)}"
            )
        self.stdout.write(
            f"{held} e-mails are on hold. Look at them in the outbox, then run release_held."
        )
