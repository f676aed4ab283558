"""The workbench of a round: its list, runs, copies, and comparing two rounds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matches.vocabulary_text import Vocabulary
from matching.forms import DiscardForm
from matching.models import Round, RoundJob, Snapshot
from matching.recusal import ViewerContext
from matching.rounds import copying, lifecycle
from matching.rounds.bulk_decisions import latest_text
from matching.workbench.presence import other_viewers, viewers_text
from matching.workbench.workbench import Workbench, last_entry, news, rows_of
from notifications.work_hours import arrivals_text
from programs.committee import Role, holds
from workflow.jobs import may_be_retried

from .pages import (
    back,
    cleaned,
    find_round,
    find_row,
    find_snapshot,
    find_viewer,
    fragment,
    page,
    url,
)


def show(request: HttpRequest, public_id: str) -> HttpResponse:
    unfolded = request.GET.get("reject", "")
    if request.htmx and unfolded:
        return _unfolded(request, public_id, unfolded)
    snapshot = find_snapshot(request, public_id)
    if snapshot is None:
        round_ = find_round(request, public_id)
        return page(request, "empty", str(round_), round_, job=_job_of(request, round_))
    round_ = snapshot.round
    viewer = ViewerContext.of(round_, request.user)
    board = Workbench(
        viewer,
        queue=request.GET.get("queue", "all"),
        find=request.GET.get("find", ""),
        page=request.GET.get("page"),
    )
    last = last_entry(viewer)
    context: dict[str, object] = {
        "board": board,
        "figures": snapshot.figures,
        "capacity": capacity_text(snapshot),
        "news": news(round_, snapshot.fingerprints) if round_.is_under_way else [],
        "last": last,
        "latest_text": latest_text(last, request.user),
        "place": board.place,
        "unfolded": unfolded,
        "viewers": viewers_text(other_viewers(round_, request.user)),
        "is_front": True,
    }
    return page(request, "workbench", str(round_), round_, **context)


def _unfolded(request: HttpRequest, public_id: str, mentee: str) -> HttpResponse:
    """Render the form that rejects the pair of a row; without scripts it comes with the list."""
    viewer = find_viewer(request, public_id)
    found = [find_row(viewer, mentee)]
    round_, at = viewer.round, request.GET.copy()
    del at["reject"]
    row = rows_of(round_, found, Vocabulary(round_.program), request.user, in_list=True)[0]
    return fragment(request, "_unfolded", round_, row=row, place=at.urlencode())


def capacity_text(snapshot: Snapshot) -> str:
    """Describe the mentors of the round, as "12 mentors with 15 free places"."""
    mentors = ngettext("%(count)s mentor", "%(count)s mentors", snapshot.mentors) % {
        "count": snapshot.mentors
    }
    places = ngettext("%(count)s free place", "%(count)s free places", snapshot.capacity) % {
        "count": snapshot.capacity
    }
    return _("%(mentors)s with %(places)s") % {"mentors": mentors, "places": places}


def _job_of(request: HttpRequest, round_: Round) -> RoundJob | None:
    jobs = RoundJob.objects.visible_to(request.user).filter(round=round_)
    return jobs.filter(state__in=[RoundJob.State.QUEUED, RoundJob.State.RUNNING]).first()


def run(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    waiting = lifecycle.request_run(round_, by=request.user)
    if waiting:
        return redirect("admin:matching_round_job", round_.public_id, waiting.public_id)
    text = _("Draft %(draft)s: %(pairs)s pairs, proven optimal under the rules of this round.")
    return back(
        request, url("workbench", round_), text % {"draft": round_.draft, "pairs": round_.pairs}
    )


def job(request: HttpRequest, public_id: str, job_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    runs = RoundJob.objects.visible_to(request.user).filter(round=round_)
    found = get_object_or_404(runs.select_related("retry__created_by"), public_id=job_id)
    if found.state == RoundJob.State.DONE:
        return redirect("admin:matching_round_workbench", round_.public_id)
    elapsed = timesince(found.started_at, timezone.now()) if found.started_at else ""
    told = arrivals_text([found.created_by], at=timezone.now())
    is_chair = holds(request, round_.cohort.program, Role.CHAIR)
    may_retry = is_chair and may_be_retried(found, request.user)
    context = {"job": found, "elapsed": elapsed, "told": told, "may_retry": may_retry}
    return page(request, "job", _("Running the round"), round_, **context)


def cancel(request: HttpRequest, public_id: str, job_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    lifecycle.check_may_change(round_, request.user)
    get_object_or_404(
        RoundJob.objects.visible_to(request.user).filter(round=round_), public_id=job_id
    ).cancel()
    return back(
        request,
        url("job", round_, job_id),
        _("Cancelling… The current plan is unchanged."),
    )


def copy(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    twin = copying.copy_round(round_, by=request.user)
    text = _("This is a copy to try things out. The original round is unchanged.")
    return back(request, url("workbench", twin), text)


def discard(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    why = str(cleaned(DiscardForm(request.POST))["why"])
    lifecycle.discard(round_, by=request.user, why=why)
    return back(
        request,
        url("workbench", round_),
        _("Round discarded."),
    )


def differences(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show what differs between two rounds of a cohort."""
    round_ = find_round(request, public_id)
    others = (
        Round.objects.visible_to(request.user).filter(cohort=round_.cohort).exclude(pk=round_.pk)
    )
    wanted = request.GET.get("with", "")
    other = others.filter(public_id=wanted).first() or (
        round_.copied_from if round_.copied_from_id else others.first()
    )
    found = copying.differences(round_, other, request.user) if other else None
    return page(
        request,
        "differences",
        _("Compare two rounds"),
        round_,
        other=other,
        others=others,
        found=found,
    )
