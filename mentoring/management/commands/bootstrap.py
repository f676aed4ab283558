"""Brings the database up to the code, in one start of Django: what `make run` and the image do before anything serves.

With --demo an empty installation is filled with invented people; one that has anybody in it is left alone.
"""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def is_behind() -> bool:
    """Whether a migration is still to be run; much quicker to ask than to run none."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


class Command(BaseCommand):
    help = "Migrates, makes the cache table and, with --demo, fills an empty database."
    requires_system_checks: list[
        str
    ] = []  # `migrate` checks when there is something to do, and so does the server

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="load the demo data if there is no account yet"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if is_behind():
            call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        call_command("createcachetable", verbosity=0, stdout=self.stdout)
        if options["demo"]:
            call_command("load_demo", stdout=self.stdout)
