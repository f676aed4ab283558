from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dashboard import mail_checks
from dashboard.mail_page import findings_of
from notifications.mail_check import Verdict


class Command(BaseCommand):
    help = (
        "Asks the DNS whether others believe that our e-mails are ours (SPF, DKIM, DMARC, "
        "replies), says what to add, and exits with 1 if something is wrong."
    )

    def handle(self, **options: object) -> None:
        check = mail_checks.check_now(timezone.now())
        for one in findings_of(check):
            self.stdout.write(f"{one['verdict']}: {one['check']}\n    {one['text']}")
            if one["record"]:
                self.stdout.write(f"    {one['name']}  TXT  {one['record']}")
        wrong = [one for one in check.findings if one["verdict"] == Verdict.WRONG]
        if wrong:
            raise CommandError(f"{len(wrong)} to fix", returncode=1)
