"""What the pages of meetings share: whose they are, their forms, where they lead afterwards."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.exceptions import ActionNotAllowed
from matches.late_forms import leave_form
from matches.models import Match
from programs.role_names.rows import get_row_or_404

from .. import presenters
from ..locking import ENDED
from ..models import Meeting
from ..presenters import show_time

State = Meeting.State
LIST = "meetings:meeting-list"


def own_match(request, match_id):
    matches = Match.objects.of(request.user).select_related(
        "mentee__person", "mentor__person", "mentee__cohort__program"
    )
    return get_row_or_404(matches, public_id=match_id)


def own_meeting(request, meeting_id):
    people = ("match__mentee__person", "match__mentor__person", "match__mentee__cohort__program")
    meetings = Meeting.objects.of(request.user).select_related(*people)
    return get_row_or_404(meetings, public_id=meeting_id)


def to_list(match):
    return redirect(LIST, match.public_id)


def leave_ended(request, match):
    """Return the way back from a form of a match that has ended; None for one that goes on."""
    if match.state != Match.State.CLOSED:
        return None
    return leave_form(request, ENDED, LIST, match.public_id)


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


def sequence_in(request):
    """Return the number of the meeting that the person saw, or None if the form has none."""
    number = request.POST.get("expected_sequence", "")
    return int(number) if number.isdecimal() and len(number) < 9 else None


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
