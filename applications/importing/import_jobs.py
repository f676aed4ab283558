"""The job that reads an upload by its map, checks or imports it, and stores the result."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications.models import RosterJob, RosterUpload
from programs.models import Cohort
from workflow import jobs

from .maps import read_map
from .records import ImportResult, read_records
from .saving import save_records
from .tables import Table

MAX_INLINE_ROWS = 200  # more rows wait for a worker, fewer are done while the page waits
MAX_STORED_PROBLEMS = 500


def table_to_json(table: Table) -> str:
    return json.dumps(asdict(table), ensure_ascii=False)


def table_from_json(text: str) -> Table:
    """Return the table that `create_upload` stored."""
    data = json.loads(text)
    return Table(
        tuple(data["headers"]), tuple(tuple(row) for row in data["rows"]), tuple(data["numbers"])
    )


def create_upload(
    table: Table, *, cohort: Cohort, role: str, file_name: str, map_text: str, by: User
) -> RosterUpload:
    """Store the rows of a file, encrypted, until they are imported or their time is over."""
    return RosterUpload.objects.create(
        cohort=cohort,
        role=role,
        file_name=file_name[:120],
        row_count=len(table.rows),
        table_json=table_to_json(table),
        map_text=map_text,
        created_by=by,
    )


def start_job(upload: RosterUpload, *, by: User, dry_run: bool, at: datetime) -> RosterJob:
    """Create the job; run it at once if the roster is small, else leave it to a worker."""
    job = RosterJob.objects.create(
        upload=upload, is_dry_run=dry_run, created_by=by, total=upload.row_count
    )
    jobs.run_or_queue(
        is_small=upload.row_count <= MAX_INLINE_ROWS,
        run=lambda: jobs.claim_and_run(job, at),
        queue=lambda: job,
    )
    return job


def run_job(job: RosterJob) -> None:
    """Check or import the job's upload; registered as the runner of `RosterJob`."""
    uploads = RosterUpload.system.select_related("cohort__program")
    upload = uploads.get(pk=job.upload_id)
    job.advance(_("Reading rows"), 0, upload.row_count)
    roster = read_map(upload.map_text, role=upload.role)
    table = table_from_json(upload.table_json)
    records, problems = read_records(table, roster, role=upload.role)
    result = ImportResult(problems=problems)
    if not problems:
        stage = _("Checking people") if job.is_dry_run else _("Saving applications")
        job.advance(stage, upload.row_count, upload.row_count)
        result = save_records(
            records, roster, cohort=upload.cohort, by=job.created_by, dry_run=job.is_dry_run
        )
    _store_result(job, result)
    if result.ok and not job.is_dry_run:
        uploads.filter(pk=upload.pk).update(table_json="")


def _store_result(job: RosterJob, result: ImportResult) -> None:
    stored = result.problems[:MAX_STORED_PROBLEMS]
    problems = [{**asdict(problem), "text": str(problem)} for problem in stored]
    job.counts = {
        "created": result.created,
        "updated": result.updated,
        "skipped": result.skipped,
        "people": result.people_created,
        "problems": len(result.problems),
    }
    job.problems_json = json.dumps(problems, ensure_ascii=False)
    job.save(update_fields=["counts", "problems_json"])


@transaction.atomic
def erase_expired_uploads(at: datetime) -> int:
    """Erase the rows of old uploads, their file names, and what checks quoted from them.

    Called by the reconcilers. Returns how many uploads were erased: a name is erased only once.
    """
    expired = RosterUpload.system.expired(at).exclude(file_name="")
    RosterJob.system.filter(upload__in=expired).update(problems_json="", error="")
    return expired.update(table_json="", file_name="")
