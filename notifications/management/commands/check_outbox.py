from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from notifications import alarms, outbox_health


class Command(BaseCommand):
    help = (
        "Reports on the outbox; exits with 1 if e-mails are not being sent as they should, and "
        "tells ALERT_EMAIL once when nothing has been sent for ten minutes."
    )

    def handle(self, **options: object) -> None:
        alarms.look()
        report = outbox_health.report()
        figures = (
            f"{report['waiting']} waiting, {report['failed']} failed, {report['held']} on hold"
        )
        if not report["healthy"]:
            raise CommandError(f"{'; '.join(report['problems'])} ({figures})", returncode=1)
        self.stdout.write(f"healthy: {figures}")
