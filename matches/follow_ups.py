"""What a person wants after an ending: asked once, reminded once, never assumed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from notifications.outbox import cancel_about
from notifications.reasons import ANSWERED
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails

from .endings import may_be_handled_by
from .models import FollowUp, Match

Kind = Match.Closed
KEEPS_PRIORITY = {Kind.BY_CHOICE, Kind.BY_CIRCUMSTANCE}
REMIND_AFTER, REMIND_UNTIL = timedelta(days=7), timedelta(days=21)


def wishes_of(application: Application, *, given: str = "") -> list[tuple[str, str]]:
    """Return what the person of an application can wish for, as choices of a form.

    `given`: their answer so far, which they can always give again.
    """
    has_several = application.is_mentor and (application.capacity or 0) > 1
    has_several |= given == FollowUp.Wish.FEWER
    return [
        (wish.value, str(wish.label))
        for wish in FollowUp.Wish
        if has_several or wish != FollowUp.Wish.FEWER
    ]


@transaction.atomic
def answer(
    follow_up: FollowUp,
    *,
    by: User,
    wish: str,
    is_rest_skipped: bool = False,
    wants_same_partner: bool = False,
    at: datetime | None = None,
) -> None:
    """Store what the person wants next. It can be changed as long as the ending stands.

    `by` is the person, or a committee member to whom they said it. A mentee whose pair ended by
    choice or circumstance keeps priority. Raises ActionNotAllowed for anyone else, and once the
    pair was reopened.
    """
    at = at or timezone.now()
    match = follow_up.closure.match
    if by.pk != follow_up.person_id and not may_be_handled_by(match, by):
        raise ActionNotAllowed(_("Only the person, the carer or a chair can answer this."))
    is_asking = wish in FollowUp.ASKING
    # Locked: of two clicks at once only one may change the number of places.
    before = FollowUp.objects.select_for_update(no_key=True).get(pk=follow_up.pk).wish
    changed = FollowUp.objects.filter(pk=follow_up.pk, closure__reopened_at=None).update(
        wish=wish,
        is_rest_skipped=is_rest_skipped and is_asking,
        wants_same_partner=wants_same_partner and is_asking,
        answered_at=at,
        answered_by=by,
    )
    if not changed:
        raise ActionNotAllowed(_("This pair goes on, so there is nothing to answer."))
    follow_up.refresh_from_db()
    cancel_about(follow_up, why=ANSWERED, at=at)
    _update_application(follow_up, timezone.localdate(at), before=before)


def _update_application(follow_up: FollowUp, today: date, *, before: str) -> None:
    match = follow_up.closure.match
    application = match.application_of(follow_up.person)
    rows = Application.objects.filter(pk=application.pk)
    is_fewer, was_fewer = (wish == FollowUp.Wish.FEWER for wish in (follow_up.wish, before))
    if is_fewer and not was_fewer:
        rows.mentors().filter(capacity__gt=1).update(capacity=F("capacity") - 1)
    elif was_fewer and not is_fewer:
        rows.mentors().update(capacity=F("capacity") + 1)
    if follow_up.is_asking and follow_up.closure.kind in KEEPS_PRIORITY:
        rows.mentees().filter(waiting_since=None).update(waiting_since=today)


@reconciler
def remind(at: datetime) -> None:
    """Enqueue the one reminder of each question that is still open after a week."""
    waiting = FollowUp.objects.filter(
        wish="",
        closure__reopened_at=None,
        person__is_active=True,
        asked_at__lte=at - REMIND_AFTER,
        asked_at__gt=at - REMIND_UNTIL,
    )
    rows = list(waiting.select_related("person"))
    pending = PendingEmails(["match-next"], rows)
    for row in rows:
        pending.enqueue("match-next", to=row.person, about=row, at=at)
