"""What every page of a roster import shares: finding the file, the frame, and starting a job."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from applications.forms.roster_reading import ReadingForm
from applications.importing import summaries
from applications.importing.import_jobs import request_job
from applications.models import RosterJob, RosterUpload
from programs.committee import acting_member

Purpose = RosterJob.Purpose


def find_upload(request: HttpRequest, public_id: str) -> RosterUpload:
    """The file at an address; 404 for one of another program."""
    held = RosterUpload.objects.visible_to(request.user).select_related("cohort__program")
    return get_object_or_404(held, public_id=public_id)


def find_job(request: HttpRequest, public_id: str) -> RosterJob:
    """The job at an address with its file; 404 for one of another program."""
    found = RosterJob.objects.visible_to(request.user).select_related(
        "upload__cohort", "retry__created_by"
    )
    return get_object_or_404(found, public_id=public_id)


def page(request: HttpRequest, template: str, title: str, **context: object) -> HttpResponse:
    shared = {**admin.site.each_context(request), "opts": RosterUpload._meta, "title": title}
    template = f"admin/applications/rosterupload/{template}.html"
    return TemplateResponse(request, template, {**shared, **context})


def start(request: HttpRequest, upload: RosterUpload, purpose: str) -> HttpResponse:
    """Let a worker read, check or import a file, and show how far it is."""
    job = request_job(upload, purpose, by=acting_member(request))
    return redirect("admin:applications_rosterupload_job", job.public_id)


def reading_form(upload: RosterUpload, data: QueryDict | None = None) -> ReadingForm:
    """Return the form about how a file is read, with the sheets of its last reading."""
    return ReadingForm(data, upload=upload, table=summaries.from_json(upload.columns_json))
