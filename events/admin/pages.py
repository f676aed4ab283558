"""The pages that publish, cancel and copy an event, record who came, and export the list."""

from __future__ import annotations

from collections import Counter

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from access.exceptions import ActionNotAllowed
from programs.committee import Role, acting_member
from programs.committee_admin.list_exports import ExportForm, download, record_export
from programs.committee_admin.release_emails import when_emails_leave
from programs.spreadsheets import Sheet

from .. import arranging
from ..attendance import count_hidden, may_record
from ..forms import AttendanceForm, CancelForm
from ..models import Event, SignUp, SignUpQuerySet
from ..reconcilers import to_invite


def _find(request: HttpRequest, pk: int, *roles: str) -> Event:
    rows = Event.objects.for_committee(request.user, *roles)
    return get_object_or_404(rows.select_related("program__policy"), pk=pk)


def _page(
    request: HttpRequest, template: str, event: Event, title: str, **context: object
) -> HttpResponse:
    base = {**admin.site.each_context(request), "opts": Event._meta, "event": event, "title": title}
    return TemplateResponse(request, f"admin/events/event/{template}.html", {**base, **context})


def _back(event: Event) -> HttpResponse:
    return redirect("admin:events_event_change", event.pk)


def publish_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how many people get an e-mail and when; publish on POST."""
    event, at = _find(request, pk, Role.CHAIR), timezone.now()
    if event.state != Event.State.DRAFT:
        raise ActionNotAllowed(_("This event is no draft any more."))
    if request.method == "POST":
        arranging.publish(event, by=acting_member(request))
        messages.success(request, _("Published. The invitations are sent from now on."))
        return _back(event)
    zones = Counter(to_invite(event).values_list("time_zone", flat=True))
    departing = when_emails_leave(event.program, {_("Invitation"): zones}, at)
    found = [str(words) for _column, words in arranging.publishing_problems(event, at=at)]
    title = _("Publish this event?")
    count = sum(zones.values())
    context = {"departing": departing, "count": count, "problems": found, "moment": at}
    return _page(request, "publish", event, title, **context)


def cancel_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason, and say who reads it; cancel on POST."""
    event = _find(request, pk, Role.CHAIR)
    if not arranging.may_be_changed(event, timezone.now()):
        raise ActionNotAllowed(arranging.OVER)
    form = CancelForm(request.POST if request.method == "POST" else None, event=event)
    if form.is_valid():
        form.save(by=acting_member(request))
        messages.success(request, _("Cancelled."))
        return _back(event)
    is_draft = event.state == Event.State.DRAFT
    title = _("Discard this draft?") if is_draft else _("Cancel this event?")
    count = SignUp.objects.filter(event=event).exclude(state=SignUp.State.LEFT).count()
    return _page(request, "cancel", event, title, form=form, count=count, is_draft=is_draft)


@require_POST
def copy_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a draft like this event."""
    made = arranging.copy(_find(request, pk, Role.CHAIR), by=acting_member(request))
    messages.success(request, _("This is the copy, a draft. Change its date, then publish it."))
    return _back(made)


def attendance_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who has signed up; once the event has begun, record who came."""
    event, member = _find(request, pk), acting_member(request)
    at = timezone.now()
    may_tick = event.may_be_recorded(at) and may_record(event, member)
    is_sent = request.method == "POST"
    form = AttendanceForm(request.POST if is_sent else None, event=event, member=member)
    if is_sent and form.is_valid():
        count = form.save(by=member)
        text = ngettext("Saved: %(count)s person came.", "Saved: %(count)s people came.", count)
        messages.success(request, text % {"count": count})
        return redirect("admin:events_event_attendance", event.pk)
    mine = SignUp.objects.for_committee(request.user).filter(event=event)
    context = {
        "form": form if may_tick else None,
        "going": list(mine.going().select_related("person").order_by("person__name", "pk")),
        "waiting": list(mine.waiting().select_related("person")),
        "left": mine.filter(state=SignUp.State.LEFT).count(),
        "hidden": count_hidden(event, member),
    }
    return _page(request, "attendance", event, _("Who comes"), **context)


def export_view(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Download who has signed up and who came, of the people whom the member may see."""
    event = _find(request, pk)
    rows = SignUp.objects.for_committee(request.user).filter(event=event)
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        kind = form.cleaned_data["format"]
        response = download(_sheet(rows), kind, slugify(str(event)) or "event")
        record_export(request, event.program, "events.SignUp", rows.count(), kind, of=str(event))
        return response
    title = _("Export who comes")
    return _page(request, "export", event, title, form=form, count=rows.count())


def _sheet(rows: SignUpQuerySet) -> Sheet:
    headings = [_("Name"), _("E-mail address"), _("State"), _("Since"), _("Came")]
    found = rows.select_related("person").order_by("person__name", "pk")
    cells = (
        (
            row.person.name,
            row.person.address,
            str(row.get_state_display()),
            timezone.localdate(row.since),
            row.has_attended,
        )
        for row in found
    )
    return Sheet(_("Who comes"), headings, cells)
