"""Match two sign-up files by a map, without the database."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import tablib
from django.core.management.base import BaseCommand, CommandError

from applications.importing import BadFile, BadMap, Record, read_map, read_records, read_table
from matching.spreadsheets import propose, read_criteria


class Command(BaseCommand):
    help = (
        "Match mentees and mentors of two files (CSV or XLSX) by a map, and write the pairs with "
        "reasons. Nothing is stored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("mentees", type=Path)
        parser.add_argument("mentors", type=Path)
        parser.add_argument(
            "--map",
            type=Path,
            required=True,
            help="TOML file: what the columns mean, and [matching]",
        )
        parser.add_argument(
            "--out", type=Path, required=True, help="where the pairs go: .csv or .xlsx"
        )
        parser.add_argument(
            "--places",
            type=int,
            help="places of each mentor whose row does not say (instead of the map's)",
        )

    def handle(self, *args: object, **options: Any) -> None:
        try:
            text = options["map"].read_text("utf-8")
            mentees, mentors = (
                self._records(options[f"{role}s"], text, role) for role in ("mentee", "mentor")
            )
            matching = dict(read_map(text, role="mentee").matching)
            if options["places"] is not None:
                matching["places"] = options["places"]
            sheet = propose(mentees, mentors, read_criteria(matching))
        except (OSError, UnicodeDecodeError, BadFile, BadMap, ValueError) as error:
            raise CommandError(str(error)) from error
        if not sheet.is_proven:
            raise CommandError("The plan could not be proven optimal; nothing was written.")
        self._write(sheet.dataset(), options["out"])
        places = int(sheet.pool.capacity.sum())
        self.stdout.write(
            f"{len(mentees)} mentees, {len(mentors)} mentors with {places} places, "
            f"{sheet.allowed} allowed pairs: {sheet.plan.pairs} pairs, {sheet.plan.total} points, "
            f"proven optimal. Written to {options['out']}."
        )

    def _records(self, path: Path, text: str, role: str) -> list[Record]:
        roster = read_map(text, role=role)
        records, problems = read_records(
            read_table(path.read_bytes(), encoding=roster.encoding),
            roster,
            role=role,
        )
        if problems:
            for problem in problems:
                self.stderr.write(f"{path.name}: {problem}")
            raise CommandError(f"{len(problems)} problems in {path.name}; nothing was matched.")
        return [record for record in records if record.role == role]

    def _write(self, data: tablib.Dataset, path: Path) -> None:
        if path.suffix == ".xlsx":
            path.write_bytes(data.export("xlsx"))
        elif path.suffix == ".csv":
            path.write_text(data.export("csv"), "utf-8-sig", newline="")
        else:
            raise CommandError("--out must end in .csv or .xlsx.")
