"""Pages on which the committee pauses a pair for one of the two, and ends the pause."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from matches import pauses
from matches.models import Match, Pause, PauseRequest, not_paused
from matches.pause_days import pause_of
from matches.pause_forms import CommitteePauseForm

from .endings import in_care, page


class PausedFilter(admin.SimpleListFilter):
    title = gettext_lazy("paused")
    parameter_name = "paused"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, str | Promise]]:
        return [("yes", gettext_lazy("On a pause")), ("no", gettext_lazy("Not on a pause"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        now = timezone.now()
        if self.value() == "yes":
            return queryset.exclude(state=Match.State.CLOSED).filter(paused_until__gt=now)
        return queryset.filter(not_paused(now)) if self.value() == "no" else queryset


@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest, site: AdminSite, pk: int) -> HttpResponse:
    """Pause a pair, or change the day of its pause, for one of the two who told the committee."""
    match, now = get_object_or_404(in_care(request), pk=pk), timezone.now()
    if refusal := pauses.refusal_of(match, by=request.user, at=now):
        messages.warning(request, refusal)
        return redirect("admin:matches_match_change", pk)
    data = request.POST if request.method == "POST" else None
    form = CommitteePauseForm(data, match=match, at=now)
    if form.is_valid():
        found = form.save(by=request.user)
        text = _("The pair is on a pause until %(day)s. Both people get an e-mail.")
        messages.success(request, text % {"day": format_date(found.last_day)})
        return redirect("admin:matches_match_change", pk)
    current = pause_of(match, now)
    return page(request, site, "pause", _("Pause this pair"), match=match, form=form, pause=current)


@require_POST
def pause_end(request: HttpRequest, site: AdminSite, pk: int) -> HttpResponse:
    match = get_object_or_404(in_care(request), pk=pk)
    pauses.come_back(match, by=request.user)
    messages.success(request, _("The pause is over. Both people get an e-mail."))
    return redirect("admin:matches_match_change", pk)


def context_of(request: HttpRequest, match: Match, *, in_care: bool) -> dict[str, object]:
    """Return what the page of a pair shows about its pauses, to those who may read it."""
    now = timezone.now()
    members = ("started_by", "changed_by", "ended_by")
    visible = Pause.objects.for_committee(request.user).filter(match=match)
    rows = list(visible.select_related(*members))
    requests = PauseRequest.objects.for_committee(request.user).filter(pause__match=match)
    return {
        "pause": pause_of(match, now),
        "pauses": rows,
        "pause_requests": requests.select_related("person") if rows else [],
        "may_pause": in_care and not pauses.refusal_for_anyone(match, now),
    }
