"""Enqueue e-mails, and cancel or release what is enqueued.

Call `enqueue` in the transaction of the change that it reports: if the change commits, the e-mail
is enqueued; if it is rolled back, so is the e-mail. Nothing is sent here and no broker is involved.

The key of a row is `kind:about:recipient:ordinal`, never a date. Enqueueing twice therefore makes
one row, and a changed clock or time zone cannot cause a second e-mail.

Enqueue an e-mail when it is due, not ahead: a newer e-mail to the same person about the same topic
replaces one that waits. Reminders come from a reconciler (see `reminders`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from access.ids import new_public_id

from . import kinds, known
from .models.outbox import Notification, NotificationQuerySet
from .models.outbox_access import ACCOUNT_EMAIL
from .reasons import ADDRESS_BOUNCED, KNOWN, RELEASED, SUPERSEDED
from .recipients import Account

State = Notification.State
INSERT_ATTEMPTS = 20  # each fails only if another transaction has just enqueued for the same topic


def key_of(
    kind: str,
    *,
    about: models.Model,
    to: Account | None = None,
    address: str = "",
    ordinal: int = 1,
) -> str:
    """Return the unique key of an e-mail; an address without an account enters it as a digest."""
    return f"{_subject(kind, about, to, address)}:{ordinal}"


def topic_of(
    kind: str, *, about: models.Model, to: Account | None = None, address: str = ""
) -> str:
    """Return the topic of an e-mail, of which one waits at a time. Raises UnknownKind."""
    return _subject(kinds.get(kind).topic or kind, about, to, address)


def _subject(name: str, about: models.Model, to: Account | None, address: str) -> str:
    who = str(to.pk) if to is not None else f"@{digest_of_address(address)}"
    return f"{name}:{about._meta.label_lower}:{about.pk}:{who}"


def digest_of_address(address: str) -> str:
    """Return a keyed hash by which an address is found, without storing it in the clear."""
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

    It replaces an older e-mail of the same topic to the same recipient that has not been sent.

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
        topic=topic_of(kind, about=about, to=to, address=address),
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


def note_known(
    kind: str, *, person: Account, about: models.Model, at: datetime | None = None
) -> None:
    """Note that a person has just changed a record, so they know the state that `kind` would tell.

    Call it in the transaction of the change. An e-mail to them that waits is cancelled: they know.
    Raises UnknownKind.
    """
    now, topic = at or timezone.now(), topic_of(kind, about=about, to=person)
    tells = kinds.get(kind).tells
    if tells is None:
        raise ValueError(f"{kind} tells no state")
    _end_waiting(topic, KNOWN, now)
    known.learn(topic, known.digest_of(tells(about, person)), person=person.pk, at=now)


def is_waiting(kind: str, *, person: Account, about: models.Model) -> bool:
    """Return whether an e-mail of the topic of `kind` to a person has not been sent yet.

    Raises UnknownKind.
    """
    topic = topic_of(kind, about=about, to=person)
    return Notification.system.all().waiting(topic).exists()


def _insert(row: Notification) -> None:
    if row.topic is None:
        _add(row)
    elif not Notification.system.filter(key=row.key).exists():
        _replace(row, row.topic)


def _replace(row: Notification, topic: str) -> None:
    """Insert a row in place of the one of its topic that waits."""
    for attempt in range(1, INSERT_ATTEMPTS + 1):
        try:
            with transaction.atomic():
                older = Notification.system.all().waiting(topic).first()
                if older is not None:
                    _end_waiting(topic, SUPERSEDED, row.created_at)
                    if older.state == State.HELD:  # what is on hold stays on hold
                        row.state, row.reason = State.HELD, older.reason
                        row.acted_by_id = older.acted_by_id
                _add(row)
        except IntegrityError:
            # Another transaction was faster. What it has enqueued is visible now.
            if attempt == INSERT_ATTEMPTS:
                raise
        else:
            return


def _end_waiting(topic: str, reason: str, at: datetime) -> None:
    waiting = Notification.system.all().waiting(topic)
    waiting.update(state=State.CANCELLED, reason=reason, ended_at=at, body=None)


def _add(row: Notification) -> None:
    # An upsert that changes nothing. On SQLite `ignore_conflicts` would also drop, silently, a row
    # that breaks a CHECK constraint.
    Notification.system.bulk_create(
        [row], update_conflicts=True, unique_fields=["key"], update_fields=["key"]
    )


def cancel_about(
    about: models.Model,
    *,
    why: str,
    at: datetime | None = None,
    kinds: tuple[str, ...] = (),
    but: tuple[str, ...] = (),
) -> int:
    """Cancel the e-mails about a record that are waiting; return how many.

    `kinds` limits it to some kinds, and `but` leaves some out. `why` is the code of the reason
    that the committee sees. The check at sending time would cancel them as well; doing it at once
    keeps the outbox up to date.
    """
    waiting = Notification.system.about(about)
    waiting = waiting.filter(state__in=[State.PENDING, State.HELD])
    if kinds:
        waiting = waiting.filter(kind__in=kinds)
    if but:
        waiting = waiting.exclude(kind__in=but)
    now = at or timezone.now()
    return waiting.update(state=State.CANCELLED, reason=why, ended_at=now, body=None)


def delete_about(rows: models.QuerySet) -> int:
    """Delete the e-mails about any of `rows`; return how many. One that is being sent stays.

    For rows whose address was deleted: the outbox may not remember it either.
    """
    emails = Notification.system.all().about_any(rows).exclude(state=State.SENDING)
    return emails.delete()[0]


def delete_about_missing(model: type[models.Model]) -> int:
    """Delete the e-mails about rows of `model` that no longer exist; return how many.

    For rows with the address of someone without an account: nothing may remember it after them.
    """
    rows = model._base_manager.values("pk")
    orphans = Notification.system.filter(about_type=model._meta.label_lower)
    orphans = orphans.exclude(about_id__in=rows).exclude(state=State.SENDING)
    return orphans.delete()[0]


def send_to_new_addresses(people: Iterable[int], *, at: datetime) -> int:
    """Let e-mails to these people that wait for an address be looked at again; return how many."""
    waiting = Notification.system.filter(
        recipient__in=people, state=Notification.State.PENDING, next_at__gt=at
    )
    return waiting.update(next_at=at)


def release_stopped(people: Iterable[int], *, at: datetime) -> int:
    """Send what waits until the addresses of these people work; return how many e-mails."""
    waiting = Notification.system.stopped().filter(recipient__in=people)
    return waiting.update(state=State.PENDING, reason="", next_at=at)


def emails_to(person: Account, kind: str, *, about: models.Model) -> NotificationQuerySet:
    """Return the e-mails of a kind about a record to a person, for other kinds of e-mail."""
    return Notification.system.about(about).filter(kind=kind, recipient=person.pk)


def was_told(emails: NotificationQuerySet) -> bool:
    """Return whether one of `emails` was sent, is being sent, or may have been."""
    sent = Q(state__in=[State.SENT, State.SENDING]) | Q(unknown_outcomes__gt=0)
    return emails.filter(sent).exists()


def release_held(*, kind: str = "", at: datetime | None = None) -> int:
    """Release the held e-mails of a kind, or of all kinds; return how many."""
    return _held(kind).update(state=State.PENDING, reason=RELEASED, next_at=at or timezone.now())


def cancel_held(*, kind: str = "", at: datetime | None = None) -> int:
    """Cancel the held e-mails of a kind, or of all kinds; return how many."""
    now = at or timezone.now()
    return _held(kind).update(state=State.CANCELLED, ended_at=now, body=None)


def _held(kind: str) -> NotificationQuerySet:
    # What waits for an address would only come back; the person lets it go, or one by one a member.
    held = Notification.system.filter(state=State.HELD).exclude(reason=ADDRESS_BOUNCED)
    return held.filter(kind=kind) if kind else held
