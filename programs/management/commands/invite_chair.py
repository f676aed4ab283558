"""Invite the chair of a program; makes the program if there is none of this name.

    python manage.py invite_chair ruth@example.org --program "HR chapter" --template hr

The person receives an e-mail, signs in with a code that is e-mailed to them, and finds the list of
set-up steps. Running it again for the same person and program changes nothing.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from notifications.links import absolute
from programs.creation import create_program, unused_slug
from programs.members import invite_member
from programs.models import Membership, Program
from programs.seeds import LISTS


class Command(BaseCommand):
    help = "Invites the chair of a program by e-mail; makes the program if it is new."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the chair's e-mail address")
        parser.add_argument("--program", required=True, help="the program's name")
        parser.add_argument("--name", default="", help="the chair's name")
        parser.add_argument(
            "--template", choices=sorted(LISTS), default="", help="starter list of a new program"
        )
        parser.add_argument("--language", default="en", help="language of a new program")
        parser.add_argument("--time-zone", default="UTC", help="time zone of a new program")

    @transaction.atomic
    def handle(self, *args: object, email: str, program: str, name: str, **options: str) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email} is not an e-mail address.") from error
        found = Program.objects.filter(name=program).first() or self._new(program, options)
        person = User.objects.with_address(email)
        chairs = Membership.objects.live().filter(program=found, role=Membership.Role.CHAIR)
        if person and chairs.filter(user=person).exists():
            self.stdout.write(f"{person.email} is already a chair of {found.name}.")
            return
        chair = invite_member(found, email=email, name=name, role=Membership.Role.CHAIR)
        self.stdout.write(
            f"{chair.user.email} is a chair of {found.name}. An e-mail is on its way; the sign-in"
            f" page is {absolute(reverse('account_login'))}"
        )

    def _new(self, name: str, options: dict[str, str]) -> Program:
        program = Program(
            name=name,
            slug=unused_slug(name),
            language=options["language"],
            time_zone=options["time_zone"],
        )
        try:
            program.full_clean(exclude=["purpose"])
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        return create_program(program, template=options["template"])
