"""Pages of meetings. Only the pair can open them."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matches.models import Match

from . import presenters, scheduling
from .forms import LogForm, MoveForm, PlanForm, RecordForm
from .models import LogEntry, Meeting


def own_match(request, match_id):
    matches = Match.objects.of(request.user).with_people()
    return get_object_or_404(
        matches.select_related("mentee__cohort__program__policy"), public_id=match_id
    )


def own_meeting(request, meeting_id):
    people = ("match__mentee__person", "match__mentor__person", "match__mentee__cohort__program")
    meetings = Meeting.objects.of(request.user).select_related(*people)
    return get_object_or_404(meetings, public_id=meeting_id)


def to_list(match):
    return redirect("meetings:meeting-list", match.public_id)


def posted(request):
    """Return the data of a POST, else None."""
    return request.POST if request.method == "POST" else None


def form_page(request, match, form, title, button):
    context = {
        "match": match,
        "program": match.program,
        "form": form,
        "title": title,
        "button": button,
    }
    return render(request, "meetings/meeting_form.html", context)


@require_safe
def meeting_list(request, match_id):
    match = own_match(request, match_id)
    cards = presenters.cards(match, request.user, at=timezone.now())
    upcoming = [card for card in cards if card.is_open]
    context = {
        "match": match,
        "program": match.program,
        "partner": match.partner_of(request.user),
        "upcoming": sorted(upcoming, key=lambda card: card.meeting.starts_at),
        "past": [card for card in cards if not card.is_open],
        "is_your_turn": any(card.may_answer or card.may_log for card in cards),
        "is_open": match.state != Match.State.CLOSED,
    }
    return render(request, "meetings/meeting_list.html", context)


def meeting_create(request, match_id):
    match = own_match(request, match_id)
    data = posted(request)
    form = PlanForm(data, match=match, person=request.user)
    if data is not None and form.is_valid():
        meeting = form.save(by=request.user)
        is_set = meeting.state == Meeting.State.SET
        text = _("Meeting confirmed.") if is_set else _("We are e-mailing your partner to confirm.")
        messages.success(request, text)
        return to_list(match)
    return form_page(request, match, form, _("Plan a meeting"), _("Save"))


def meeting_record(request, match_id):
    match = own_match(request, match_id)
    data = posted(request)
    form = RecordForm(data, match=match, person=request.user)
    if data is not None and form.is_valid():
        form.save(by=request.user)
        messages.success(request, _("Meeting saved."))
        return to_list(match)
    return form_page(request, match, form, _("Record a past meeting"), _("Save"))


def meeting_move(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    local = timezone.localtime(meeting.starts_at)
    initial = {"on": local.date(), "wall_time": local.time()}
    data = posted(request)
    form = MoveForm(data, person=request.user, initial=initial)
    if data is not None and form.is_valid():
        form.save(meeting, by=request.user)
        messages.success(request, _("Meeting moved. We are e-mailing your partner."))
        return to_list(meeting.match)
    return form_page(request, meeting.match, form, _("Move the meeting"), _("Move the meeting"))


def meeting_log(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    entries = LogEntry.objects.visible_to(request.user)
    mine = entries.filter(meeting=meeting, author=request.user).first()
    initial = {"minutes": meeting.minutes, "outcome": "held"}
    if mine is not None:
        initial |= {"learned": mine.learned, "next_step": mine.next_step}
    data = posted(request)
    form = LogForm(data, initial=initial)
    if data is not None and form.is_valid():
        form.save(meeting, by=request.user)
        messages.success(request, _("Meeting saved."))
        return to_list(meeting.match)
    return form_page(request, meeting.match, form, _("Record the meeting"), _("Save"))


@require_POST
def meeting_accept(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    scheduling.accept(meeting, by=request.user)
    messages.success(request, _("Meeting confirmed."))
    return to_list(meeting.match)


def meeting_cancel(request, meeting_id):
    meeting = own_meeting(request, meeting_id)
    if request.method == "POST":
        scheduling.cancel(meeting, by=request.user)
        messages.success(request, _("Meeting cancelled. We are e-mailing your partner."))
        return to_list(meeting.match)
    context = {
        "program": meeting.match.program,
        "question": _("Cancel this meeting?"),
        "text": _(
            "We'll e-mail your partner. If another day works, you can move the meeting instead."
        ),
        "button": _("Cancel the meeting"),
        "back_url": reverse("meetings:meeting-list", args=[meeting.match.public_id]),
        "is_dangerous": True,
    }
    return render(request, "components/confirm_page.html", context)
