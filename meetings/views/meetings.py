"""Pages of meetings. Only the pair can open them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from access.exceptions import ActionNotAllowed
from matches.models import Match

from .. import calendars, contacts, preparing, presenters, scheduling
from ..forms import (
    AgendaForm,
    LogForm,
    PlanForm,
    PrivateNoteForm,
    RecordForm,
    ReplyForm,
    TimesForm,
)
from ..models import LogEntry, Meeting, PrivateNote
from ..presenters import show_time

State = Meeting.State


def own_match(request, match_id):
    matches = Match.objects.of(request.user).select_related(
        "mentee__person", "mentor__person", "mentee__cohort__program"
    )
    return get_object_or_404(matches, public_id=match_id)


def own_meeting(request, meeting_id):
    people = ("match__mentee__person", "match__mentor__person", "match__mentee__cohort__program")
    meetings = Meeting.objects.of(request.user).select_related(*people)
    return get_object_or_404(meetings, public_id=meeting_id)


def to_list(match):
    return redirect("meetings:meeting-list", match.public_id)


def posted(request):
    """Return the data of a POST, else None."""
    return request.POST if request.method == "POST" else None


def saved(request, form):
    """Whether a form was sent, is valid and could be saved; else it shows why not.

    What the person typed stays in the form when someone else was faster.
    """
    if not (form.is_bound and form.is_valid()):
        return False
    try:
        form.save(by=request.user)
    except ActionNotAllowed as refused:
        form.add_error(None, refused.message)
        return False
    for note in getattr(form, "clock_notes", list)():
        messages.warning(request, note)
    return True


def with_current_sequence(form, meeting):
    """Let the form be sent again, now that it shows how the meeting has changed."""
    if form.is_bound and form.non_field_errors():
        form.data = form.data.copy()
        form.data["expected_sequence"] = meeting.sequence
    return form


def card_of(request, meeting):
    return presenters.Card(meeting, request.user, timezone.now())


def form_page(request, match, form, title, button, template="meetings/meeting_form.html", **more):
    context = {
        "match": match,
        "program": match.program,
        "partner": match.partner_of(request.user),
        "form": form,
        "title": title,
        "button": button,
        **more,
    }
    return render(request, template, context)


def say_suggested(request, meeting):
    """Say what is true now: confirmed, or suggested and waiting."""
    partner = meeting.match.partner_of(request.user)
    when = show_time(meeting.starts_at, request.user, partner)
    facts = {"name": partner.first_name or partner.name, "when": when}
    if not meeting.has_open_proposal:
        text = _("The meeting is confirmed for %(when)s. We are e-mailing you both.")
    elif meeting.state == State.SET:
        text = _("We are asking %(name)s. Until then you are meeting on %(when)s.")
    else:
        count = meeting.times.count()
        text = ngettext(
            "We are asking %(name)s whether this time works.",
            "We are asking %(name)s which of the %(count)s times works.",
            count,
        )
        facts["count"] = count
    messages.success(request, text % facts)


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


def meeting_create(request, match_id):
    match = own_match(request, match_id)
    form = PlanForm(posted(request), match=match, person=request.user)
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
        request, match, form, _("Plan a meeting"), _("Save"), "meetings/meeting_times.html"
    )


def meeting_record(request, match_id):
    match = own_match(request, match_id)
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


def meeting_move(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    form = TimesForm(posted(request), match=meeting.match, person=request.user, meeting=meeting)
    if saved(request, form):
        say_suggested(request, meeting)
        return to_list(meeting.match)
    return form_page(
        request,
        meeting.match,
        with_current_sequence(form, meeting),
        _("Suggest other times"),
        _("Send"),
        "meetings/meeting_times.html",
        card=card_of(request, meeting),
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


def meeting_log(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    entries = LogEntry.objects.visible_to(request.user)
    mine = entries.filter(meeting=meeting, author=request.user).first()
    form = LogForm(posted(request), meeting=meeting, person=request.user, note=mine)
    if saved(request, form):
        messages.success(request, saved_text(meeting))
        if meeting.state == State.MOVED:
            return redirect("meetings:meeting-move", meeting.public_id)
        return to_list(meeting.match)
    return form_page(
        request,
        meeting.match,
        with_current_sequence(form, meeting),
        _("Record the meeting"),
        _("Save"),
        card=card_of(request, meeting),
    )


def saved_text(meeting):
    """Return what is recorded about a meeting now."""
    if meeting.state == State.HELD:
        return _("Saved: you met for %(minutes)s minutes.") % {"minutes": meeting.minutes}
    texts = {
        State.MISSED: _("Saved: the meeting was missed."),
        State.MOVED: _("Saved: the meeting was moved. Suggest the new day."),
        State.PROPOSED: _("Saved: the meeting was moved. The suggested times are still open."),
        State.CANCELLED: _("Saved: this meeting was entered by mistake. It no longer counts."),
    }
    return texts[meeting.state]


@require_POST
def meeting_keep(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    scheduling.keep_date(meeting, by=request.user, expected_sequence=sequence_in(request))
    partner = meeting.match.partner_of(request.user)
    when = show_time(meeting.starts_at, request.user, partner)
    messages.success(request, _("The meeting stays on %(when)s.") % {"when": when})
    return to_list(meeting.match)


def sequence_in(request):
    """Return the number of the meeting that the person saw, or None if the form has none."""
    number = request.POST.get("expected_sequence", "")
    return int(number) if number.isdecimal() and len(number) < 9 else None


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


def meeting_prepare(request, meeting_id):
    """Before we meet: the agenda, what was said last time, what is still to do, questions."""
    meeting = own_meeting(request, meeting_id)
    page = presenters.preparation(meeting, request.user, at=timezone.now())
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


@require_safe
def meeting_calendar(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    if meeting.state not in {State.SET, State.HELD}:
        raise Http404
    place = presenters.place_of(meeting, request.user)
    content = calendars.download(meeting, request.user, place=place, at=timezone.now())
    headers = {"Content-Disposition": f'attachment; filename="{calendars.FILE_NAME}"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)


@require_POST
def contact_create(request, match_id):
    match = own_match(request, match_id)
    contact = contacts.note_contact(match, by=request.user)
    day = date_format(contact.on, "DATE_FORMAT")
    messages.success(request, _("Saved: you were in touch on %(day)s.") % {"day": day})
    return to_list(match)
