"""What each person knows about a subject, and whether an e-mail would change it.

A kind of e-mail that tells a state (a meeting's date) says in `tells` what its reader knows after
reading it. The same state is not told twice, and someone who was never told anything is not told
that it is off. What a person knows changes

1. when an e-mail is sent: in the transaction that records it as sent;
2. when they change the subject themselves: `outbox.note_known`;
3. when it becomes unknown whether an e-mail was sent: then any state is worth telling.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from .kinds import KINDS
from .models import KnownState, Notification
from .reconcilers import reconciler

# What a person knows who was never told anything, and who was told that it is off.
NOTHING: tuple[object, ...] = ()
UNSURE = "unsure"  # in place of a digest
RETENTION = timedelta(days=1100)  # longer than any match: a subject without news since is over


def digest_of(state: tuple[object, ...]) -> str:
    """Return a short digest of a state: text, numbers, dates and None."""
    return hashlib.sha256(json.dumps(state, default=str).encode()).hexdigest()[:32]


def is_known(topic: str, digest: str) -> bool:
    """Return whether the person of `topic` already knows the state with this digest."""
    last = KnownState.objects.filter(topic=topic).values_list("digest", flat=True).first()
    return digest == (last or digest_of(NOTHING))


def learn(topic: str, digest: str, *, person: int | None, at: datetime) -> None:
    """Note that the person (an id) knows a state since `at`, unless they know a later one."""
    row = KnownState.objects.filter(topic=topic)
    if row.filter(since__lte=at).update(digest=digest, since=at):
        return
    new = KnownState(topic=topic, person_id=person, digest=digest, since=at)
    KnownState.objects.bulk_create([new], ignore_conflicts=True)


def forget(row: Notification, *, at: datetime) -> None:
    """Note that it is unknown whether the e-mail `row` reached its recipient."""
    kind = KINDS.get(row.kind)
    if row.topic is not None and kind and kind.tells:
        learn(row.topic, UNSURE, person=row.recipient_id, at=at)


@reconciler
def purge_known_states(at: datetime) -> int:
    """Delete what was last told long ago; return how many rows."""
    return KnownState.objects.filter(since__lt=at - RETENTION).delete()[0]
