"""The pages of the jobs of a roster import: what a check found, what an import did, its undoing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.forms.roster_words import WordsForm
from applications.importing.import_jobs import discard_upload, request_undo
from applications.importing.import_undo import may_be_undone
from applications.importing.map_texts import with_words
from applications.importing.reports import people_for, refused_for
from applications.models import RosterJob
from programs.committee import Role, acting_member, holds
from workflow.jobs import may_be_retried

from .roster_pages import Purpose, find_job, find_upload, page, reading_form, start

SAMPLES = 3  # people shown as they would be stored


def check_rows(request: HttpRequest, public_id: str) -> HttpResponse:
    return start(request, find_upload(request, public_id), Purpose.CHECK)


def import_now(request: HttpRequest, public_id: str) -> HttpResponse:
    return start(request, find_upload(request, public_id), Purpose.IMPORT)


def show(request: HttpRequest, public_id: str) -> HttpResponse:
    job = find_job(request, public_id)
    if job.purpose == Purpose.READ and job.state == job.State.DONE:
        return redirect("admin:applications_rosterupload_columns", job.upload.public_id)
    is_chair = holds(request, job.program, Role.CHAIR)
    return page(
        request,
        "job",
        _("Roster import"),
        job=job,
        upload=job.upload,
        problems=job.report.get("problems", []),
        notes=job.report.get("notes", []),
        reading_form=reading_form(job.upload),
        may_retry=is_chair and may_be_retried(job, acting_member(request)),
        **_people(request, job),
    )


def _people(request: HttpRequest, job: RosterJob) -> dict[str, object]:
    member = acting_member(request)
    if job.purpose == Purpose.UNDO:
        return {"refused": refused_for(member, job)}
    people = people_for(member, job)
    return {
        "people": people,
        "samples": [one for one in people if one.is_new][:SAMPLES] if job.is_dry_run else [],
        "left_out": job.report.get("left_out", []),
        "words_form": WordsForm(words=job.report.get("words", [])),
        "may_undo": may_be_undone(job, timezone.now()),
    }


def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    find_job(request, public_id).cancel()
    return redirect("admin:applications_rosterupload_job", public_id)


def undo(request: HttpRequest, public_id: str) -> HttpResponse:
    job = find_job(request, public_id)
    undoing = request_undo(job, by=acting_member(request), at=timezone.now())
    return redirect("admin:applications_rosterupload_job", undoing.public_id)


def words(request: HttpRequest, public_id: str) -> HttpResponse:
    """Save what the new words of the file are, and check again."""
    job = find_job(request, public_id)
    form = WordsForm(request.POST, words=job.report.get("words", []))
    if form.words and form.is_valid():
        upload = job.upload
        upload.map_text = with_words(upload.map_text, upload.role, form.choices_by_field())
        upload.save(update_fields=["map_text"])
        return start(request, upload, Purpose.CHECK)
    return redirect("admin:applications_rosterupload_job", public_id)


def discard(request: HttpRequest, public_id: str) -> HttpResponse:
    discard_upload(find_upload(request, public_id))
    messages.success(request, _("The file was deleted. Nothing was imported from it."))
    return redirect("admin:applications_rosterupload_changelist")
