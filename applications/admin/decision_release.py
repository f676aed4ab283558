"""The pages that release decisions: the cohorts that wait, and what leaves when for one cohort."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.committee import acting_member, roles_held
from programs.committee_admin.release_emails import DepartingEmails, when_emails_leave
from programs.models import Cohort

from .. import decision_release, reviewing
from ..models import Application, Decision

Outcome = Decision.Outcome


@dataclass
class WaitingCohort:
    """Figures of a cohort with decisions that are not released."""

    cohort: Cohort
    to_release: int = 0
    scheduled: int = 0
    release_at: datetime | None = None  # the earliest


def cohorts(request: HttpRequest) -> HttpResponse:
    """Show the cohorts with decisions to release; of one cohort alone, its page."""
    if roles_held(request).isdisjoint(reviewing.RELEASERS):
        raise PermissionDenied
    waiting = _waiting_cohorts(reviewing.pending_decisions(acting_member(request)))
    if len(waiting) == 1:
        return _cohort_page(request, waiting[0].cohort)
    return _page(request, "release_cohorts", _("Release decisions"), waiting=waiting)


def _waiting_cohorts(decisions: Iterable[Decision]) -> list[WaitingCohort]:
    found: dict[int, WaitingCohort] = {}
    for decision in decisions:
        cohort = decision.application.cohort
        row = found.setdefault(cohort.pk, WaitingCohort(cohort))
        if decision.release_at is None:
            row.to_release += 1
        else:
            row.scheduled += 1
            row.release_at = min(row.release_at or decision.release_at, decision.release_at)
    return sorted(found.values(), key=lambda row: str(row.cohort))


def waiting_releases(request: HttpRequest) -> list[WaitingCohort]:
    """Return the cohorts whose release the member may stop, for the list of applications."""
    rows = Decision.objects.visible_to(request.user).filter(
        released_at=None,
        release_at__isnull=False,
        application__cohort__in=Cohort.objects.for_committee(request.user, *reviewing.DECIDERS),
    )
    return _waiting_cohorts(rows.select_related("application__cohort"))


def cohort_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who would get which e-mail, when, and what waits for its release already."""
    return _cohort_page(request, _find(request, pk))


def _find(request: HttpRequest, pk: int) -> Cohort:
    """Return a cohort whose decisions the member may release; else 404."""
    rows = Cohort.objects.for_committee(request.user, *reviewing.RELEASERS)
    return get_object_or_404(rows.select_related("program__policy"), pk=pk)


def _cohort_page(request: HttpRequest, cohort: Cohort) -> HttpResponse:
    by = acting_member(request)
    pending = reviewing.pending_decisions(by).filter(application__cohort=cohort)
    rows = list(pending.order_by("outcome", "application__person__name", "pk"))
    waiting = [row for row in rows if row.release_at is None]
    scheduled = [row for row in rows if row.release_at is not None]
    moments = decision_release.release_times(cohort, waiting) if waiting else []
    return _page(
        request,
        "release",
        _("Release decisions: %(cohort)s") % {"cohort": cohort},
        cohort=cohort,
        waiting=[(row, f"{row.pk} {reviewing.decision_version(row)}") for row in waiting],
        scheduled=scheduled,
        release_at=min((row.release_at for row in scheduled if row.release_at), default=None),
        moments=moments,
        departing=[departing_emails(cohort, waiting, moment) for moment in moments],
        samples=decision_release.sample_emails(rows, by=by),
    )


def departing_emails(
    cohort: Cohort, decisions: Iterable[Decision], at: datetime
) -> list[DepartingEmails]:
    """Return what leaves when, by outcome and role, if `decisions` are released at `at`."""
    groups: dict[tuple[str, str], list[Decision]] = defaultdict(list)
    for decision in decisions:
        groups[decision.outcome, decision.application.role].append(decision)
    zones = {
        email_label(outcome, role): decision_release.zones_of(group)
        for (outcome, role), group in sorted(groups.items())
    }
    return when_emails_leave(cohort.program, zones, at)


def email_label(outcome: str, role: str) -> str:
    """Return how the committee calls the e-mail of an outcome: "Acceptance, mentor"."""
    words = {
        Outcome.ACCEPT: _("Acceptance"),
        Outcome.WAITLIST: _("Place on the waiting list"),
        Outcome.DECLINE: _("Rejection"),
    }
    return _("%(email)s, %(role)s") % {
        "email": words[Outcome(outcome)],
        "role": Application.Role(role).label,
    }


def schedule(request: HttpRequest, pk: int) -> HttpResponse:
    found = _find(request, pk)
    seen = dict(ticked.partition(" ")[::2] for ticked in request.POST.getlist("decision"))
    asked = decision_release.schedule(
        found,
        {int(pk): version for pk, version in seen.items() if pk.isdecimal()},
        by=acting_member(request),
        is_sooner=request.POST.get("when") == "sooner",
    )
    if skipped := len(seen) - len(asked):
        words = ngettext(
            "%(n)s decision has changed since you opened the page and was left out.",
            "%(n)s decisions have changed since you opened the page and were left out.",
            skipped,
        )
        messages.warning(request, words % {"n": skipped})
    if asked and (moment := asked[0].release_at):
        words = ngettext(
            "%(n)s decision is released on %(when)s. You can stop it until then.",
            "%(n)s decisions are released on %(when)s. You can stop them until then.",
            len(asked),
        )
        when = date_format(timezone.localtime(moment), "DATETIME_FORMAT")
        messages.success(request, words % {"n": len(asked), "when": when})
    return redirect("admin:applications_application_release-cohort", found.pk)


def stop(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Cohort.objects.for_committee(request.user, *reviewing.DECIDERS)
    found = get_object_or_404(rows.select_related("program"), pk=pk)
    decision_release.stop(found, by=acting_member(request))
    messages.success(request, _("Stopped. No one was notified, and the decisions are kept."))
    return redirect("admin:applications_application_changelist")


def _page(request: HttpRequest, template: str, title: str, **context: object) -> HttpResponse:
    shared = {**admin.site.each_context(request), "opts": Application._meta, "title": title}
    return TemplateResponse(
        request, f"admin/applications/application/{template}.html", {**shared, **context}
    )
