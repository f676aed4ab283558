from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from demo import personas, scenario


class Command(BaseCommand):
    help = "Fills an empty database with invented people in three programs. Does nothing when anybody is there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--phase", choices=scenario.PHASES, default="running", help="where the story stands"
        )

    def handle(self, *args: Any, phase: str, **options: Any) -> None:
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError(
                "The demo's sign-ins are public. Set DEMO=1 and DEBUG=1 on a machine of your own."
            )
        if User.objects.exists():
            self.stdout.write("There are people here already; nothing was changed.")
        else:
            self.stdout.write("Loading the demo data, which takes a moment ...")
            scenario.build(phase, timezone.now())
        self._print_sign_ins()

    def _print_sign_ins(self) -> None:
        self.stdout.write(f"\n  {settings.BASE_URL}/")
        known = set(User.objects.values_list("email", flat=True))
        for role, name in personas.SIGN_INS.items():
            if f"{role}@example.org" in known:
                self.stdout.write(
                    f"  {role}@example.org, password {personas.PASSWORD}: {name} ({role})"
                )
        self.stdout.write("")
