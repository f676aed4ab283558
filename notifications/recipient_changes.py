"""Two accounts of one person become one: their e-mails, choices and what they know.

An e-mail that was planned for the one goes to the other, and none is sent a second time: the keys
and topics of the rows, which name the recipient, are written as if it had been theirs all along.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat, Length, Substr

from .models import BouncedAddress, KnownState, MutedStream, Notification, WeeklyReader, WorkHour
from .models.outbox_access import ACCOUNT_EMAIL
from .reasons import ACCOUNTS_MERGED

State = Notification.State
WAITING = (State.PENDING, State.HELD)
PERSON = "accounts.user"


def move_emails(old: int, new: int, *, at: datetime) -> None:
    """Let the e-mails of account `old` be those of account `new`; a second time changes nothing.

    Of two that wait about the same thing that of `new` goes out. E-mails about a person as a whole
    and e-mails about the account `old` itself end.
    """
    rows = Notification.system.filter(recipient=old)
    of_account = Q(about_type=PERSON) | Q(kind=ACCOUNT_EMAIL)
    _end(rows.filter(of_account), at)
    theirs = Notification.system.filter(recipient=new)
    plain = rows.exclude(of_account).annotate(new_key=_key(new), new_topic=_topic(old, new))
    has_key = Exists(theirs.filter(key=OuterRef("new_key")))
    has_topic = Exists(theirs.filter(topic=OuterRef("new_topic"), state__in=WAITING))
    _end(plain.filter(has_key | has_topic), at)
    movable = plain.exclude(state=State.SENDING).exclude(has_key)
    movable.update(key=_key(new), topic=_topic(old, new))
    Notification.system.filter(recipient=old).update(recipient=new)
    Notification.system.filter(acted_by=old).update(acted_by=new)


def _end(rows: QuerySet, at: datetime) -> None:
    ids = rows.filter(state__in=WAITING).values("pk")
    waiting = Notification.system.filter(pk__in=[*ids.values_list("pk", flat=True)])
    waiting.update(state=State.CANCELLED, reason=ACCOUNTS_MERGED, ended_at=at, body=None)


def _key(new: int) -> Combinable:
    """The key of a row as `outbox.key_of` would make it for account `new`."""
    parts = (F("kind"), F("about_type"), _text("about_id"), Value(str(new)), _text("ordinal"))
    joined = [piece for part in parts for piece in (Value(":"), part)][1:]
    return Concat(*joined, output_field=CharField())


def _topic(old: int, new: int) -> Combinable:
    """The topic of a row with account `new` in place of `old`, the recipient at its end."""
    kept = Substr("topic", 1, Length("topic") - len(str(old)))
    return Concat(kept, Value(str(new)), output_field=CharField())


def _text(name: str) -> Combinable:
    return Cast(name, CharField())


def move_choices(old: int, new: int) -> None:
    """Join what the two have chosen about e-mail: what stops more of them wins."""
    _join_muted(old, new)
    known = KnownState.objects.filter(person=old).annotate(new_topic=_topic(old, new))
    theirs = KnownState.objects.filter(person=new, topic=OuterRef("new_topic"))
    known.filter(Exists(theirs)).delete()
    KnownState.objects.filter(person=old).update(topic=_topic(old, new), person=new)
    BouncedAddress.objects.filter(person=old).update(person=new)
    for model in (WeeklyReader, WorkHour):
        rows = model._base_manager.filter(person=old)
        if model._base_manager.filter(person=new).exists():
            rows.delete()
        rows.update(person=new)


def _join_muted(old: int, new: int) -> None:
    """Of two rows of a stream keep the one that lasts longer; without a day it lasts for good."""
    for row in MutedStream.objects.filter(person=old):
        mine = MutedStream.objects.filter(person=new, stream=row.stream)
        shorter = Q() if row.until is None else Q(until__lt=row.until)
        mine.filter(shorter, until__isnull=False).delete()
        if mine.exists():
            row.delete()
    MutedStream.objects.filter(person=old).update(person=new)
