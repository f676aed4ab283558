from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from applications.importing import BadFile, BadMap, read_map, read_records, read_table, save_records
from applications.importing.row_filters import without_closed_rows
from applications.models import Application
from programs.models import Cohort
from programs.spellings import clean


class Command(BaseCommand):
    help = (
        "Import a sign-up list (CSV or XLSX) as applications to a cohort. "
        "Imports all rows or none; the same file can be imported again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("cohort", help="short name of the cohort")
        parser.add_argument("role", choices=Application.Role.values)
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--map", type=Path, required=True, help="TOML file that says what the columns mean"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="read, check and count, but write nothing"
        )

    def handle(self, *args: object, **options: Any) -> None:  # Any: Django's signature
        try:
            cohort = Cohort.objects.select_related("program").get(slug=options["cohort"])
            roster = read_map(options["map"].read_text("utf-8"), role=options["role"])
            table = read_table(options["file"].read_bytes(), encoding=roster.encoding)
        except Cohort.DoesNotExist as error:
            known = ", ".join(Cohort.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(
                f"There is no cohort “{options['cohort']}”. Known: {known}."
            ) from error
        except (OSError, UnicodeDecodeError, BadFile, BadMap) as error:
            raise CommandError(str(error)) from error
        table, _left_out = without_closed_rows(table, roster, cohort=cohort)
        records, problems = read_records(table, roster, role=options["role"])
        if not problems:
            result = save_records(
                records,
                roster,
                cohort=cohort,
                by=None,
                dry_run=options["dry_run"],
                file_name=clean(options["file"].name),  # a name may be no valid text
            )
            for note in (
                text
                for change in result.changes
                for text, _people, is_open in change.names
                if is_open
            ):
                self.stdout.write(note)
            problems = result.problems
        if problems:
            for problem in problems:
                self.stderr.write(str(problem))
            raise CommandError(f"{len(problems)} problems; nothing was imported.")
        done = "would be" if options["dry_run"] else "were"
        self.stdout.write(
            f"{len(table.rows)} rows: {result.created} applications {done} created, "
            f"{result.updated} updated, {result.unchanged} unchanged, "
            f"{result.skipped} passed over because they are closed or drafts; "
            f"{result.people_created} new people."
        )
