from __future__ import annotations

from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mentoring import backups


class Command(BaseCommand):
    help = (
        "Loads an archive of `manage.py backup` into the database. Stop the site first. No e-mail "
        "is sent afterwards until you have run post_restore."
    )
    requires_system_checks: list[str] = []  # some look at tables, which may be missing

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the archive")
        parser.add_argument(
            "--replace", action="store_true", help="replace a database that has accounts"
        )
        parser.add_argument(
            "--erasure-log",
            action="append",
            default=[],
            type=Path,
            metavar="FILE",
            help="a newer copy of the log of erased people, or a newer archive; may be repeated",
        )

    def handle(
        self, *, file: Path, replace: bool, erasure_log: list[Path], **options: object
    ) -> None:
        try:
            with (
                file.open("rb") as source,
                backups.archive_to_restore(source, replace=replace) as archive,
            ):
                # First, so that no one comes back if the rest fails.
                added = backups.merge_erasure_logs(archive, erasure_log)
                backups.load(archive)
                made_at, rows = archive.manifest["made_at"], archive.rows
        except (backups.BackupError, OSError) as error:
            raise CommandError(f"Nothing was restored. {error}") from error
        call_command("bootstrap", stdout=self.stdout)
        self.stdout.write(
            f"Restored the backup of {made_at}: {rows} rows."
            f" {added} people were added to the log of erased people.\n"
            "Next, before you start the site: manage.py post_restore"
        )
