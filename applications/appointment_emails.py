"""E-mails about the appointment for an interview. To one person one about it waits at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.two_clocks import show_time
from notifications.kinds import ESSENTIAL, OPTIONAL, Cancel, Email, kind
from notifications.known import NOTHING
from notifications.links import link
from notifications.reasons import reason

from . import appointments
from .appointment_calendar import invitation, page_of
from .interviews import HELD_IN
from .models import InterviewAppointment

State = InterviewAppointment.State
ABOUT, TOPIC = "applications.InterviewAppointment", "interview"
ANSWER = "interview-answer"  # what the link does
UNANSWERED, TOMORROW = "interview-unanswered", "interview-tomorrow"
SOON = timedelta(hours=48)

NOT_WAITING = reason(
    "interview-not-waiting", gettext_lazy("the suggested times don't wait for an answer any more")
)
NO_NEWS = reason("interview-no-news", gettext_lazy("the interview has another state by now"))
NOT_READER = reason(
    "interview-not-reader", gettext_lazy("this member may not read the application any more")
)


def known_appointment(appointment: InterviewAppointment, person: User) -> tuple[object, ...]:
    """Return what `person` knows who has read the newest e-mail about the interview."""
    is_applicant = person.pk == appointment.application.person_id
    is_member = person.pk == appointment.member_id and appointment.state == State.SET
    if appointment.state == State.CANCELLED or not (is_applicant or is_member):
        return NOTHING
    return (appointment.state, appointment.sequence)


def answer_url(appointment: InterviewAppointment) -> str:
    """Return the address at which the applicant answers without signing in."""
    until = appointment.lapses_at or timezone.now()
    return link(ANSWER, person=appointment.application.person, subject=appointment, until=until)


def _email(
    appointment: InterviewAppointment,
    person: User,
    *,
    at: datetime,
    url: str = "",
    is_off: bool = False,
    has_file: bool = False,
) -> Email:
    """Return an e-mail to either of the two; its button leads to their page unless `url` is given.

    `is_off`: the date that they know does not hold.
    """
    application = appointment.application
    is_applicant = person.pk == application.person_id
    other = appointment.member if is_applicant else application.person
    starts_at = appointment.in_calendars
    times = [one for one in appointment.suggested if one > at] if is_applicant else []
    nearest = min([one for one in (starts_at, *times) if one and one > at], default=None)
    place = "" if is_off and not times else appointment.place
    files: Sequence[tuple[str, str, str]] = ()
    if has_file:
        files = invitation(appointment, person, place="" if is_off else place, is_off=is_off, at=at)
    return Email(
        context={
            "program": application.program,
            "cohort": application.cohort,
            "member": appointment.member,
            "applicant_name": application.person.name,
            "is_applicant": is_applicant,
            "is_off": is_off,
            "when": show_time(starts_at, person, other) if starts_at else "",
            "starts_at": starts_at,
            "times": [show_time(one, person, other) for one in times],
            "minutes": appointment.minutes,
        },
        confidential={"place": place},
        attachments=files,
        action_url=url or page_of(appointment, person),
        program=application.program,
        thread=application,
        urgent=nearest is not None and nearest - at <= SOON,
    )


def _times(appointment: InterviewAppointment, person: User) -> Email | Cancel:
    now = timezone.now()
    is_open = appointment.application.state in HELD_IN
    if not is_open or not appointment.may_be_answered(now):
        return Cancel(NOT_WAITING)
    was_set = appointment.in_calendars is not None
    url = answer_url(appointment)
    return _email(appointment, person, at=now, url=url, is_off=was_set, has_file=was_set)


@kind(
    appointments.TIMES,
    label=gettext_lazy("Times for an interview"),
    about=ABOUT,
    stream=ESSENTIAL,
    topic=TOPIC,
    tells=known_appointment,
)
def interview_times(appointment: InterviewAppointment, person: User) -> Email | Cancel:
    """**To**: the applicant. **When**: a member suggests times for an interview, also in place of a
    date. **Until**: they have answered, the times have passed, it is cancelled, or the application
    is decided or withdrawn."""
    return _times(appointment, person)


@kind(
    UNANSWERED,
    label=gettext_lazy("Times for an interview without an answer"),
    about=ABOUT,
    stream=OPTIONAL,
)
def interview_unanswered(appointment: InterviewAppointment, person: User) -> Email | Cancel:
    """**To**: the applicant. **When**: once, 3 days after times were suggested. **Until**: they
    have answered, the times have passed, it is cancelled, or the application is decided or
    withdrawn."""
    return _times(appointment, person)


@kind(
    appointments.DATE,
    label=gettext_lazy("Date of an interview"),
    about=ABOUT,
    stream=ESSENTIAL,
    topic=TOPIC,
    tells=known_appointment,
)
def interview_date(appointment: InterviewAppointment, person: User) -> Email | Cancel:
    """**To**: the applicant and the member who interviews. **When**: the applicant has chosen a
    time; the date is off, because the member suggests others or it was cancelled. **Until**: the
    time has passed, or the member may not read the application any more."""
    now = timezone.now()
    is_applicant = person.pk == appointment.application.person_id
    if not is_applicant and not _may_read(appointment, person):
        return Cancel(NOT_READER)
    is_theirs = is_applicant or person.pk == appointment.member_id
    is_off = appointment.state != State.SET or not is_theirs
    starts_at = appointment.in_calendars
    is_told = appointment.state == State.CANCELLED or not is_applicant
    if (starts_at and starts_at <= now) or (is_off and not is_told):
        return Cancel(NO_NEWS)
    return _email(appointment, person, at=now, is_off=is_off, has_file=True)


@kind(
    appointments.OTHER,
    label=gettext_lazy("Another time for an interview"),
    about=ABOUT,
    to_members=True,
    expires_after=timedelta(days=14),
)
def interview_other_time(appointment: InterviewAppointment, member: User) -> Email | Cancel:
    """**To**: the member who suggested times for an interview. **When**: the applicant asks for
    another time. **Until**: the member suggests other times or cancels, the application is decided
    or withdrawn, or the member may not read it any more."""
    is_open = appointment.application.state in HELD_IN
    if appointment.state != State.OTHER or not is_open or not _may_read(appointment, member):
        return Cancel(NO_NEWS)
    return _email(appointment, member, at=timezone.now())


@kind(
    TOMORROW,
    label=gettext_lazy("Interview tomorrow"),
    about=ABOUT,
    stream=OPTIONAL,
)
def interview_tomorrow(appointment: InterviewAppointment, person: User) -> Email | Cancel:
    """**To**: the applicant and the member who interviews. **When**: a day before the interview, if
    it was arranged earlier. **Until**: it has begun or was moved or cancelled, the application is
    decided or withdrawn, or the member may not read it any more."""
    now = timezone.now()
    is_applicant = person.pk == appointment.application.person_id
    starts_at = appointment.starts_at
    is_near = appointment.is_ahead(now) and starts_at is not None and starts_at - now <= SOON
    is_theirs = is_applicant or person.pk == appointment.member_id
    if not is_near or not is_theirs or appointment.application.state not in HELD_IN:
        return Cancel(NO_NEWS)
    if not is_applicant and not _may_read(appointment, person):
        return Cancel(NOT_READER)
    return _email(appointment, person, at=now)


def _may_read(appointment: InterviewAppointment, member: User) -> bool:
    rows = InterviewAppointment.objects.for_committee(member)
    return rows.filter(pk=appointment.pk).exists()
