from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mentoring import backups

KEEP = 14


class Command(BaseCommand):
    help = (
        "Writes a dated archive with the database, the log of erased people and the epoch of the "
        "outbox, and verifies it. Keys are not in it: keep .env apart."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder",
            nargs="?",
            type=Path,
            default=settings.BACKUP_FOLDER,
            help=f"where to (default: {settings.BACKUP_FOLDER})",
        )
        parser.add_argument(
            "--keep",
            type=int,
            default=KEEP,
            metavar="N",
            help=f"remove all but the newest N archives in the folder (default: {KEEP})",
        )

    def handle(self, *, folder: Path, keep: int, **options: object) -> None:
        if keep < 1:
            raise CommandError("--keep: use 1 or more, because the new backup counts too.")
        try:
            path = backups.create_backup(folder, keep=keep)
        except (backups.BackupError, OSError) as error:
            raise CommandError(f"No backup was made. {error}") from error
        size = path.stat().st_size / 1_000_000
        self.stdout.write(f"Written and verified: {path} ({size:.1f} MB)")
