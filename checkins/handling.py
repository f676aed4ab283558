"""Working on a concern: notes, looking again later, giving it back, and taking it over.

1. Whoever takes a concern keeps it until it is resolved, given back or taken over.
2. Who gives it back says why; the others who may handle it are notified at once.
3. A concern never stays with someone who can no longer handle it: it is open again.
4. The first act of a member, whichever it is, is the time to first action.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications.outbox import cancel_about, enqueue
from notifications.reasons import reason
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, Reminder
from programs.models import read_roles_once
from workflow.models import Transition
from workflow.states import move

from .concerns import CareTeam, able_to_handle
from .models import Concern, ConcernNote

FOLLOW_UP_WITHIN = timedelta(days=366)
EARLIEST_ZONE = timedelta(hours=14)  # where a day begins first, ahead of UTC
LOOK_AGAIN_FOR = timedelta(days=7)  # after that, only the list says that it is due
GIVEN_BACK = reason("given-back", gettext_lazy("it was given back or taken over"))


def note(concern: Concern, *, by: User, text: str, at: datetime | None = None) -> ConcernNote:
    """Add a working note for whoever handles the concern.

    Raises ActionNotAllowed without words, for anyone who may not handle it, and after the end.
    """
    _check(concern, by)
    if not text.strip():
        raise ActionNotAllowed(_("Enter the note."))
    at = at or timezone.now()
    with transaction.atomic():
        _act(concern, at)
        return ConcernNote.system.create(concern=concern, member=by, text=text, written_at=at)


def give_back(concern: Concern, *, by: User, why: str, at: datetime | None = None) -> None:
    """Open a concern again that `by` has taken, and notify the others who may handle it.

    Raises ActionNotAllowed for anyone but who has taken it, without a reason, and when nobody else
    could take it.
    """
    _check(concern, by)
    if concern.state != Concern.State.TAKEN or concern.taken_by_id != by.pk:
        raise ActionNotAllowed(_("You can only give back what is assigned to you."))
    if not why.strip():
        raise ActionNotAllowed(_("Say why you give it back."))
    at = at or timezone.now()
    if not _others(concern):
        raise ActionNotAllowed(
            _("Nobody else can take this concern now. Ask the chair to name a deputy first.")
        )
    _open_again(concern, by=by, why=why, at=at)


def take_over(concern: Concern, *, by: User, at: datetime | None = None) -> None:
    """Assign a concern to `by` that someone else has taken.

    Raises ActionNotAllowed for anyone who may not handle it, and when nobody has taken it.
    """
    _check(concern, by)
    if concern.state != Concern.State.TAKEN:
        raise ActionNotAllowed(_("This is no longer possible. Please reload the page."))
    if concern.taken_by_id == by.pk:
        return
    at = at or timezone.now()
    with transaction.atomic():
        _open(concern, by=by, why="", at=at)
        concern.take(by=by, at=at)


def look_again(concern: Concern, *, by: User, on: date | None, at: datetime | None = None) -> None:
    """Set the day on which `by`, who has taken the concern, is reminded of it; None for none.

    Raises ActionNotAllowed for anyone but who has taken it, and for a day that is not in the coming
    year.
    """
    _check(concern, by)
    at = at or timezone.now()
    today = timezone.localdate(at)
    if concern.state != Concern.State.TAKEN or concern.taken_by_id != by.pk:
        raise ActionNotAllowed(_("Assign the concern to yourself first."))
    if on is not None and not today < on <= today + FOLLOW_UP_WITHIN:
        raise ActionNotAllowed(_("Enter a day after today, within a year."))
    if on == concern.follow_up_on:
        return
    count = concern.follow_up_count + (1 if on else 0)
    with transaction.atomic():
        rows = Concern.system.filter(
            pk=concern.pk, state=Concern.State.TAKEN, follow_up_count=concern.follow_up_count
        )
        if not rows.update(follow_up_on=on, follow_up_count=count):
            raise ActionNotAllowed(_("Someone else has just changed this. Please reload the page."))
        concern.follow_up_on, concern.follow_up_count = on, count
        _act(concern, at)


@reconciler
def remind_to_look_again(at: datetime) -> None:
    """Remind members of the concerns that they wanted to look at again today."""
    first_zone = timezone.localdate(at + EARLIEST_ZONE, UTC)
    due = Concern.system.filter(
        state=Concern.State.TAKEN,
        follow_up_on__gt=first_zone - LOOK_AGAIN_FOR,
        follow_up_on__lte=first_zone,
    )
    rows = [row for row in due.select_related("taken_by") if row.is_due_again(at)]
    pending = PendingEmails(["concern-again"], rows)
    for concern in rows:
        if concern.taken_by is not None:
            until = at + LOOK_AGAIN_FOR
            reminder = Reminder(concern.follow_up_count, at, until)
            pending.enqueue("concern-again", reminder, to=concern.taken_by, about=concern, at=at)


@reconciler
def open_unattended(at: datetime) -> int:
    """Open the concerns again whose member can no longer handle them; return how many.

    Their role has ended, the pair has another carer, or they have a conflict of interest now.
    """
    taken = Concern.system.filter(state=Concern.State.TAKEN).select_related("taken_by")
    by_member: dict[User, list[Concern]] = defaultdict(list)
    for concern in taken.only("state", "taken_by"):
        if concern.taken_by is not None:
            by_member[concern.taken_by].append(concern)
    with read_roles_once():
        left = [row for member, rows in by_member.items() for row in _not_handled(member, rows)]
    full = Concern.system.select_related("match", "program").in_bulk([row.pk for row in left])
    for concern in full.values():
        why = _("The member who had it can no longer handle it.")
        _open_again(concern, by=None, why=why, at=at)
    return len(full)


def _check(concern: Concern, member: User) -> None:
    concern.check_handled_by(member)
    if concern.state == Concern.State.RESOLVED:
        raise ActionNotAllowed(_("This concern is resolved."))


def _act(concern: Concern, at: datetime) -> None:
    """Record that a member has acted, the first time, while it is not resolved."""
    rows = Concern.system.unresolved().filter(pk=concern.pk)
    if not rows.select_for_update(no_key=True).values_list("pk").first():
        raise ActionNotAllowed(_("This concern is resolved."))
    if concern.first_action_at is None:
        rows.filter(first_action_at=None).update(first_action_at=at)
        concern.first_action_at = at


def _not_handled(member: User, rows: Collection[Concern]) -> list[Concern]:
    ids = [row.pk for row in rows]
    handled = Concern.objects.for_committee(member).filter(pk__in=ids)
    still = set(handled.values_list("pk", flat=True)) if member.is_active else set()
    return [row for row in rows if row.pk not in still]


def _others(concern: Concern) -> list[User]:
    """Return who else may handle the concern: carer, deputies and chairs, once each."""
    team = CareTeam.of([concern]).responsible_for(concern, is_late=True, is_old=True)
    able = able_to_handle(concern, list(dict.fromkeys(team)))
    return [member for member in able if member.pk != concern.taken_by_id]


@transaction.atomic
def _open_again(concern: Concern, *, by: User | None, why: str, at: datetime) -> None:
    others = _others(concern)
    _open(concern, by=by, why=why, at=at)
    ordinal = Transition.system.about(concern).filter(to_state=Concern.State.OPEN).count()
    for member in others:
        enqueue("concern-given-back", to=member, about=concern, ordinal=ordinal, at=at)


def _open(concern: Concern, *, by: User | None, why: str, at: datetime) -> None:
    move(
        concern,
        Concern.State.OPEN,
        by=by,
        why=why,
        at=at,
        taken_by=None,
        taken_at=None,
        follow_up_on=None,
    )
    cancel_about(concern, why=GIVEN_BACK, at=at)
