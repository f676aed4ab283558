"""When to ask again. A request and its reminders are numbered; only the latest one due is sent.

A worker that was down for ten days sends one reminder and not three, and each e-mail expires when
the next one is due.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models

from .models import Notification
from .outbox import enqueue, key_of
from .recipients import Account


@dataclass(frozen=True)
class Reminder:
    """The e-mail that is due: `ordinal` 1 is the request itself, 2 the first reminder, …"""

    ordinal: int
    due_at: datetime
    expires_at: datetime


def due_reminder(
    at: datetime, *, since: datetime, reminders: Sequence[int], last_days: int = 7
) -> Reminder | None:
    """Return what is due at `at` for a request made at `since`, or None before and after.

    `reminders` are days after `since`, rising; the last one expires `last_days` after it was due.
    """
    starts = [since + timedelta(days=days) for days in (0, *reminders)]
    ends = [*starts[1:], starts[-1] + timedelta(days=last_days)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
        if start <= at < end:
            return Reminder(number, start, end)
    return None


def remind_addresses(
    kind: str, rows: models.QuerySet, at: datetime, *, after_days: int, open_days: int
) -> int:
    """Enqueue the one reminder of `kind` about `rows` whose first e-mail was sent; return how many.

    `rows` have an `address`, which was asked at `asked_at` and can answer for `open_days`.
    """
    after, open_for = timedelta(days=after_days), timedelta(days=open_days)
    emails = Notification.system.filter(
        kind=kind, about_type=rows.model._meta.label_lower, about_id=models.OuterRef("pk")
    )
    was_sent = models.Exists(emails.filter(state=Notification.State.SENT, ordinal=1))
    is_reminded = models.Exists(emails.filter(ordinal=2))
    due = rows.filter(asked_at__lte=at - after, asked_at__gt=at - open_for)
    found = list(due.filter(was_sent, ~is_reminded).order_by("pk"))
    for row in found:
        enqueue(
            kind,
            to=None,
            address=row.address,
            about=row,
            ordinal=2,
            expires_at=row.asked_at + open_for,
            at=at,
        )
    return len(found)


class PendingEmails:
    """Enqueues e-mails that are not in the outbox yet, for reconcilers that run every two minutes.

    The keys of the given kinds and rows are read once; an e-mail that is known costs no query.
    """

    def __init__(self, kinds: Iterable[str] = (), rows: Iterable[models.Model] = ()) -> None:
        found = list(rows)
        self.keys = self._known(kinds, found) if found else set()

    @staticmethod
    def _known(kinds: Iterable[str], rows: Collection[models.Model]) -> set[str]:
        known = Notification.system.filter(
            about_type__in={row._meta.label_lower for row in rows},  # for the index
            about_id__in={row.pk for row in rows},
            kind__in=kinds,
        )
        return set(known.values_list("key", flat=True))

    def has(self, kind: str, *, to: Account, about: models.Model) -> bool:
        """Return whether the first e-mail of `kind` about `about` to the person is there."""
        return key_of(kind, about=about, to=to) in self.keys

    def enqueue(
        self,
        kind: str,
        reminder: Reminder | None = None,
        *,
        to: Account,
        about: models.Model,
        at: datetime,
        first_ordinal: int = 0,
    ) -> None:
        """Enqueue `kind` about `about` to the person `to`, as `reminder` says, unless it is there.

        `first_ordinal` is added to the reminder's ordinal, for rows that are asked about in rounds.
        """
        ordinal = first_ordinal + (reminder.ordinal if reminder else 1)
        key = key_of(kind, about=about, to=to, ordinal=ordinal)
        if key not in self.keys:
            expires_at = reminder.expires_at if reminder else None
            enqueue(kind, to=to, about=about, ordinal=ordinal, expires_at=expires_at, at=at)
            self.keys.add(key)
