import json

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from accounts.models import User
from accounts.privacy import export_person


class Command(BaseCommand):
    help = "Prints everything that is stored about a person as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: object, email: str, **options: object) -> None:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError(f"No one has the address {email}.")
        self.stdout.write(
            json.dumps(export_person(user), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        )
