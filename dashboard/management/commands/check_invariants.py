from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dashboard.invariants import INVARIANTS, broken_invariants


class Command(BaseCommand):
    help = (
        "Check what must hold whatever people do: pairs, dates, signatures, states, e-mails. "
        "Changes nothing; fails and names the rows, never a person, if something does not hold."
    )

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature
        broken = broken_invariants(timezone.now())
        for sentence, rows in broken.items():
            self.stderr.write(f"NOT TRUE: {sentence}")
            self.stderr.write(f"  {len(rows)}: {', '.join(rows[:20])}")
        if broken:
            raise CommandError(f"{len(broken)} of {len(INVARIANTS)} do not hold.")
        self.stdout.write(f"All {len(INVARIANTS)} hold.")
