from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications import outbox_health


class Command(BaseCommand):
    help = "Says how the outbox is; ends with 1 when letters do not leave as they should."

    def handle(self, *args: Any, **options: Any) -> None:
        report = outbox_health.report()
        figures = (
            f"{report['waiting']} waiting, {report['failed']} failed, {report['held']} held back"
        )
        if not report["healthy"]:
            raise CommandError(f"{'; '.join(report['problems'])} ({figures})", returncode=1)
        self.stdout.write(f"healthy: {figures}")
