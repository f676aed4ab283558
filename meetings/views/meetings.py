"""The list of meetings, what became of each, and what the pair writes. Only the pair opens them."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matches.late_forms import leave_form
from matches.models import Match

from .. import contacts, preparing, presenters, recording
from ..forms import AgendaForm, LogForm, PrivateNoteForm, RecordForm
from ..models import LogEntry, Meeting, PrivateNote
from ..prepare_page import preparation
from ..presenters import show_time
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
    to_list,
    with_current_sequence,
)

State = Meeting.State


@require_safe
def meeting_list(request, match_id):
    match = own_match(request, match_id)
    cards = presenters.cards(match, request.user, at=timezone.now())
    past = presenters.past(cards)
    shown = past if request.GET.get("past") == "all" else past[: presenters.PAST_SHOWN]
    context = {
        "match": match,
        "program": match.program,
        "partner": match.partner_of(request.user),
        "to_record": presenters.to_record(cards),
        "upcoming": presenters.upcoming(cards),
        "past": shown,
        "not_shown": len(past) - len(shown),
        "is_your_turn": any(card.may_answer or card.may_log for card in cards),
        "is_open": match.state != Match.State.CLOSED,
        "steps": presenters.open_steps(cards),
        "last_contact": presenters.last_contact(match, request.user),
    }
    return render(request, "meetings/meeting_list.html", context)


def meeting_record(request, match_id):
    match = own_match(request, match_id)
    if response := leave_ended(request, match):
        return response
    form = RecordForm(posted(request), match=match, person=request.user)
    if saved(request, form):
        facts = {
            "when": show_time(form.when.starts_at, request.user),
            "minutes": form.cleaned_data["minutes"],
        }
        text = _("Saved: you met on %(when)s for %(minutes)s minutes.")
        messages.success(request, text % facts)
        return to_list(match)
    return form_page(request, match, form, _("Record a past meeting"), _("Save"))


def meeting_log(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    card = card_of(request, meeting)
    if response := leave_ended(request, meeting.match):
        return response
    if not (card.may_record or card.may_note) and (
        response := leave_form(
            request, recording.not_recordable(meeting, card.at), LIST, meeting.match.public_id
        )
    ):
        return response
    entries = LogEntry.objects.visible_to(request.user)
    mine = entries.filter(meeting=meeting, author=request.user).first()
    form = LogForm(posted(request), meeting=meeting, person=request.user, note=mine)
    if saved(request, form):
        messages.success(request, saved_text(meeting))
        if form.next_meeting:
            say_suggested(request, form.next_meeting)
        if meeting.state == State.MOVED:
            return redirect("meetings:meeting-move", meeting.public_id)
        return to_list(meeting.match)
    return form_page(
        request,
        meeting.match,
        with_current_sequence(form, meeting),
        _("Record the meeting"),
        _("Save"),
        card=card,
    )


def saved_text(meeting):
    """Return what is recorded about a meeting now."""
    if meeting.state == State.HELD:
        return _("Saved: you met for %(minutes)s minutes.") % {"minutes": meeting.minutes}
    texts = {
        State.MISSED: _("Saved: the meeting was missed."),
        State.MOVED: _("Saved: the meeting was moved. Suggest the new day."),
        State.SET: _("Saved: the meeting was moved."),
        State.PROPOSED: _("Saved: the meeting was moved. The suggested times are still open."),
        State.CANCELLED: _("Saved: this meeting was entered by mistake. It no longer counts."),
    }
    return texts[meeting.state]


def meeting_prepare(request, meeting_id):
    """Before we meet: the agenda, what was said last time, what is still to do, questions."""
    meeting = own_meeting(request, meeting_id)
    page = preparation(meeting, request.user, at=timezone.now())
    form = AgendaForm(posted(request), agenda=page.agenda, is_mentee=page.is_mentee)
    if form.is_bound and form.is_valid():
        form.save(meeting, by=request.user)
        messages.success(request, _("Saved. %(name)s can read it.") % {"name": page.partner_name})
        return redirect("meetings:meeting-prepare", meeting.public_id)
    context = {
        "match": meeting.match,
        "program": meeting.match.program,
        "page": page,
        "form": form,
        "note_form": PrivateNoteForm(initial={"text": page.private_note}),
    }
    return render(request, "meetings/meeting_prepare.html", context)


@require_POST
def meeting_note(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    form = PrivateNoteForm(request.POST)
    if form.is_valid():
        form.save(meeting, by=request.user)
        is_kept = PrivateNote.objects.visible_to(request.user).filter(meeting=meeting).exists()
        text = _("Private note saved.") if is_kept else _("Private note deleted.")
        messages.success(request, text)
        return redirect("meetings:meeting-prepare", meeting.public_id)
    return form_page(request, meeting.match, form, _("My private note"), _("Save"))


@require_POST
def meeting_step(request, meeting_id, role):
    meeting = own_meeting(request, meeting_id)
    authors = dict(zip(("mentee", "mentor"), meeting.match.people, strict=True))
    if role not in authors:
        raise Http404
    is_done = request.POST.get("done") != "no"
    preparing.set_step_done(meeting, authors[role], by=request.user, is_done=is_done)
    text = _("Marked as done.") if is_done else _("Marked as still to do.")
    messages.success(request, text)
    return to_list(meeting.match)


@require_POST
def contact_create(request, match_id):
    match = own_match(request, match_id)
    contact = contacts.note_contact(match, by=request.user)
    day = date_format(contact.on, "DATE_FORMAT")
    messages.success(request, _("Saved: you were in touch on %(day)s.") % {"day": day})
    return to_list(match)
