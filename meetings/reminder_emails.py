"""Reminders about meetings by e-mail. They carry nothing from the agenda or the notes."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from matches.emails import MATCH_ENDED
from matches.models import Match
from matches.pauses import PAIR_PAUSED
from notifications.kinds import OPTIONAL, Cancel, Email, kind
from notifications.links import absolute, link
from notifications.reasons import reason

from .meeting_reminders import ASKED_FOR_DAYS
from .models import Agenda, Meeting
from .overdue import OVERDUE, due_at, quiet_since, silent_matches
from .presenters import show_time

State = Meeting.State
LINK_PURPOSE = "meeting-record"
NEAR = timedelta(days=7)  # a reminder may wait over a weekend

MEETING_RECORDED = reason("meeting-recorded", gettext_lazy("the meeting needs no answer"))
AGENDA_WRITTEN = reason("agenda-written", gettext_lazy("the agenda is written"))
NO_AGENDA = reason("no-agenda", gettext_lazy("there is no agenda any more"))
NOT_SILENT = reason("pair-not-silent", gettext_lazy("they have met, been in touch or set a date"))
NOT_AHEAD = reason("meeting-not-ahead", gettext_lazy("the meeting is not ahead any more"))


def _email(meeting: Meeting, person: User, url: str, **context: object) -> Email:
    partner = meeting.match.partner_of(person)
    when = show_time(meeting.starts_at, person, partner)
    return Email(
        context={"meeting": meeting, "partner": partner, "when": when, **context},
        action_url=url,
        program=meeting.match.program,
        thread=meeting.match,
    )


def _page(name: str, meeting: Meeting) -> str:
    return absolute(reverse(f"meetings:{name}", args=[meeting.public_id]))


def _is_ahead(meeting: Meeting) -> bool:
    """Whether a confirmed meeting is near; one that was moved to another week is not."""
    now = timezone.now()
    is_open = meeting.match.state != Match.State.CLOSED
    is_near = now < meeting.starts_at <= now + NEAR
    return is_open and meeting.state == State.SET and is_near


@kind(
    "meeting-prepare",
    label=gettext_lazy("Meeting to prepare"),
    about="meetings.Meeting",
    stream=OPTIONAL,
)
def meeting_prepare(meeting: Meeting, person: User) -> Email | Cancel:
    """**To**: the mentee. **When**: 3 days before a confirmed meeting. **Until**: the agenda is
    written, the meeting is cancelled or moved, or it has begun, or the pair is paused."""
    if meeting.match.is_paused(timezone.now()):
        return Cancel(PAIR_PAUSED)
    if not _is_ahead(meeting):
        return Cancel(NOT_AHEAD)
    if Agenda.objects.prepared([meeting]):
        return Cancel(AGENDA_WRITTEN)
    return _email(meeting, person, _page("meeting-prepare", meeting))


@kind(
    "meeting-agenda",
    label=gettext_lazy("Agenda of a meeting"),
    about="meetings.Meeting",
    stream=OPTIONAL,
)
def meeting_agenda(meeting: Meeting, person: User) -> Email | Cancel:
    """**To**: the mentor. **When**: one day before a confirmed meeting for which the mentee has
    written an agenda. **Until**: the agenda is empty again, the meeting is cancelled or
    moved, or it has begun, or the pair is paused."""
    if meeting.match.is_paused(timezone.now()):
        return Cancel(PAIR_PAUSED)
    if not _is_ahead(meeting):
        return Cancel(NOT_AHEAD)
    if not Agenda.objects.prepared([meeting]):
        return Cancel(NO_AGENDA)
    return _email(meeting, person, _page("meeting-prepare", meeting))


@kind(
    "meeting-record",
    label=gettext_lazy("Meeting to record"),
    about="meetings.Meeting",
    stream=OPTIONAL,
)
def meeting_record(meeting: Meeting, person: User) -> Email | Cancel:
    """**To**: the mentee; the mentor, if the mentee is silent for 3 days. **When**: the morning
    after a meeting; the mentee again 4 days later. **Until**: either has said whether it took
    place, or the match is paused or has ended."""
    if meeting.match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    if meeting.match.is_paused(timezone.now()):
        return Cancel(PAIR_PAUSED)
    if not meeting.is_to_record(timezone.now()):
        return Cancel(MEETING_RECORDED)
    until = timezone.now() + timedelta(days=ASKED_FOR_DAYS)
    address = link(LINK_PURPOSE, person=person, subject=meeting, until=until)
    others = [
        (_("No, we moved it to another day"), f"{address}?outcome={State.MOVED}"),
        (_("No, it was missed"), f"{address}?outcome={State.MISSED}"),
    ]
    return _email(meeting, person, f"{address}?outcome={State.HELD}", others=others)


@kind(
    OVERDUE,
    label=gettext_lazy("No meeting for a while"),
    about="matches.Match",
    stream=OPTIONAL,
)
def meeting_overdue(match: Match, person: User) -> Email | Cancel:
    """**To**: the mentee; both, when the silence goes on. **When**: no meeting and no contact for
    the program's percentages of the agreed rhythm. **Until**: they have met or been in touch, a
    date is suggested, the match is paused, closing or has ended."""
    if match.is_paused(timezone.now()):
        return Cancel(PAIR_PAUSED)
    row = silent_matches(timezone.now()).filter(pk=match.pk).first()
    if row is None:
        return Cancel(NOT_SILENT)
    since = quiet_since(row)
    if due_at(row, "drifting_percent") > timezone.now():
        return Cancel(NOT_SILENT)
    return Email(
        context={"match": row, "partner": row.partner_of(person), "since": since},
        action_url=absolute(reverse("meetings:meeting-create", args=[row.public_id])),
        program=row.program,
        thread=row,
    )
