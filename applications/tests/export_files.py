"""Download the exports of the committee's lists, and import them again, over the real pages."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.models import RosterJob, RosterUpload
from workflow import jobs


def export(
    client: Any, kind: str = "csv", *, model: str = "applications_application", **query: str
) -> bytes:
    response = client.post(reverse(f"admin:{model}_export", query=query), {"format": kind})
    assert response.status_code == 200, response.headers.get("Location")
    assert response["Content-Disposition"].startswith("attachment; "), response.content.decode()
    return b"".join(response.streaming_content)


def import_again(
    client: Any, content: bytes, cohort: Any, *, role: str = "mentee", kind: str = "csv"
) -> RosterJob:
    """Upload a file, press what the pages offer without a choice, and return the import's job."""
    file = SimpleUploadedFile(f"people.{kind}", content)
    add = reverse("admin:applications_rosterupload_add")
    client.post(add, {"cohort": cohort.pk, "role": role, "file": file})
    jobs.run_due()
    upload = RosterUpload.system.latest("pk")
    columns = reverse("admin:applications_rosterupload_columns", args=[upload.public_id])
    page = client.get(columns)
    assert page.status_code == 200, RosterJob.system.latest().error
    form = page.context["form"]
    data = {name: field.initial for name, field in form.fields.items()} | form.initial
    given = {name: value for name, value in data.items() if value not in (None, False)}
    client.post(columns, given)
    jobs.run_due()
    check = RosterJob.system.latest()
    assert (check.purpose, check.state) == ("check", "done"), (check.error, upload.map_text)
    assert not check.report.get("problems"), check.report["problems"]
    client.post(reverse("admin:applications_rosterupload_import", args=[upload.public_id]))
    jobs.run_due()
    done = RosterJob.system.latest()
    assert (done.purpose, done.state) == ("import", "done"), done.error
    return done
