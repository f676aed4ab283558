"""Logging a contact with one tap, and taking a slip back.

1. Who looks after the pair logs a contact: its carer, the deputy or a chair. The pair is open.
2. Pressing twice logs once.
3. For `UNDO_WITHIN` whoever logged a contact can take it back; then it has never been.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match

from . import contact_plan
from .models import Concern, ContactLog

UNDO_WITHIN = timedelta(minutes=30)
SAME_TAP = timedelta(minutes=2)


@transaction.atomic
def log(
    match: Match,
    person: User,
    *,
    by: User,
    how: str,
    result: str,
    note: str = "",
    on: date | None = None,
    at: datetime | None = None,
) -> ContactLog:
    """Log that `by` reached `person`, or tried to; `how` and `result` as in `ContactLog`.

    Return what is logged already if the same was sent a moment ago. Raises ActionNotAllowed for
    anyone who does not look after the pair, after its end, for someone outside the pair and for a
    day that has not come.
    """
    at = at or timezone.now()
    on = on or timezone.localdate(at)
    _check(match, person, by=by, on=on, at=at)
    if how not in ContactLog.How.values or result not in ContactLog.Result.values:
        raise ActionNotAllowed(_("Choose how you were in touch."))
    known = ContactLog.system.filter(
        match=match, person=person, member=by, on=on, how=how, result=result,
        logged_at__gt=at - SAME_TAP,
    )  # fmt: skip
    for row in known:
        if row.note == note:  # encrypted: a query cannot compare it
            return row
    row = ContactLog.system.create(
        match=match, person=person, member=by, on=on, how=how, result=result, note=note,
        logged_at=at,
    )  # fmt: skip
    contact_plan.keep([match.pk])
    return row


def _check(match: Match, person: User, *, by: User, on: date, at: datetime) -> None:
    # Locked: two taps take turns, and the pair does not end meanwhile.
    found = list(Match.objects.in_care_of(by).filter(pk=match.pk).values_list("pk", flat=True))
    row = Match.objects.select_for_update(no_key=True).filter(pk__in=found).first()
    if row is None or person not in match.people:
        raise ActionNotAllowed(_("You don't look after this pair."))
    if row.state == Match.State.CLOSED:
        raise ActionNotAllowed(_("This pair has ended, so no contact is planned any more."))
    if on > timezone.localdate(at):
        raise ActionNotAllowed(_("Enter the day of the contact: today or before."))


def may_undo(row: ContactLog, user: User, *, at: datetime) -> bool:
    """Whether `user` has logged this contact so short a time ago that they can take it back."""
    return (
        row.member_id == user.pk and row.logged_at is not None and at < row.logged_at + UNDO_WITHIN
    )


@transaction.atomic
def undo(row: ContactLog, *, by: User, at: datetime | None = None) -> None:
    """Delete a contact that `by` has just logged, and plan as before.

    Raises ActionNotAllowed for anyone else, and later.
    """
    if not may_undo(row, by, at=at or timezone.now()):
        raise ActionNotAllowed(
            _("Only whoever logged a contact can take it back, within %(minutes)s minutes.")
            % {"minutes": UNDO_WITHIN // timedelta(minutes=1)}
        )
    ContactLog.system.filter(pk=row.pk).delete()
    contact_plan.keep([row.match_id])


def note_as_concern(row: ContactLog, *, by: User, at: datetime | None = None) -> Concern:
    """Make a concern of the note on a contact, assigned to `by`; a second time returns the first.

    Raises ActionNotAllowed for anyone who does not look after the pair, and without a note.
    """
    if not ContactLog.objects.visible_to(by).filter(pk=row.pk).exists():
        raise ActionNotAllowed(_("You don't look after this pair."))
    if not row.note.strip():
        raise ActionNotAllowed(_("There is no note. Note a concern in your own words instead."))
    at = at or timezone.now()
    with transaction.atomic():
        concern, created = Concern.system.get_or_create(
            person=row.person,
            nonce=f"contact-{row.pk}",
            defaults={
                "program": row.match.program,
                "match": row.match,
                "cause": Concern.Cause.NOTED,
                "text": row.note,
                "raised_at": at,
            },
        )
        if created:
            concern.take(by=by, at=at)
    return concern
