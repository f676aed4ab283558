"""Pages of meetings: the pair's own."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matches.models import Match

from . import scheduling
from .forms import MoveForm, NoteForm, PlanForm, RecordForm
from .models import Agenda, LogEntry, Meeting


def own_match(request, match_id):
    return get_object_or_404(Match.objects.of(request.user).with_people(), public_id=match_id)


def own_meeting(request, meeting_id):
    people = ("match__mentee__person", "match__mentor__person", "match__mentee__cohort__program")
    return get_object_or_404(
        Meeting.objects.of(request.user).select_related(*people), public_id=meeting_id
    )


def to_list(match):
    return redirect("meetings:meeting-list", match.public_id)


@require_safe
def meeting_list(request, match_id):
    match = own_match(request, match_id)
    now = timezone.now()
    meetings = list(Meeting.objects.of(request.user).filter(match=match))
    agendas = {
        row.meeting_id: row
        for row in Agenda.objects.visible_to(request.user).filter(meeting__match=match)
    }
    entries: dict[int, list[LogEntry]] = {}
    for entry in (
        LogEntry.objects.visible_to(request.user)
        .filter(meeting__match=match)
        .select_related("author")
    ):
        entries.setdefault(entry.meeting_id, []).append(entry)
    for meeting in meetings:
        meeting.match = match
        meeting.may_answer = meeting.may_be_answered_by(request.user)
        meeting.may_note = meeting.may_be_recorded_by(request.user, now)
        meeting.may_move = meeting.may_be_moved_by(request.user) and not meeting.may_note
        meeting.agenda, meeting.entries = agendas.get(meeting.pk), entries.get(meeting.pk, [])
    open_states = {Meeting.State.PROPOSED, Meeting.State.SET}
    context = {
        "match": match,
        "program": match.program,
        "partner": match.partner_of(request.user),
        "ahead": sorted((m for m in meetings if m.state in open_states), key=lambda m: m.starts_at),
        "past": [m for m in meetings if m.state not in open_states],
        "has_turn": any(m.may_answer or m.may_note for m in meetings),
        "is_open": match.state != Match.State.CLOSED,
    }
    return render(request, "meetings/meeting_list.html", context)


def meeting_create(request, match_id):
    match = own_match(request, match_id)
    form = PlanForm(
        request.POST if request.method == "POST" else None, match=match, person=request.user
    )
    if request.method == "POST" and form.is_valid():
        meeting = form.save(by=request.user)
        is_set = meeting.state == Meeting.State.SET
        messages.success(
            request, _("The meeting is set.") if is_set else _("Your partner has been asked.")
        )
        return to_list(match)
    return render(
        request,
        "meetings/meeting_form.html",
        form_context(match, form, _("Plan a meeting"), _("Save")),
    )


def meeting_record(request, match_id):
    match = own_match(request, match_id)
    form = RecordForm(
        request.POST if request.method == "POST" else None, match=match, person=request.user
    )
    if request.method == "POST" and form.is_valid():
        form.save(by=request.user)
        messages.success(request, _("Noted. Thank you."))
        return to_list(match)
    return render(
        request,
        "meetings/meeting_form.html",
        form_context(match, form, _("Note a meeting that took place"), _("Note it")),
    )


def meeting_move(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    local = timezone.localtime(meeting.starts_at)
    initial = {"on": local.date(), "wall_time": local.time()}
    form = MoveForm(
        request.POST if request.method == "POST" else None, person=request.user, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        form.save(meeting, by=request.user)
        messages.success(request, _("Moved. Your partner has been told."))
        return to_list(meeting.match)
    return render(
        request,
        "meetings/meeting_form.html",
        form_context(meeting.match, form, _("Move the meeting"), _("Move it")),
    )


def meeting_note(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    mine = (
        LogEntry.objects.visible_to(request.user)
        .filter(meeting=meeting, author=request.user)
        .first()
    )
    initial = {"minutes": meeting.minutes, "what": "held"}
    if mine is not None:
        initial |= {"learned": mine.learned, "next_step": mine.next_step}
    form = NoteForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        form.save(meeting, by=request.user)
        messages.success(request, _("Noted. Thank you."))
        return to_list(meeting.match)
    return render(
        request,
        "meetings/meeting_form.html",
        form_context(meeting.match, form, _("How was it?"), _("Note it")),
    )


@require_POST
def meeting_accept(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    scheduling.accept(meeting, by=request.user)
    messages.success(request, _("The meeting is set."))
    return to_list(meeting.match)


def meeting_cancel(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    if request.method == "POST":
        scheduling.cancel(meeting, by=request.user)
        messages.success(request, _("Cancelled. Your partner has been told."))
        return to_list(meeting.match)
    context = {
        "program": meeting.match.program,
        "question": _("Cancel this meeting?"),
        "text": _("Your partner gets a short note. If another day would do, moving it is kinder."),
        "button": _("Cancel the meeting"),
        "back_url": reverse("meetings:meeting-list", args=[meeting.match.public_id]),
        "is_dangerous": True,
    }
    return render(request, "components/confirm_page.html", context)


def form_context(match, form, title, button):
    return {
        "match": match,
        "program": match.program,
        "form": form,
        "title": title,
        "button": button,
    }
