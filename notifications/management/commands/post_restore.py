from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications import restore_guard


class Command(BaseCommand):
    help = (
        "After a restore: holds every e-mail that is due, repeats erasures, and allows this "
        "database to send e-mail again."
    )

    def handle(self, **options: object) -> None:
        held, failing = restore_guard.after_restore(timezone.now())
        if failing:
            raise CommandError(
                f"not finished, nothing is sent yet; these steps failed: {', '.join(failing)}"
            )
        self.stdout.write(
            f"{held} e-mails are on hold. Look at them in the outbox, then run release_held."
        )
