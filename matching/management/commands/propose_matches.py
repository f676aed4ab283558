"""Show the best pairs of a cohort, with reasons, without writing anything."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from matching.workbench.proposing import propose
from programs.models import Cohort


class Command(BaseCommand):
    help = (
        "Show the best pairs of a cohort, with reasons, and everybody left out. Nothing is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cohort", help="short name (slug) of the cohort")
        parser.add_argument("--json", action="store_true", help="machine-readable output")

    def handle(self, *args: Any, **options: Any) -> None:
        cohort = (
            Cohort.objects.filter(slug=options["cohort"]).select_related("program__policy").first()
        )
        if cohort is None:
            known = ", ".join(Cohort.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no cohort {options['cohort']!r}. Known cohorts: {known}.")
        try:
            found = propose(cohort, timezone.now())
        except ActionNotAllowed as refused:
            raise CommandError(str(refused)) from refused
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
        else:
            self._tell(found)

    def _tell(self, found: dict[str, Any]) -> None:
        for pair in found["pairs"]:
            self.stdout.write(
                f"{pair['mentee']['name']} + {pair['mentor']['name']}: {pair['fit']}, {pair['points']} points"
            )
            for why in pair["why"]:
                self.stdout.write(f"    {why}")
        for person in found["left_out"]:
            self.stdout.write(f"{person['mentee']['name']}: nobody. {person['why']}")
            for fix in person["fixes"]:
                self.stdout.write(f"    {fix}")
        proof = (
            "proven best under the program's rules" if found["proven_best"] else "NOT proven best"
        )
        summary = f"{len(found['pairs'])} pairs of {found['mentees']} mentees and {found['places']} places, {found['total']} points"
        self.stdout.write(f"{summary}; {proof}.")
