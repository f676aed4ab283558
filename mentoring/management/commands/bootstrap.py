"""Bring the database up to date before the site starts, in one start of Django.

With --demo an empty installation is filled with invented people.
"""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def is_behind() -> bool:
    """Whether a migration is pending; much quicker than running `migrate` for nothing."""
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
