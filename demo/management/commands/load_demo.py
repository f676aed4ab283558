from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from demo import personas, scenario


class Command(BaseCommand):
    help = "Fills an empty database with invented people in three programs. Does nothing otherwise."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--phase", choices=scenario.PHASES, default="running", help="how far the year has come"
        )

    def handle(self, *args: object, phase: str, **options: object) -> None:
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError(
                "The demo's sign-ins are public. Set DEMO=1 and DEBUG=1 on a machine of your own."
            )
        if User.objects.exists():
            self.stdout.write("The database already has people. Nothing was changed.")
        else:
            self.stdout.write("Loading the demo data, which takes a moment ...")
            scenario.build(phase, timezone.now())
        self._print_sign_ins()

    def _print_sign_ins(self) -> None:
        """Say what to do next; passwords only for those who want to type them."""
        self.stdout.write(f"\n  Open {settings.BASE_URL}{reverse('account_login')}")
        addresses = [personas.sign_in_address(role) for role in personas.SIGN_INS]
        if User.objects.filter(email__in=addresses).exists():
            self.stdout.write("  and choose a person on the sign-in page, or sign in yourself:")
            for role, name in personas.SIGN_INS.items():
                self.stdout.write(f"    {personas.sign_in_address(role)}: {name} ({role})")
            self.stdout.write(f"    Their password is {personas.PASSWORD}")
        self.stdout.write("")
