from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from dashboard.demo import people, story


class Command(BaseCommand):
    help = "Fills an empty database with invented people in three programs. Does nothing when anybody is there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--phase", choices=story.PHASES, default="running", help="where the story stands"
        )

    def handle(self, *args: Any, phase: str, **options: Any) -> None:
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError(
                "The demo's sign-ins are public. Set DEMO=1 and DEBUG=1 on a machine of your own."
            )
        if User.objects.exists():
            self.stdout.write("There are people here already; nothing was changed.")
            return
        story.tell(phase, timezone.now())
        self.stdout.write("Sign in as:")
        for role, name in people.SIGN_INS.items():
            self.stdout.write(f"  {role}@example.org   {name} ({role})")
        self.stdout.write(f"  password for each: {people.PASSWORD}")
