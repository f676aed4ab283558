"""Requests for a contact: ask the partner, say whether it is possible, pass on who has agreed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match
from notifications.outbox import enqueue
from workflow.states import move

from . import sharing
from .locking import lock_match
from .models import ContactRequest, SharedItem

State = ContactRequest.State
MAX_OPEN = 5  # of one person in a pair
ASKED_EMAIL, ANSWERED_EMAIL = "contact-request", "contact-request-answered"


@transaction.atomic
def ask(
    match: Match, *, by: User, wished: str, why: str = "", at: datetime | None = None
) -> ContactRequest:
    """Ask the partner for a contact; the same again returns the one that is open.

    Raises ActionNotAllowed outside the pair, after the end of the match, and when as many are open
    as one person can follow.
    """
    at = at or timezone.now()
    lock_match(match, by=by)
    mine = ContactRequest.objects.visible_to(by).open().filter(match=match, asker=by)
    if same := mine.filter(wished=wished, why=why).first():
        return same
    if mine.count() >= MAX_OPEN:
        text = _("%(count)s of your requests are open. Withdraw one before you ask again.")
        raise ActionNotAllowed(text % {"count": MAX_OPEN})
    row = ContactRequest.objects.create(match=match, asker=by, wished=wished, why=why, asked_at=at)
    enqueue(ASKED_EMAIL, to=row.partner, about=row, at=at)
    return row


@transaction.atomic
def promise(row: ContactRequest, *, by: User, at: datetime | None = None) -> None:
    """Say that the partner will ask the person. A second time changes nothing.

    Raises ActionNotAllowed for anyone but the partner, and once it is no longer open.
    """
    at = at or timezone.now()
    _lock_as_partner(row, by=by)
    if row.state != State.PROMISED:
        move(row, State.PROMISED, by=by, at=at, answered_at=at)
        enqueue(ANSWERED_EMAIL, to=row.asker, about=row, ordinal=1, at=at)


@transaction.atomic
def share(
    row: ContactRequest, *, by: User, name: str, details: str, at: datetime | None = None
) -> None:
    """Pass on a contact who has agreed; it becomes a shared item. A second time changes nothing.

    Raises ActionNotAllowed as `promise`.
    """
    at = at or timezone.now()
    _lock_as_partner(row, by=by)
    if row.state == State.SHARED:
        return
    contact = SharedItem.Kind.CONTACT
    item = sharing.share(row.match, by=by, kind=contact, title=name, details=details, at=at)
    move(row, State.SHARED, by=by, at=at, answered_at=at, item=item)
    enqueue(ANSWERED_EMAIL, to=row.asker, about=row, ordinal=2, at=at)


@transaction.atomic
def decline(row: ContactRequest, *, by: User, at: datetime | None = None) -> None:
    """Say that it is not possible, without a reason. Raises ActionNotAllowed as `promise`."""
    at = at or timezone.now()
    _lock_as_partner(row, by=by)
    if row.state != State.DECLINED:
        move(row, State.DECLINED, by=by, at=at, answered_at=at)
        enqueue(ANSWERED_EMAIL, to=row.asker, about=row, ordinal=2, at=at)


@transaction.atomic
def withdraw(row: ContactRequest, *, by: User, at: datetime | None = None) -> None:
    """Take the question back. A second time changes nothing.

    Raises ActionNotAllowed for anyone but who asked, and once the contact was shared or declined.
    """
    _lock(row, by=by)
    if by != row.asker:
        raise ActionNotAllowed(_("Only the person who asked can take it back."))
    if row.state != State.WITHDRAWN:
        move(row, State.WITHDRAWN, by=by, at=at)


def _lock(row: ContactRequest, *, by: User) -> None:
    lock_match(row.match, by=by)
    row.refresh_from_db(fields=["state"])


def _lock_as_partner(row: ContactRequest, *, by: User) -> None:
    _lock(row, by=by)
    if by == row.asker:
        raise ActionNotAllowed(_("Your partner answers this, not you."))
