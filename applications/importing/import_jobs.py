"""The job: read the upload by its map, check it or import it, keep what was found."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import RosterJob, RosterUpload
from programs.models import Cohort
from workflow import jobs

from .maps import read_map
from .records import read_records
from .saving import Outcome, save_records
from .tables import Table

INLINE_ROWS = 200  # above this a worker does it; below, the page waits for it
SHOWN = 500


def pack(table: Table) -> str:
    return json.dumps(
        {"headers": table.headers, "rows": table.rows, "numbers": table.numbers}, ensure_ascii=False
    )


def unpack(text: str) -> Table:
    data = json.loads(text)
    return Table(
        tuple(data["headers"]), tuple(tuple(row) for row in data["rows"]), tuple(data["numbers"])
    )


@transaction.atomic
def upload(
    table: Table, *, cohort: Cohort, role: str, file_name: str, map_text: str, by: Any
) -> RosterUpload:
    return RosterUpload.objects.create(
        cohort=cohort,
        role=role,
        file_name=file_name[:120],
        row_count=len(table.rows),
        table_json=pack(table),
        map_text=map_text,
        created_by=by,
    )


def start(upload: RosterUpload, *, by: Any, dry_run: bool, at: datetime) -> RosterJob:
    """Make the job. A small roster is done before the page answers; a large one waits for a worker."""
    job = RosterJob.objects.create(
        upload=upload, is_dry_run=dry_run, created_by=by, total=upload.row_count
    )
    if upload.row_count <= INLINE_ROWS and job.claim(at):
        jobs.run(job)
    return job


def work(job: RosterJob) -> None:
    """The runner of `RosterJob`."""
    held = RosterUpload.system.select_related("cohort__program")
    source = held.get(pk=job.upload_id)
    job.advance(_("Reading rows"), 0, source.row_count)
    roster = read_map(source.map_text, role=source.role)
    records, problems = read_records(unpack(source.table_json), roster, role=source.role)
    outcome = Outcome(problems=problems)
    if not problems:
        job.advance(
            _("Checking people") if job.is_dry_run else _("Saving applications"),
            source.row_count,
            source.row_count,
        )
        outcome = save_records(
            records, roster, cohort=source.cohort, by=job.created_by, dry_run=job.is_dry_run
        )
    _keep(job, outcome)
    if outcome.ok and not job.is_dry_run:
        held.filter(pk=source.pk).update(table_json="")


def _keep(job: RosterJob, outcome: Outcome) -> None:
    shown = [{**asdict(one), "text": str(one)} for one in outcome.problems[:SHOWN]]
    job.counts = {
        "created": outcome.created,
        "updated": outcome.updated,
        "left": outcome.unchanged_by_choice,
        "people": outcome.people_created,
        "problems": len(outcome.problems),
    }
    job.problems_json = json.dumps(shown, ensure_ascii=False)
    job.save(update_fields=["counts", "problems_json"])


def forget(at: datetime) -> None:
    """Planner: what was uploaded a day ago and not imported goes."""
    RosterUpload.system.over(at).exclude(table_json__isnull=True).update(table_json="")
