from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from applications.importing import BadFile, BadMap, read_map, read_records, read_table, save_records
from applications.models import Application
from programs.models import Cohort


class Command(BaseCommand):
    help = "Turn a sign-up export (CSV or XLSX) into applications of a cohort: all or nothing, repeatable."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("cohort", help="short name of the cohort")
        parser.add_argument("role", choices=Application.Role.values)
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--map", type=Path, required=True, help="TOML file that says what the columns mean"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="read, check and count; write nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            cohort = Cohort.objects.select_related("program").get(slug=options["cohort"])
            roster = read_map(options["map"].read_text("utf-8"), role=options["role"])
            table = read_table(
                options["file"].read_bytes(), name=options["file"].name, encoding=roster.encoding
            )
        except Cohort.DoesNotExist as error:
            known = ", ".join(Cohort.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(
                f"There is no cohort “{options['cohort']}”. Known: {known}."
            ) from error
        except (OSError, UnicodeDecodeError, BadFile, BadMap) as error:
            raise CommandError(str(error)) from error
        records, problems = read_records(table, roster, role=options["role"])
        if not problems:
            outcome = save_records(
                records, roster, cohort=cohort, by=None, dry_run=options["dry_run"]
            )
            problems = outcome.problems
        if problems:
            for problem in problems:
                self.stderr.write(str(problem))
            raise CommandError(f"{len(problems)} problems; nothing was imported.")
        done = "would be" if options["dry_run"] else "were"
        self.stdout.write(
            f"{len(table.rows)} rows: {outcome.created} applications {done} created, {outcome.updated} updated, "
            f"{outcome.unchanged_by_choice} left as their people have edited them; {outcome.people_created} new people."
        )
