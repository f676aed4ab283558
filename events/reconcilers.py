"""What time does to events: invitations, lost places, reminders, questions; once in two minutes.

Each looks only at events that are ahead, or that were just over; running it twice changes nothing.
Events of the past cost nothing, however many there are.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from notifications.models import Notification
from notifications.outbox import enqueue
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, Reminder
from notifications.work_hours import next_time
from programs.models import Membership
from programs.retention_limits import BATCH, text_limits

from .audience import people_of
from .feedback import OPEN_DAYS, closes_at
from .models import Event, FeedbackAnswer, SignUp
from .sign_ups import could_be_filled, free_lost_places, not_for_any_more

State = Event.State
INVITATION, REMINDER, CHANGE = "event-invitation", "event-reminder", "event-changed"
FEEDBACK, ATTENDANCE = "event-feedback", "event-attendance"
DAY = timedelta(days=1)
MORNING = 9  # the hour at which the organiser is asked who came
ASKED_FOR_DAYS = 14
INVITED_AT_ONCE = 500  # people of one event in one run; the next run goes on


@reconciler
def invite(at: datetime) -> None:
    """Invite everyone whom an event is for, who has not been invited and has not signed up."""
    for event in Event.objects.coming(at).select_related("program"):
        if event.is_open(at):
            for person in to_invite(event)[:INVITED_AT_ONCE]:
                enqueue(INVITATION, to=person, about=event, at=at, expires_at=event.sign_up_until)


def to_invite(event: Event) -> QuerySet[User]:
    """Return the people whom an event is for, without an invitation and without a sign-up."""
    invited = Notification.system.about(event).filter(kind=INVITATION, recipient=OuterRef("pk"))
    signed_up = SignUp.objects.filter(event=event, person=OuterRef("pk"))
    return people_of(event).filter(~Exists(invited), ~Exists(signed_up)).order_by("pk")


@reconciler
def free_lost(at: datetime) -> int:
    """Free the places of people whom a coming event is not for any more; return how many."""
    coming = Event.objects.coming(at)
    if not coming.exists():  # as in most minutes of most installations: the next query is long
        return 0
    lost = Q(pk__in=not_for_any_more(coming).order_by().values("event"))
    fillable = Q(pk__in=could_be_filled(coming).order_by().values("pk"))
    # Looked at without a lock, all at once: usually there is nobody.
    changing = list(Event.objects.filter(lost | fillable).select_related("program").order_by("pk"))
    return sum(free_lost_places(event, at=at) for event in changing)


@reconciler
def remind(at: datetime) -> None:
    """Remind everyone who has a place, a day before; whoever was written to since then knows."""
    soon = Event.objects.coming(at).filter(starts_at__lte=at + DAY)
    events = list(soon.select_related("program"))
    going = SignUp.objects.going().filter(event__in=events, person__is_active=True)
    pending = PendingEmails([REMINDER], events)
    known = {event.pk: event for event in events}
    told = _told_of_changes(events, at - DAY)
    for row in going.select_related("person").order_by("pk"):
        event = known[row.event_id]
        due_at = event.starts_at - DAY
        told_at = told.get((event.pk, row.person_id))
        if row.since <= due_at and not (told_at and told_at > due_at):
            reminder = Reminder(1, due_at, event.starts_at)
            pending.enqueue(
                REMINDER, reminder, to=row.person, about=event, at=at, first_ordinal=event.moves
            )


def _told_of_changes(events: list[Event], since: datetime) -> dict[tuple, datetime]:
    """Return when people were last told of a change, by event and person, later than `since`."""
    ids = [event.pk for event in events]
    rows = Notification.system.filter(
        about_type=Event._meta.label_lower, about_id__in=ids, kind=CHANGE, created_at__gt=since
    )
    columns = ("about_id", "recipient", "created_at")
    return {(pk, to): at for pk, to, at in rows.order_by("created_at").values_list(*columns)}


@reconciler
def ask_how_it_was(at: datetime) -> None:
    """Ask everyone who came, once, as soon as the committee has recorded who came."""
    since = at - timedelta(days=OPEN_DAYS)
    events = list(
        Event.objects.filter(state=State.HELD, held_at__gt=since, held_at__lte=at).select_related(
            "program"
        )
    )
    known = {event.pk: event for event in events}
    rows = SignUp.objects.filter(
        event__in=events, has_attended=True, has_answered=False, person__is_active=True
    )
    pending = PendingEmails([FEEDBACK], events)
    for row in rows.select_related("person").order_by("pk"):
        event = known[row.event_id]
        end = closes_at(event)
        if event.held_at and end:
            reminder = Reminder(1, event.held_at, end)
            pending.enqueue(FEEDBACK, reminder, to=row.person, about=event, at=at)


@reconciler
def ask_who_came(at: datetime) -> None:
    """Ask on the morning after an event who came: the organiser, or a chair if they have left."""
    since = at - timedelta(days=ASKED_FOR_DAYS)
    over = Event.objects.published().filter(ends_at__gt=since, ends_at__lte=at)
    events = list(over.select_related("program", "organiser").order_by("pk"))
    pending = PendingEmails([ATTENDANCE], events)
    programs = {event.program_id for event in events}
    live = Membership.objects.live().filter(program__in=programs, user__is_active=True)
    members = list(live.select_related("user").order_by("pk"))
    for event in events:
        person = _who_records(event, members)
        if person and next_time(MORNING, person.time_zone, event.ends_at) <= at:
            pending.enqueue(ATTENDANCE, to=person, about=event, at=at)


def _who_records(event: Event, members: list[Membership]) -> User | None:
    """Return the organiser while on the committee, else the first chair, None without any."""
    of_program = [row for row in members if row.program_id == event.program_id]
    if any(row.user_id == event.organiser_id for row in of_program):
        return event.organiser
    chairs = (row.user for row in of_program if row.role == Membership.Role.CHAIR)
    return next(chairs, None)


@reconciler
def erase_old_feedback(at: datetime) -> int:
    """Erase what people would change about events of long ago; return of how many events."""
    return sum(_erase(theirs("program"), before, at) for theirs, before in text_limits(at))


@transaction.atomic
def _erase(theirs: Q, before: datetime, at: datetime) -> int:
    due = Event.objects.filter(theirs, state=State.HELD, texts_erased_at=None)
    chosen = due.filter(held_at__lte=before).order_by("held_at").values_list("pk", flat=True)
    ids = list(chosen[:BATCH])
    if ids:
        FeedbackAnswer.system.filter(event__in=ids).update(better="")
        Event.objects.filter(pk__in=ids).update(texts_erased_at=at)
    return len(ids)
