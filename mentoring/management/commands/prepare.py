"""Brings the database up to the code, in one start of Django: what `make run` and the image do before anything serves.

With --demo an empty installation is filled with invented people; one that has anybody in it is left alone.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Migrates, makes the cache table and, with --demo, fills an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demo data if there is no account yet")

    def handle(self, *args: Any, **options: Any) -> None:
        quiet = {"verbosity": 0, "stdout": self.stdout}
        call_command("migrate", interactive=False, **quiet)
        call_command("createcachetable", **quiet)
        if options["demo"] and not get_user_model()._default_manager.exists():
            self.stdout.write("Loading the demo data ...")
            call_command("load_demo", stdout=self.stdout)
