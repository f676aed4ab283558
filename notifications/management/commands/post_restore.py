from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications import restore_guard


class Command(BaseCommand):
    help = "After a restore: holds back every letter that is due, re-applies erasures, and lets this database sweep again."

    def handle(self, *args: Any, **options: Any) -> None:
        held, failing = restore_guard.after_restore(timezone.now())
        if failing:
            raise CommandError(
                f"not finished, nothing is sent yet; these steps failed: {', '.join(failing)}"
            )
        self.stdout.write(
            f"{held} letters are held back. Look at them in the outbox, then run release_held."
        )
