"""The jobs that read an upload, check its rows by a map, and import them.

Only a worker does this: the web process stores the bytes of a file and shows what a job has stored.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import ImportedRow, RosterJob, RosterUpload
from programs.models import Cohort
from programs.spellings import fold
from workflow import jobs

from . import summaries
from .export_words import map_of_export
from .import_undo import UNDO_WINDOW, may_be_undone, undo_import
from .map_checks import BadMap
from .map_reading import read_map
from .reading_notes import notes_about
from .record_reading import read_records
from .records import ImportResult, Problem
from .remembered_maps import read_as_before
from .row_filters import without_closed_rows
from .saving import save_records
from .tables import BadFile, Table, read_table
from .text_files import ReadOptions

MAX_STORED = 500  # problems, notes and people that a report holds
Purpose = RosterJob.Purpose
ROWS_ARE_GONE = gettext_lazy("The rows of this file are no longer stored. Upload the file again.")
UNDO_IS_OVER = gettext_lazy(
    "An import can be undone once, within 24 hours. Correct the rest by hand."
)


def create_upload(
    content: bytes, *, cohort: Cohort, role: str, file_name: str, map_text: str, by: User
) -> RosterUpload:
    """Store a file, encrypted, until it is imported or its time is over."""
    upload = RosterUpload(
        cohort=cohort,
        role=role,
        file_name=file_name[:120],
        map_text=map_text,
        created_by=by,
    )
    upload.content = content
    upload.save()
    return upload


@transaction.atomic
def discard_upload(upload: RosterUpload) -> None:
    """Delete a file and what its checks found.

    Raises ActionNotAllowed once it was imported: the list keeps where people came from.
    """
    _lock(upload)
    imports = RosterJob.system.filter(upload=upload, purpose__in=(Purpose.IMPORT, Purpose.UNDO))
    if imports.filter(state__in=jobs.OPEN).exists():
        raise ActionNotAllowed(
            _("This file is being imported. Stop the import, or undo it once it is done.")
        )
    if imports.filter(state=RosterJob.State.DONE).exists():
        raise ActionNotAllowed(
            _("This file was imported. Its rows are deleted already; the import stays in the list.")
        )
    RosterUpload.system.filter(pk=upload.pk).delete()


def _lock(upload: RosterUpload) -> RosterUpload | None:
    """Lock a file until the transaction ends and return it as it is now, None if it is deleted."""
    return RosterUpload.system.select_for_update(no_key=True).filter(pk=upload.pk).first()


@transaction.atomic
def request_job(upload: RosterUpload, purpose: str, *, by: User) -> RosterJob:
    """Queue a job for a worker; return the one that waits already, if the button was pressed twice.

    Raises ActionNotAllowed when the file is no longer stored, or no map says what it means.
    """
    fresh = _lock(upload)
    if fresh is None:
        raise ActionNotAllowed(_("This file has been deleted. Upload it again."))
    _check_stored(fresh, purpose)
    # A check that runs may have read an older map; an import that runs is the one that is meant.
    same = jobs.OPEN if purpose == Purpose.IMPORT else (RosterJob.State.QUEUED,)
    waiting = RosterJob.system.filter(upload=upload, purpose=purpose, state__in=same).first()
    return waiting or RosterJob.objects.create(
        upload=upload, purpose=purpose, created_by=by, total=upload.row_count
    )


def check_input(job: RosterJob, by: User) -> None:
    """Raise ActionNotAllowed when the file of a failed job, or what it undoes, is gone."""
    if job.undoes:
        if not may_be_undone(job.undoes, timezone.now()):
            raise ActionNotAllowed(UNDO_IS_OVER)
        return
    _check_stored(RosterUpload.system.get(pk=job.upload_id), job.purpose)


def _check_stored(upload: RosterUpload, purpose: str) -> None:
    if upload.is_erased or (purpose != Purpose.READ and not upload.map_text):
        raise ActionNotAllowed(ROWS_ARE_GONE)


def run_job(job: RosterJob) -> None:
    """Do the job's work; registered as the runner of `RosterJob`."""
    upload = RosterUpload.system.select_related("cohort__program").get(pk=job.upload_id)
    if job.purpose == Purpose.UNDO:
        _undo(job, upload)
        return
    if upload.is_erased:
        if job.counts:  # a worker died after the import, before it could say so
            return
        raise ActionNotAllowed(ROWS_ARE_GONE)
    job.advance(_("Reading the file"))
    try:
        if job.purpose == Purpose.READ:
            _store_summary(upload, *_read(job, upload))
        else:
            _check_or_import(job, upload, read_table(upload.content, options=_options(upload)))
    except (BadFile, BadMap) as error:
        raise ActionNotAllowed(str(error)) from error


def _options(upload: RosterUpload) -> ReadOptions:
    """Return how a file is read: as chosen on its page, or as its map says."""
    options = ReadOptions(**upload.read_options)
    if upload.map_text and not options.encoding:
        options = replace(options, encoding=read_map(upload.map_text, role=upload.role).encoding)
    return options


def _read(job: RosterJob, upload: RosterUpload) -> tuple[Table, bool]:
    """Read a file; the first time as earlier files like it were, and return whether that is so."""
    others = RosterJob.system.filter(upload=upload, purpose=Purpose.READ)
    if others.exclude(pk=job.pk).exclude(retry=job).exists():
        return read_table(upload.content, options=_options(upload)), False
    table, options = read_as_before(upload, _options(upload))
    if options:
        upload.read_options = options
        upload.save(update_fields=["read_options"])
    return table, bool(options)


@transaction.atomic
def request_undo(job: RosterJob, *, by: User, at: datetime) -> RosterJob:
    """Queue the undoing of an import; return the one that waits already.

    Raises ActionNotAllowed when it is not done, too old, or undone.
    """
    fresh = RosterJob.system.select_for_update(no_key=True).get(pk=job.pk)
    if not may_be_undone(fresh, at):
        raise ActionNotAllowed(UNDO_IS_OVER)
    waiting = RosterJob.system.filter(undoes=job, state__in=jobs.OPEN).first()
    return waiting or RosterJob.objects.create(
        upload=job.upload, purpose=Purpose.UNDO, undoes=job, created_by=by
    )


def _undo(job: RosterJob, upload: RosterUpload) -> None:
    """Undo the import that a job names, once."""
    imported = job.undoes
    assert imported is not None  # `request_undo` says which import
    if imported.undone_at:  # a worker died after the undoing, before it could say so
        return
    job.advance(_("Putting back what was"))
    result = undo_import(imported, cohort=upload.cohort, at=timezone.now(), wait=lambda: _wait(job))
    if result is None:
        return
    job.counts = {"undone": result.undone, "refused": len(result.refused)}
    job.report = {
        "people": [
            {"application": pk, "reason": reason} for pk, reason in result.refused[:MAX_STORED]
        ]
    }
    job.save(update_fields=["counts", "report_json"])


def _wait(job: RosterJob) -> None:
    """Say that another import is being saved; a member can stop this one meanwhile."""
    job.advance(_("Waiting until another import is saved"), job.done, job.total)


def _store_summary(upload: RosterUpload, table: Table, is_read_as_before: bool) -> None:
    summary = replace(summaries.summarize(table), is_read_as_before=is_read_as_before)
    upload.columns_json = summaries.to_json(summary)
    upload.row_count = len(table.rows)
    upload.map_text = upload.map_text or map_of_export(table.headers)
    upload.save(update_fields=["columns_json", "row_count", "map_text"])


def _check_or_import(job: RosterJob, upload: RosterUpload, table: Table) -> None:
    rows = len(table.rows)
    job.advance(_("Reading rows"), 0, rows)
    roster = read_map(upload.map_text, role=upload.role)
    table, rows_left_out = without_closed_rows(table, roster, cohort=upload.cohort)
    records, problems = read_records(table, roster, role=upload.role)
    left_out = [one for one in table.headers if not one or fold(one) in roster.ignore]
    skips_hidden = bool(upload.read_options.get("skip_hidden"))
    notes = notes_about(table, skips_hidden=skips_hidden, left_out=left_out) + rows_left_out
    if problems:
        _store_report(job, ImportResult(problems=problems, notes=notes, left_out=left_out))
        return
    # One transaction, whose progress no page could see: the page says that it takes a while.
    job.advance(_("Checking people") if job.is_dry_run else _("Saving applications"))

    def finish(result: ImportResult) -> None:
        result.notes, result.left_out = notes + result.notes, left_out
        RosterUpload.system.filter(pk=upload.pk).update(content_text="", columns_json="")
        _store_report(job, result)
        job.complete()  # here, so that no second worker imports what is saved already

    result = save_records(
        records,
        roster,
        cohort=upload.cohort,
        by=job.created_by,
        dry_run=job.is_dry_run,
        job=None if job.is_dry_run else job,
        file_name=upload.file_name,
        finish=finish,
        wait=lambda: _wait(job),
    )
    if job.is_dry_run or not result.ok:
        result.notes, result.left_out = notes + result.notes, left_out
        _store_report(job, result)


def _store_report(job: RosterJob, result: ImportResult) -> None:
    job.counts = {
        "created": result.created,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "skipped": result.skipped,
        "people": result.people_created,
        "kept": sum(bool(change.kept) for change in result.changes),
        "names": sum(
            is_open for change in result.changes for _text, _people, is_open in change.names
        ),
        "problems": len(result.problems),
        "notes": len(result.notes),
    }
    told = [one for one in result.changes if one.changes or one.kept or one.reason or one.is_open]
    told.sort(key=lambda one: (not one.reason, not one.is_open, not one.kept, one.is_new, one.row))
    job.report = {
        "problems": [_told(one) for one in result.problems[:MAX_STORED]],
        "notes": [_told(one) for one in result.notes[:MAX_STORED]],
        "people": [asdict(one) for one in told[:MAX_STORED]],
        "words": [asdict(one) for one in result.words],
        "left_out": [{"heading": heading} for heading in result.left_out],
        "added": [
            {"field": field, "pk": pk, "word": word}
            for field, words in result.added.items()
            for pk, word in words.items()
        ],
    }
    if not job.is_dry_run:
        job.added = {name: [*words] for name, words in result.added.items()}
    job.save(update_fields=["counts", "report_json", "added"])


def _told(problem: Problem) -> dict[str, object]:
    return {**asdict(problem), "text": str(problem)}


@transaction.atomic
def erase_expired_uploads(at: datetime) -> int:
    """Erase old files, their names, and what reports say about people.

    Called by the reconcilers. Returns how many uploads were erased: a name is erased only once.
    """
    old = ImportedRow.system.filter(at__lte=at - UNDO_WINDOW, changes_json__isnull=False)
    old.update(changes_json=None)
    expired = RosterUpload.system.expired(at).exclude(file_name="")
    RosterJob.system.filter(upload__in=expired).update(report_json="", error="")
    return expired.update(content_text="", columns_json="", file_name="")
