"""Owing a letter. Call these inside the transaction of the fact: if the fact commits, the debt exists.

Nothing is sent and nothing is published here. The key of a row is `kind:about:recipient:ordinal`, never a date, so
owing twice is owing once, and a moved clock or zone cannot make a second letter.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from access.ids import new_public_id

from . import kinds
from .models.outbox import ACCOUNT_MAIL, RELEASED, Notification, NotificationQuerySet


def key_of(
    kind: str, *, about: models.Model, to: Any = None, address: str = "", ordinal: int = 1
) -> str:
    """The unique key of a letter; an address without an account appears as a keyed digest only."""
    who = str(to.pk) if to is not None else f"@{_digest(address)}"
    return f"{kind}:{about._meta.label_lower}:{about.pk}:{who}:{ordinal}"


def _digest(address: str) -> str:
    # The last key: the first one changes at rotation, and keys of rows must not.
    key = settings.LINK_KEYS[-1].encode()
    return hmac.new(
        key, b"mentoring.address:" + address.strip().lower().encode(), hashlib.sha256
    ).hexdigest()[:24]


def enqueue(
    kind: str,
    *,
    to: Any,
    about: models.Model,
    ordinal: int = 1,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    at: datetime | None = None,
    address: str = "",
) -> None:
    """Owe `to` (a person, or None with `address`) the letter `kind` about `about`, in the current transaction.

    Owing the same letter again changes nothing. `ordinal` tells reminders apart (1, 2, 3). `due_at` defaults to `at`
    (now); `expires_at` to `due_at` plus what the kind says. Raises UnknownKind, and ValueError for the wrong model.
    """
    known = kinds.get(kind)
    if about._meta.label_lower != known.about.lower():
        raise ValueError(f"{kind} is about {known.about}, not {about._meta.label}")
    now = at or timezone.now()
    due = due_at or now
    if expires_at is None and known.expires_after is not None:
        expires_at = due + known.expires_after
    if expires_at is not None and expires_at <= due:
        return  # it would make no sense when it is due, so nothing is owed
    row = Notification(
        key=key_of(kind, about=about, to=to, address=address, ordinal=ordinal),
        kind=kind,
        stream=known.stream,
        is_urgent=known.urgent,
        recipient=to,
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


def owe_account_mail(
    *,
    to: Any,
    address: str,
    subject: str,
    text: str,
    html: str,
    expires_at: datetime | None,
    at: datetime | None = None,
) -> None:
    """Owe a finished letter with a code or a security notice: encrypted, sent first, wiped when it ends.

    `to` is the account or None; the letter goes to `address` in both cases, which may differ from the account's.
    """
    now = at or timezone.now()
    row = Notification(
        key=f"{ACCOUNT_MAIL}:{new_public_id()}",
        kind=ACCOUNT_MAIL,
        stream=kinds.ESSENTIAL,
        is_urgent=True,
        recipient=to,
        address=address.strip().lower(),
        body=json.dumps({"subject": subject, "text": text, "html": html}),
        created_at=now,
        due_at=now,
        next_at=now,
        expires_at=expires_at,
    )
    _insert(row)


def _insert(row: Notification) -> None:
    # An upsert that changes nothing: `ignore_conflicts` would also swallow a broken CHECK on SQLite.
    Notification.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["key"], update_fields=["key"]
    )


def cancel_about(
    about: models.Model, *, why: str, at: datetime | None = None, kinds: tuple[str, ...] = ()
) -> int:
    """Cancel what is still waiting about a row; return how many letters. The check at sending time would do it too,
    but a person who has just answered sees the outbox right at once."""
    waiting = Notification.system.about(about)
    waiting = waiting.filter(state__in=[Notification.State.PENDING, Notification.State.HELD])
    if kinds:
        waiting = waiting.filter(kind__in=kinds)
    now = at or timezone.now()
    return waiting.update(
        state=Notification.State.CANCELLED, reason=why[:120], ended_at=now, body=None
    )


def release_held(*, kind: str = "", at: datetime | None = None) -> int:
    """Let letters go that a restore or the volume breaker held back; return how many."""
    return _held(kind).update(
        state=Notification.State.PENDING, reason=RELEASED, next_at=at or timezone.now()
    )


def cancel_held(*, kind: str = "", at: datetime | None = None) -> int:
    """End letters that were held back; return how many."""
    now = at or timezone.now()
    return _held(kind).update(state=Notification.State.CANCELLED, ended_at=now, body=None)


def _held(kind: str) -> NotificationQuerySet:
    held = Notification.system.filter(state=Notification.State.HELD)
    return held.filter(kind=kind) if kind else held
