from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from programs.models import Program
from programs.seeds import LISTS, load_shared_vocabulary, load_vocabulary


class Command(BaseCommand):
    help = (
        "Add a starter list of topics and experiences, and the usual languages and industries. "
        "Existing entries are not changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("list", choices=sorted(LISTS), nargs="?", default="hr")
        parser.add_argument(
            "--program",
            metavar="SHORT_NAME",
            help="for this program only; without it shared by all programs",
        )

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature
        program = None
        if options["program"]:
            program = Program.objects.filter(slug=options["program"]).first()
            if program is None:
                raise CommandError(f"There is no program with the short name {options['program']}.")
        new = load_shared_vocabulary() + load_vocabulary(options["list"], program)
        self.stdout.write(f"{new} new entries.")
