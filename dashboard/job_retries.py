"""A chair has a long job that failed or hangs run again, once, from a page that asks first."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import RosterJob
from matching.models import RoundJob
from programs.committee import Role, acting_member, has_role
from programs.committee_admin import CommitteeSite
from workflow.jobs import RUNNERS, check_retry, find_retry, retry

AnyJob = RosterJob | RoundJob


def page_of(job: AnyJob) -> str:
    """Return the address of the page that shows how far a job is."""
    if isinstance(job, RoundJob):
        return reverse("admin:matching_round_job", args=[job.round.public_id, job.public_id])
    return reverse("admin:applications_rosterupload_job", args=[job.public_id])


def find_job(member: User, kind: str, public_id: str) -> AnyJob:
    """Return a job by the name of its model; 404 unless `member` chairs its program."""
    models = {model._meta.model_name: model for model in RUNNERS}
    if kind not in models:
        raise Http404
    rows = models[kind]._default_manager.all().visible_to(member)  # type: ignore[attr-defined]  # every job has it
    job: AnyJob = get_object_or_404(rows, public_id=public_id)
    if not has_role(member, job.program, Role.CHAIR):
        raise Http404
    return job


def confirm(request: HttpRequest, site: CommitteeSite, kind: str, public_id: str) -> HttpResponse:
    """Ask, say why it is not possible, or name who has done it; a POST does it."""
    member = acting_member(request)
    job = find_job(member, kind, public_id)
    if request.method == "POST":
        made, is_new = retry(job, by=member)
        if is_new:
            messages.success(request, _("It is run again. This page shows how far it is."))
        else:
            messages.info(request, _("It was run again already. This page shows how far it is."))
        return redirect(page_of(made))
    again = find_retry(job)
    context = {
        **site.each_context(request),
        "title": _("Run a job again"),
        "job": job,
        "job_url": page_of(job),
        "retry": again,
        "retry_url": page_of(again) if again else "",
        "refusal": "" if again else refusal(job, member),
    }
    return TemplateResponse(request, "admin/dashboard/job_retry.html", context)


def refusal(job: AnyJob, member: User) -> str:
    """Say why a job can't be run again, empty if it can."""
    try:
        check_retry(job, member)
    except ActionNotAllowed as reason:
        return str(reason)
    return ""
