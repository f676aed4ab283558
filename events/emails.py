"""E-mails about events. To one person about one event one e-mail waits at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import ESSENTIAL, OPTIONAL, Cancel, Email, kind
from notifications.known import NOTHING
from notifications.links import absolute, link
from programs.committee import has_role

from . import email_reasons
from .audience import people_of
from .calendar_entries import invitation
from .feedback import is_open as is_feedback_open
from .models import Event, SignUp
from .presenters import show_moment, show_time

State = Event.State
ABOUT, TOPIC = "events.Event", "event"
SIGN_UP, LEAVE, FEEDBACK = "event-sign-up", "event-leave", "event-feedback"  # purposes of links
SOON = timedelta(hours=48)
NEAR = timedelta(days=7)  # a reminder may wait over a weekend


def known_event(event: Event, person: User) -> tuple[object, ...]:
    """Return what `person` knows of an event who has read the e-mail about their sign-up."""
    row = sign_up_of(event, person)
    if row is None or row.state == SignUp.State.LEFT or event.state != State.PUBLISHED:
        return NOTHING
    times = (event.starts_at.isoformat(), event.ends_at.isoformat())
    return (row.state, *times, event.place, event.link)


def sign_up_of(event: Event, person: User) -> SignUp | None:
    """Return the sign-up of `person`, also of someone who does not come any more."""
    return SignUp.objects.of(person).filter(event=event).first()


def _page(event: Event) -> str:
    return absolute(reverse("events:event-detail", args=[event.public_id]))


def _email(
    event: Event,
    person: User,
    *,
    at: datetime,
    context: Mapping[str, object] | None = None,
    url: str = "",
    has_place: bool = False,
    has_file: bool = False,
    urgent: bool = False,
) -> Email:
    """Return an e-mail about an event; its button leads to the page unless `url` is given.

    `has_place`: the person reads the link to join. `has_file`: with an entry for the calendar.
    """
    known = {
        "event": event,
        "when": show_time(event, person),
        "join_link": event.link if has_place else "",
    }
    return Email(
        context={**known, **(context or {})},
        attachments=[invitation(event, person, at=at)] if has_file else (),
        action_url=url or _page(event),
        program=event.program,
        urgent=urgent,
    )


def _is_soon(event: Event, at: datetime) -> bool:
    """Whether an e-mail about the event does not wait for the morning."""
    return event.starts_at - at <= SOON


def _leave_link(event: Event, person: User) -> str:
    return link(LEAVE, person=person, subject=event, until=event.starts_at)


@kind(
    "event-invitation",
    label=gettext_lazy("Invitation to an event"),
    about=ABOUT,
    stream=OPTIONAL,
    topic=TOPIC,
)
def event_invitation(event: Event, person: User) -> Email | Cancel:
    """**To**: everyone whom the event is for, and who has not signed up. **When**: it is
    published, or they join those whom it is for. **Until**: sign-up is closed, the event is
    cancelled, they have answered, or it is not for them any more."""
    now = timezone.now()
    if event.state == State.CANCELLED:
        return Cancel(email_reasons.EVENT_CANCELLED)
    if not event.is_open(now):
        return Cancel(email_reasons.EVENT_CLOSED)
    if sign_up_of(event, person) is not None:
        return Cancel(email_reasons.SIGNED_UP)
    if not people_of(event).filter(pk=person.pk).exists():
        return Cancel(email_reasons.NOT_IN_AUDIENCE)
    until = event.sign_up_until
    address = link(SIGN_UP, person=person, subject=event, until=until)
    context = {"until": show_moment(until, person), "page": _page(event)}
    return _email(event, person, at=now, context=context, url=address)


of_sign_up = partial(kind, about=ABOUT, stream=ESSENTIAL, topic=TOPIC, tells=known_event)


@of_sign_up("event-signed-up", label=gettext_lazy("Sign-up for an event"))
def event_signed_up(event: Event, person: User) -> Email | Cancel:
    """**To**: who has signed up, for a place or the waiting list. **When**: they did.
    **Until**: they do not come after all, the event is cancelled, or it has begun."""
    return _about_sign_up(event, person)


@of_sign_up("event-place", label=gettext_lazy("A place that came free at an event"))
def event_place(event: Event, person: User) -> Email | Cancel:
    """**To**: the first on the waiting list. **When**: a place comes free, and is theirs.
    **Until**: they do not come after all, the event is cancelled, or it has begun."""
    return _about_sign_up(event, person)


@of_sign_up("event-changed", label=gettext_lazy("Change of an event"))
def event_changed(event: Event, person: User) -> Email | Cancel:
    """**To**: everyone who has signed up, also those on the waiting list. **When**: the time,
    place or link changes. **Until**: they do not come after all, it is cancelled, or has begun."""
    return _about_sign_up(event, person)


def _about_sign_up(event: Event, person: User) -> Email | Cancel:
    now, row = timezone.now(), sign_up_of(event, person)
    if event.state == State.CANCELLED:
        return Cancel(email_reasons.EVENT_CANCELLED)
    if not event.is_ahead(now):
        return Cancel(email_reasons.EVENT_PASSED)
    if row is None or row.state == SignUp.State.LEFT:
        return Cancel(email_reasons.NOT_SIGNED_UP)
    context = {"leave_url": _leave_link(event, person), "is_waiting": row.is_waiting}
    return _email(
        event,
        person,
        at=now,
        context=context,
        has_place=row.is_going,
        has_file=row.is_going,
        urgent=_is_soon(event, now),
    )


@kind(
    "event-cancelled",
    label=gettext_lazy("Event cancelled"),
    about=ABOUT,
    stream=ESSENTIAL,
    topic=TOPIC,
)
def event_cancelled(event: Event, person: User) -> Email | Cancel:
    """**To**: everyone who has signed up, also those on the waiting list. **When**: the event is
    cancelled. **Until**: the time at which it would have begun."""
    now, row = timezone.now(), sign_up_of(event, person)
    if event.state != State.CANCELLED:
        return Cancel(email_reasons.STILL_ON)
    if event.starts_at <= now:
        return Cancel(email_reasons.EVENT_PASSED)
    had_place = row is not None and row.is_going
    return _email(event, person, at=now, has_file=had_place, urgent=_is_soon(event, now))


@kind(
    "event-reminder",
    label=gettext_lazy("Reminder of an event"),
    about=ABOUT,
    stream=OPTIONAL,
    topic=TOPIC,
)
def event_reminder(event: Event, person: User) -> Email | Cancel:
    """**To**: everyone who has a place. **When**: a day before. **Until**: they do not come after
    all, the event is cancelled or moved to a later day, or it has begun."""
    now, row = timezone.now(), sign_up_of(event, person)
    if event.state == State.CANCELLED:
        return Cancel(email_reasons.EVENT_CANCELLED)
    if not now < event.starts_at <= now + NEAR:
        return Cancel(email_reasons.EVENT_PASSED)
    if row is None or not row.is_going:
        return Cancel(email_reasons.NOT_SIGNED_UP)
    context = {"leave_url": _leave_link(event, person)}
    is_soon = _is_soon(event, now)  # on a weekend too: on Monday it would be over
    return _email(
        event, person, at=now, context=context, has_place=True, has_file=True, urgent=is_soon
    )


@kind(
    "event-feedback",
    label=gettext_lazy("How was the event?"),
    about=ABOUT,
    stream=OPTIONAL,
    topic=TOPIC,
)
def event_feedback(event: Event, person: User) -> Email | Cancel:
    """**To**: everyone who came. **When**: the committee has recorded who came. **Until**: they
    have answered, or two weeks have passed."""
    now, row = timezone.now(), sign_up_of(event, person)
    if not is_feedback_open(event, now):
        return Cancel(email_reasons.FEEDBACK_CLOSED)
    if row is None or not row.has_attended:
        return Cancel(email_reasons.NOT_SIGNED_UP)
    if row.has_answered:
        return Cancel(email_reasons.SIGNED_UP)
    address = link(FEEDBACK, person=person, subject=event, until=now + timedelta(days=30))
    context = {"smallest": event.program.policy.smallest_group}
    return _email(event, person, at=now, url=address, context=context)


@kind(
    "event-attendance",
    label=gettext_lazy("Record who came to an event"),
    about=ABOUT,
    to_members=True,
)
def event_attendance(event: Event, person: User) -> Email | Cancel:
    """**To**: the organiser, or a chair if they left the committee. **When**: the morning after a
    published event. **Until**: who came is recorded, it is cancelled, or they leave the
    committee."""
    if event.state != State.PUBLISHED:
        return Cancel(email_reasons.RECORDED)
    if event.ends_at > timezone.now():
        return Cancel(email_reasons.STILL_ON)
    if not has_role(person, event.program):
        return Cancel(email_reasons.NO_EVENT_ROLE)
    address = absolute(reverse("admin:events_event_attendance", args=[event.pk]))
    return _email(event, person, at=timezone.now(), url=address)
