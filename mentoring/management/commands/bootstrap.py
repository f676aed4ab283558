"""Bring the database up to date before the site starts, in one start of Django.

With --demo an empty installation is filled with invented people.
"""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor

from programs import first_chair


def is_behind() -> bool:
    """Whether a migration is pending; much quicker than running `migrate` for nothing.

    Raises CommandError for a database from before the initial migrations were rewritten.
    """
    executor = MigrationExecutor(connection)
    try:
        executor.loader.check_consistent_history(connection)
    except InconsistentMigrationHistory as error:
        raise CommandError(
            f"The database {settings.DATABASES['default']['NAME']} was made by an older version"
            " that cannot be updated. Delete it (`make clean` deletes everything in var/) and start"
            " again."
        ) from error
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


FIRST_CHAIR = """\
No one is on a committee yet. The first chair registers here, once, within 24 hours:
  {link}
Or invite them; they get an e-mail and sign in with a code:
  python manage.py invite_chair you@example.org --name "Your Name" --program "Program" --template hr
"""


class Command(BaseCommand):
    help = "Migrates, makes the cache table and, with --demo, fills an empty database."
    # `migrate` runs the checks when there is something to do, and so does the server.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="load the demo data if there is no account yet"
        )
        parser.add_argument("--phase", default="running", help="of the demo: see load_demo")

    def handle(self, *args: object, demo: bool, phase: str, **options: object) -> None:
        if is_behind():
            call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        call_command("createcachetable", verbosity=0, stdout=self.stdout)
        if demo:
            call_command("load_demo", "--phase", phase, stdout=self.stdout)
        elif first_chair.is_needed():
            self.stdout.write(FIRST_CHAIR.format(link=first_chair.new_link()))
