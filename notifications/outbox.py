"""Enqueue e-mails, and cancel or release what is enqueued.

Call `enqueue` in the transaction of the change that it reports: if the change commits, the e-mail
is enqueued; if it is rolled back, so is the e-mail. Nothing is sent here and no broker is involved.

The key of a row is `kind:about:recipient:ordinal`, never a date. Enqueueing twice therefore makes
one row, and a changed clock or time zone cannot cause a second e-mail.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from access.ids import new_public_id

from . import kinds
from .models.outbox import ACCOUNT_EMAIL, RELEASED, Notification, NotificationQuerySet
from .recipients import Account


def key_of(
    kind: str,
    *,
    about: models.Model,
    to: Account | None = None,
    address: str = "",
    ordinal: int = 1,
) -> str:
    """Return the unique key of an e-mail; an address without an account enters it as a digest."""
    who = str(to.pk) if to is not None else f"@{_digest(address)}"
    return f"{kind}:{about._meta.label_lower}:{about.pk}:{who}:{ordinal}"


def _digest(address: str) -> str:
    # The oldest key: the first one changes when keys are rotated, and keys of rows must not.
    key = settings.LINK_KEYS[-1].encode()
    message = b"mentoring.address:" + address.strip().lower().encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:24]


def enqueue(
    kind: str,
    *,
    to: Account | None,
    about: models.Model,
    ordinal: int = 1,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    at: datetime | None = None,
    address: str = "",
) -> None:
    """Enqueue an e-mail in the current transaction; an e-mail that is already enqueued stays as is.

    `kind`: a registered kind; `about`: a record of the kind's model.
    `to`: a person, or None with `address`.
    `ordinal`: numbers the e-mail and its reminders (1, 2, 3).
    `due_at`: when to send it, by default `at` (now).
    `expires_at`: when it must no longer be sent, by default `due_at` plus the kind's
    `expires_after`.

    Raises UnknownKind, and ValueError if `about` is of the wrong model.
    """
    known = kinds.get(kind)
    if about._meta.label_lower != known.about.lower():
        raise ValueError(f"{kind} is about {known.about}, not {about._meta.label}")
    now = at or timezone.now()
    due = due_at or now
    if expires_at is None and known.expires_after is not None:
        expires_at = due + known.expires_after
    if expires_at is not None and expires_at <= due:
        return  # it would expire before it is due
    row = Notification(
        key=key_of(kind, about=about, to=to, address=address, ordinal=ordinal),
        kind=kind,
        stream=known.stream,
        is_urgent=known.urgent,
        recipient_id=to.pk if to is not None else None,
        address=address.strip().lower() or None,
        about_type=about._meta.label_lower,
        about_id=about.pk,
        ordinal=ordinal,
        created_at=now,
        due_at=due,
        next_at=due,
        expires_at=expires_at,
    )
    _insert(row)


def enqueue_account_email(
    *,
    to: Account | None,
    address: str,
    subject: str,
    text: str,
    html: str,
    expires_at: datetime | None,
    at: datetime | None = None,
) -> None:
    """Enqueue a finished e-mail with a code or a security notice.

    Its text is stored encrypted, it is sent before all others, and the text is deleted when the row
    ends. `to` is the account, if there is one; the e-mail goes to `address`, which may be another
    address than the account's.
    """
    now = at or timezone.now()
    row = Notification(
        key=f"{ACCOUNT_EMAIL}:{new_public_id()}",
        kind=ACCOUNT_EMAIL,
        stream=kinds.ESSENTIAL,
        is_urgent=True,
        recipient_id=to.pk if to is not None else None,
        address=address.strip().lower(),
        body=json.dumps({"subject": subject, "text": text, "html": html}),
        created_at=now,
        due_at=now,
        next_at=now,
        expires_at=expires_at,
    )
    _insert(row)


def _insert(row: Notification) -> None:
    # An upsert that changes nothing. On SQLite `ignore_conflicts` would also drop, silently, a row
    # that breaks a CHECK constraint.
    Notification.system.bulk_create(
        [row], update_conflicts=True, unique_fields=["key"], update_fields=["key"]
    )


def cancel_about(
    about: models.Model, *, why: str, at: datetime | None = None, kinds: tuple[str, ...] = ()
) -> int:
    """Cancel the e-mails about a record that are waiting; return how many.

    `kinds` limits it to some kinds; `why` is the reason that the committee sees. The check at
    sending time would cancel them as well; doing it at once keeps the outbox up to date.
    """
    waiting = Notification.system.about(about)
    waiting = waiting.filter(state__in=[Notification.State.PENDING, Notification.State.HELD])
    if kinds:
        waiting = waiting.filter(kind__in=kinds)
    now = at or timezone.now()
    return waiting.update(
        state=Notification.State.CANCELLED, reason=why[:120], ended_at=now, body=None
    )


def release_held(*, kind: str = "", at: datetime | None = None) -> int:
    """Release the held e-mails of a kind, or of all kinds; return how many."""
    return _held(kind).update(
        state=Notification.State.PENDING, reason=RELEASED, next_at=at or timezone.now()
    )


def cancel_held(*, kind: str = "", at: datetime | None = None) -> int:
    """Cancel the held e-mails of a kind, or of all kinds; return how many."""
    now = at or timezone.now()
    return _held(kind).update(state=Notification.State.CANCELLED, ended_at=now, body=None)


def _held(kind: str) -> NotificationQuerySet:
    held = Notification.system.filter(state=Notification.State.HELD)
    return held.filter(kind=kind) if kind else held
