"""Pages that plan a meeting: suggest times, answer, keep the date, cancel. Only the pair can."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.exceptions import ActionNotAllowed
from accounts.wall_time import WallTime
from matches.late_forms import leave_form

from .. import calendars, presenters, scheduling
from ..forms import PlanForm, ReplyForm, TimesForm
from ..models import Meeting
from ..presenters import show_time
from ..time_suggestions import usual_times
from .pages import (
    LIST,
    card_of,
    form_page,
    leave_ended,
    own_match,
    own_meeting,
    posted,
    saved,
    say_suggested,
    sequence_in,
    to_list,
    with_current_sequence,
)

State = Meeting.State


@dataclass
class SuitsBoth:
    """Times in the usual weeks of both, as texts; `filled_in` once the person took them over."""

    shown: list[str]
    filled_in: list[WallTime]


def suits_both(request, match, minutes):
    """Return the times that suit both; none for a form that was sent."""
    if request.method == "POST":
        return SuitsBoth([], [])
    person, partner = request.user, match.partner_of(request.user)
    times = usual_times(match, person, minutes=minutes, at=timezone.now())
    shown = [show_time(when.starts_at, person, partner) for when in times]
    return SuitsBoth(shown, times if "fill-in" in request.GET else [])


def meeting_create(request, match_id):
    match = own_match(request, match_id)
    if response := leave_ended(request, match):
        return response
    suits = suits_both(request, match, match.program.policy.meeting_minutes)
    form = PlanForm(
        posted(request),
        match=match,
        person=request.user,
        times=suits.filled_in,
        is_closing_talk="closing-talk" in request.GET,
    )
    if form.is_bound and form.is_valid():
        try:
            meeting = form.save(by=request.user)
        except ActionNotAllowed as refused:
            form.add_error(None, refused.message)
        else:
            for note in form.clock_notes():
                messages.warning(request, note)
            say_suggested(request, meeting)
            return to_list(match)
    return form_page(
        request,
        match,
        form,
        _("Plan a meeting"),
        _("Save"),
        "meetings/meeting_times.html",
        suits_both=suits,
    )


def meeting_move(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    match = meeting.match
    if response := leave_ended(request, match):
        return response
    if not meeting.may_be_moved_by(request.user) and (
        response := leave_form(request, scheduling.NOT_MOVED, LIST, match.public_id)
    ):
        return response
    suits = suits_both(request, match, meeting.minutes)
    form = TimesForm(
        posted(request), match=match, person=request.user, meeting=meeting, times=suits.filled_in
    )
    if saved(request, form):
        say_suggested(request, meeting)
        return to_list(match)
    return form_page(
        request,
        match,
        with_current_sequence(form, meeting),
        _("Suggest other times"),
        _("Send"),
        "meetings/meeting_times.html",
        card=card_of(request, meeting),
        suits_both=suits,
    )


def meeting_reply(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    card = card_of(request, meeting)
    form = ReplyForm(posted(request), meeting=meeting, person=request.user)
    if saved(request, form):
        say_suggested(request, meeting)
        return to_list(meeting.match)
    if not card.may_answer and not form.is_bound:
        messages.info(request, _("This meeting is not waiting for your answer."))
        return to_list(meeting.match)
    return form_page(
        request,
        meeting.match,
        with_current_sequence(form, meeting),
        _("Answer"),
        _("Accept this time"),
        "meetings/meeting_reply.html",
        card=card,
    )


@require_POST
def meeting_keep(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    scheduling.keep_date(meeting, by=request.user, expected_sequence=sequence_in(request))
    partner = meeting.match.partner_of(request.user)
    when = show_time(meeting.starts_at, request.user, partner)
    messages.success(request, _("The meeting stays on %(when)s.") % {"when": when})
    return to_list(meeting.match)


def meeting_cancel(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    if request.method == "POST":
        scheduling.cancel(meeting, by=request.user, expected_sequence=sequence_in(request))
        messages.success(request, _("Meeting cancelled."))
        return to_list(meeting.match)
    card = card_of(request, meeting)
    if not card.may_cancel:
        messages.info(
            request, _("This meeting can no longer be cancelled. Record whether it took place.")
        )
        return to_list(meeting.match)
    texts = [
        _("The meeting on %(when)s will be cancelled.")
        % {"when": show_time(meeting.starts_at, request.user, card.partner)}
        if meeting.state == State.SET
        else _("The suggested times will be withdrawn."),
        _("If another day works, suggest other times instead."),
    ]
    context = {
        "program": meeting.match.program,
        "question": _("Cancel this meeting?"),
        "text": " ".join(texts),
        "button": _("Cancel the meeting"),
        "back_url": reverse("meetings:meeting-list", args=[meeting.match.public_id]),
        "is_dangerous": True,
        "meeting": meeting,
    }
    return render(request, "meetings/meeting_cancel.html", context)


@require_safe
def meeting_calendar(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    if meeting.state not in {State.SET, State.HELD}:
        raise Http404
    place = presenters.place_of(meeting, request.user)
    content = calendars.download(meeting, request.user, place=place, at=timezone.now())
    headers = {"Content-Disposition": f'attachment; filename="{calendars.FILE_NAME}"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
