"""E-mails about meetings. The place is in them; the agenda stays on the site."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from matches.emails import MATCH_ENDED
from matches.ending_texts import REOPENED
from matches.models import Closure, Match
from notifications.kinds import ESSENTIAL, OPTIONAL, Cancel, Email, kind
from notifications.known import NOTHING
from notifications.links import absolute
from notifications.reasons import reason

from .calendars import invitation
from .models import ContactRequest, Meeting
from .presenters import place_of, show_time
from .statements import facts, issuing
from .statements.documents import hours_and_minutes

State = Meeting.State

MEETING_PASSED = reason("meeting-passed", gettext_lazy("the time of the meeting has passed"))
REQUEST_ANSWERED = reason(
    "contact-request-answered", gettext_lazy("the request was answered or taken back")
)
NO_ANSWER = reason("contact-request-without-answer", gettext_lazy("the request was taken back"))
HAS_CERTIFICATE = reason("has-certificate", gettext_lazy("the person has it already"))
PARTNERS_TURN = reason("partners-turn", gettext_lazy("the suggested times wait for the partner"))


def known_meeting(meeting: Meeting, person: User) -> tuple[object, ...]:
    """Return what `person` knows of a meeting who has read the e-mail about its date."""
    if meeting.state in {State.CANCELLED, State.LAPSED}:
        return NOTHING
    times = sorted(start.isoformat() for start in meeting.times.values_list("starts_at", flat=True))
    is_asked = meeting.awaiting_id == person.pk
    starts_at = meeting.starts_at.isoformat()
    return (meeting.state, starts_at, meeting.minutes, meeting.mode, times, is_asked)


@kind(
    "meeting-date",
    label=gettext_lazy("Date of a meeting"),
    about="meetings.Meeting",
    stream=ESSENTIAL,
    topic="meeting",
    tells=known_meeting,
)
def meeting_date(meeting: Meeting, person: User) -> Email | Cancel:
    """**To**: whoever of the pair did not act; both, when a date is confirmed, moved or cancelled.
    **When**: a time is suggested, accepted or declined, or the meeting is cancelled.
    **Until**: the times have passed, or the match has ended."""
    now = timezone.now()
    if meeting.match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    is_asked = meeting.may_be_answered_by(person, now)
    is_set = meeting.state == State.SET and meeting.starts_at > now
    is_cancelled = meeting.state == State.CANCELLED and meeting.starts_at > now
    if meeting.state == State.PROPOSED and not is_asked:
        return Cancel(PARTNERS_TURN)
    if not (is_asked or is_set or is_cancelled):
        return Cancel(MEETING_PASSED)
    partner = meeting.match.partner_of(person)
    times = suggested_times(meeting, now)
    was_set = is_cancelled and meeting.lapses_at is None
    place = place_of(meeting, person)
    return Email(
        context={
            "meeting": meeting,
            "partner": partner,
            "when": show_time(meeting.starts_at, person, partner),
            "times": [show_time(start, person, partner) for start in times],
            "first": times[0] if times else meeting.starts_at,
            "is_asked": is_asked,
            "is_set": is_set,
            "is_cancelled": is_cancelled,
            "was_set": was_set,
        },
        confidential={"place": place},
        attachments=[invitation(meeting, person, place=place, at=now)] if is_set or was_set else (),
        action_url=action_url_for(meeting, is_asked=is_asked),
        program=meeting.match.program,
        thread=meeting.match,
    )


@kind(
    "meeting-date-soon",
    label=gettext_lazy("Date of a meeting that is soon"),
    about="meetings.Meeting",
    stream=ESSENTIAL,
    urgent=True,
    topic="meeting",
    tells=known_meeting,
)
def meeting_date_soon(meeting: Meeting, person: User) -> Email | Cancel:
    """**To**: as "meeting-date". **When**: the same, for a meeting within 48 hours; at night too.
    **Until**: the same."""
    return meeting_date(meeting, person)


def suggested_times(meeting: Meeting, at: datetime) -> list[datetime]:
    """Return the suggested times later than `at`, the first one first."""
    rows = meeting.times.filter(starts_at__gt=at)
    return list(rows.values_list("starts_at", flat=True))


def action_url_for(meeting: Meeting, *, is_asked: bool) -> str:
    """Return the address of the button."""
    if is_asked:
        return absolute(reverse("meetings:meeting-reply", args=[meeting.public_id]))
    return absolute(reverse("meetings:meeting-list", args=[meeting.match.public_id]))


@kind("certificate-ready", label=gettext_lazy("Certificate is ready"), about="matches.Closure")
def certificate_ready(closure: Closure, person: User) -> Email | Cancel:
    """**To**: both people of a completed pair. **When**: the day after it was completed, once.
    **Until**: they have got their certificate, or the pair was reopened."""
    if closure.reopened_at:
        return Cancel(REOPENED)
    match = closure.match
    if issuing.has_certificate(match, person):
        return Cancel(HAS_CERTIFICATE)
    found = facts.certificate_facts(match, person)
    return Email(
        context={
            "match": match,
            "time": hours_and_minutes(found.minutes),
            "has_hours": bool(found.lines),
        },
        action_url=absolute(reverse("dashboard:alumni")),
        program=match.program,
        thread=match,
    )


@kind(
    "contact-request",
    label=gettext_lazy("Request for a contact"),
    about="meetings.ContactRequest",
    stream=OPTIONAL,
)
def contact_request(row: ContactRequest, person: User) -> Email | Cancel:
    """**To**: the partner of who asks. **When**: one of a pair asks for a contact. **Until**:
    it is answered or withdrawn, or the match has ended."""
    if row.match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    if row.state != ContactRequest.State.ASKED:
        return Cancel(REQUEST_ANSWERED)
    return _about_contact_request(row, person)


@kind(
    "contact-request-answered",
    label=gettext_lazy("Answer to a request for a contact"),
    about="meetings.ContactRequest",
    stream=OPTIONAL,
)
def contact_request_answered(row: ContactRequest, person: User) -> Email | Cancel:
    """**To**: who asked for a contact. **When**: the partner promises to ask, shares the
    contact or says that it is not possible. **Until**: it is withdrawn, or the match has ended."""
    if row.match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    if row.state in {ContactRequest.State.ASKED, ContactRequest.State.WITHDRAWN}:
        return Cancel(NO_ANSWER)
    return _about_contact_request(row, person)


def _about_contact_request(row: ContactRequest, person: User) -> Email:
    is_asked = row.state == ContactRequest.State.ASKED
    page = "contact-request-answer" if is_asked else "shared-list"
    about = row.public_id if is_asked else row.match.public_id
    return Email(
        context={"contact_request": row, "partner": row.match.partner_of(person)},
        action_url=absolute(reverse(f"meetings:{page}", args=[about])),
        program=row.match.program,
        thread=row.match,
    )
