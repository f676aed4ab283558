"""Several things at once: what the weekly limit would delay or drop is sent in one e-mail.

1. When an e-mail of a limited stream may be sent and more of them wait for the same person than the
   week has room for, they become one: its own row of the outbox, whose items are the others.
2. It counts as one e-mail. Each item has its line and its link, or its words where it has no link.
3. Just before it is sent each item is asked again: what is muted, answered or no longer true is
   left out and ends with its own reason. If nothing is left, nothing is sent.
4. While no e-mail may be sent, what waits does not expire: whether it is still true is asked later.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.ids import new_public_id

from . import merged_items
from .building import BuiltEmail, build_email
from .delivery_rules import slots_left
from .kinds import KINDS, MERGED, OPTIONAL, Cancel, Email, Stream, kind
from .leases import Lease
from .models import MergedItem, Notification
from .models.merged_items import is_merged
from .models.outbox import NotificationQuerySet
from .outbox import topic_of
from .reasons import NOTHING_LEFT
from .recipients import Account, Recipient
from .rendering import compose, preferences_url, unsubscribe_url
from .sender_policy import SenderPolicy, sender_policy_of

log = logging.getLogger(__name__)
State = Notification.State
SEVERAL = "several-at-once"
MOST_ITEMS = 10
SIGNATURE = "\n-- \n"  # as in `emails/base.txt`


# --- becoming one


def merge(lease: Lease, recipient: Recipient, policy: SenderPolicy, at: datetime) -> bool:
    """Put the e-mail of `lease`, which may be sent now, into one with others if they are too many.

    Returns whether it was; its lease is over then. Call it inside `recipient_locale(recipient)`.
    """
    row = lease.row
    if row.stream not in MERGED or row.kind == SEVERAL or row.recipient is None:
        return False
    if row.attempts != 1 or row.unknown_outcomes:
        return False  # it has been tried alone
    others = list(_waiting_beside(row, at)[: MOST_ITEMS - 1])
    room = slots_left(row, at, policy)
    if len(others) < room:
        return False
    others = [other for other in others if _is_true(other, recipient, at)]
    return len(others) >= room and _make_one(lease, others, at)


def _waiting_beside(row: Notification, at: datetime) -> NotificationQuerySet:
    waiting = Notification.system.filter(
        recipient=row.recipient_id,
        stream__in=MERGED,
        kind__in=KINDS,
        is_urgent=False,
        state=State.PENDING,
        attempts=0,
        unknown_outcomes=0,
        due_at__lte=at,
    )
    free = waiting.exclude(kind=SEVERAL).exclude(pk=row.pk).exclude(is_merged())
    return free.order_by("due_at", "pk")


def _is_true(row: Notification, recipient: Recipient, at: datetime) -> bool:
    """Return whether an e-mail is still wanted; end it if it is not."""
    built = _build(row, recipient, at)
    if isinstance(built, Cancel):
        same = Notification.system.filter(pk=row.pk, state=State.PENDING)
        same.update(state=State.CANCELLED, reason=built.reason, ended_at=at, body=None)
    return isinstance(built, BuiltEmail)


def _build(row: Notification, recipient: Recipient, at: datetime) -> BuiltEmail | Cancel | None:
    """Return None for one whose kind fails: it is tried alone, and its error is recorded there."""
    try:
        return build_email(row, recipient, at)
    except Exception:
        log.exception("an e-mail cannot be told with others", extra={"notification": row.pk})
        return None


def _make_one(lease: Lease, others: list[Notification], at: datetime) -> bool:
    row = lease.row
    try:
        with transaction.atomic():
            into = _open_one(row, at)
            if not lease.record(State.PENDING, next_at=at, attempts=F("attempts") - 1):
                return True  # another process has it
            merged_items.attach([row, *others], into)
    except IntegrityError:
        # Another process makes one for this person, or theirs is on hold; this e-mail has its slot.
        return False
    return True


def _open_one(row: Notification, at: datetime) -> Notification:
    """Return the e-mail of several things that waits for the person of `row`, or a new one.

    Raises IntegrityError while theirs is on hold: what is put into it would be let go at once.
    """
    person = row.recipient
    assert person is not None
    topic = topic_of(SEVERAL, about=person, to=person)
    waiting = Notification.system.all().waiting(topic).filter(state=State.PENDING).first()
    return waiting or Notification.system.create(
        key=f"{SEVERAL}:{new_public_id()}",
        kind=SEVERAL,
        stream=row.stream,
        recipient=person,
        about_type=person._meta.label_lower,
        about_id=person.pk,
        topic=topic,
        created_at=at,
        due_at=at,
        next_at=at,
    )


# --- telling


@dataclass(frozen=True)
class Thing:
    """One line of the e-mail: what it is, and its link or, where it has none, its words."""

    subject: str
    label: str
    url: str
    words: str


@kind(SEVERAL, label=_("Several messages in one e-mail"), about="accounts.User", stream=OPTIONAL)
def several_at_once(person: Account, recipient: Account) -> Email | Cancel:
    """**To**: a person for whom more e-mails wait than the weekly limit lets through. **When**: the
    next one may be sent. **Until**: none of the things is wanted any more."""
    row = _row_of(person)
    now, built = timezone.now(), []
    for item in _items_of(row) if row else []:
        found = _build(item, recipient, now)
        if isinstance(found, BuiltEmail):
            built.append((item, found))
    if row is None or not built:
        return Cancel(NOTHING_LEFT)
    emails = [found.email for _item, found in built]
    programs = {getattr(email.program, "pk", None): email.program for email in emails}
    streams = sorted({item.stream for item, _found in built})
    return Email(
        context={
            "things": [_thing(item, found.email, recipient) for item, found in built],
            "preferences_url": preferences_url(row, person),
            "stops": [
                {"stream": Stream(stream).label, "url": unsubscribe_url(row, person, stream)}
                for stream in streams
            ],
        },
        program=next(iter(programs.values())) if len(programs) == 1 else None,
        attachments=[file for email in emails for file in email.attachments],
        unsubscribe_url=unsubscribe_url(row, person, *streams),
        parts=[(item.pk, found.digest) for item, found in built],
    )


def _row_of(person: Account) -> Notification | None:
    """Return the row that is being sent, else the one that waits."""
    rows = Notification.system.filter(kind=SEVERAL, recipient=person.pk)
    for state in (State.SENDING, State.PENDING, State.HELD):
        if row := rows.filter(state=state).first():
            return row
    return None


def _items_of(row: Notification) -> list[Notification]:
    links = MergedItem.system.filter(into=row, told_at=None)
    items = Notification.system.filter(pk__in=links.values("item"), state=State.PENDING)
    return list(items.select_related("recipient").order_by("due_at", "pk"))


def _thing(item: Notification, email: Email, recipient: Recipient) -> Thing:
    rendered = compose(item, recipient, email, sender_policy_of(item, email.program))
    url = email.action_url
    words = "" if url else rendered.text.rpartition(SIGNATURE)[0].strip()
    return Thing(rendered.subject, rendered.button, url, words)
