"""Activities of a pair and the first weeks of a newcomer, for the two people."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from access.exceptions import ActionNotAllowed
from matches.models import Match
from programs.models import ProgramActivity
from programs.role_names.rows import get_row_or_404

from .. import activities
from ..forms import ActivityForm, DoneForm, FirstDayForm
from ..models import Activity
from .own import own_match

form_methods = require_http_methods(["GET", "HEAD", "POST"])


def own_activity(request: HttpRequest, activity_id: str) -> Activity:
    """Return the activity at an address, if it is of a pair of the signed-in person; else 404."""
    match = "match__mentee__person", "match__mentor__person", "match__mentee__cohort__program"
    rows = Activity.objects.visible_to(request.user).select_related("entry", *match)
    return get_row_or_404(rows, public_id=activity_id)


@form_methods
def activity_list(request: HttpRequest, match_id: str) -> HttpResponse:
    """Show what is planned, done, and on the list of the first weeks; plan one more."""
    match = own_match(request, match_id)
    form = ActivityForm(request.POST if request.method == "POST" else None, match=match)
    if form.is_valid():
        try:
            added = form.save(by=request.user)
        except ActionNotAllowed as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("Planned: %(activity)s") % {"activity": added.name})
            return redirect("agreements:activity-list", match_id)
    return list_page(request, match, form, FirstDayForm(None))


def list_page(
    request: HttpRequest, match: Match, form: ActivityForm, day_form: FirstDayForm
) -> HttpResponse:
    found = activities.activities_of(match, request.user)
    done = [row for row in found if row.done_on]
    first_day = activities.first_day(match, request.user)
    if first_day is not None and not day_form.is_bound:
        day_form.initial = {"on": first_day.on}
    items = activities.first_weeks(match, request.user)
    context = {
        "match": match,
        "program": match.program,
        "partner": match.partner_of(request.user),
        "planned": [row for row in found if not row.done_on],
        "done": sorted(done, key=lambda row: row.done_on or date.min, reverse=True),
        "items": items,
        "ticked": len([item for item in items if item.done_on]),
        "first_day": first_day,
        "form": form,
        "day_form": day_form,
        "is_open": match.state != Match.State.CLOSED,
    }
    return render(request, "agreements/activity_list.html", context)


@form_methods
def activity_done(request: HttpRequest, activity_id: str) -> HttpResponse:
    """Say when an activity was done, and whether together."""
    activity = own_activity(request, activity_id)
    if request.method != "POST" and (
        activity.done_on or activity.match.state == Match.State.CLOSED
    ):
        return redirect("agreements:activity-list", activity.match.public_id)
    form = DoneForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            form.save(activity, by=request.user)
        except ActionNotAllowed as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("Done: %(activity)s") % {"activity": activity.name})
            return redirect("agreements:activity-list", activity.match.public_id)
    context = {
        "activity": activity,
        "match": activity.match,
        "program": activity.match.program,
        "form": form,
    }
    return render(request, "agreements/activity_done.html", context)


@require_POST
def activity_undone(request: HttpRequest, activity_id: str) -> HttpResponse:
    activity = own_activity(request, activity_id)
    activities.set_done(activity, None, by=request.user)
    return redirect("agreements:activity-list", activity.match.public_id)


@require_POST
def activity_remove(request: HttpRequest, activity_id: str) -> HttpResponse:
    activity = own_activity(request, activity_id)
    activities.remove(activity, by=request.user)
    messages.success(request, _("Removed: %(activity)s") % {"activity": activity.name})
    return redirect("agreements:activity-list", activity.match.public_id)


@require_POST
def first_day(request: HttpRequest, match_id: str) -> HttpResponse:
    """Set the newcomer's first day."""
    match = own_match(request, match_id)
    form = FirstDayForm(request.POST)
    if form.is_valid():
        try:
            form.save(match, by=request.user)
        except ActionNotAllowed as refused:
            form.add_error("on", refused.message)
        else:
            messages.success(request, _("Saved. The weeks are counted from this day."))
            return redirect("agreements:activity-list", match_id)
    return list_page(request, match, ActivityForm(None, match=match), form)


@require_POST
def first_weeks_tick(request: HttpRequest, match_id: str, entry: int) -> HttpResponse:
    """Tick an item of the first weeks, or take the tick away."""
    match = own_match(request, match_id)
    item = get_row_or_404(ProgramActivity, pk=entry, program=match.program, week__isnull=False)
    is_done = request.POST.get("done") == "yes"
    activities.tick_item(match, item, is_done=is_done, by=request.user)
    return redirect("agreements:activity-list", match_id)
