"""From a row of the outbox to its e-mail, or to the reason why it is no longer wanted.

The same questions are asked just before sending and for the preview in the admin.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from . import delivery_rules, kinds, known
from .kinds import Cancel, Email
from .models import Notification
from .reasons import ACCOUNT_CLOSED, NO_CHANGE, RECORD_DELETED, SUPERSEDED, TURNED_OFF
from .recipients import Recipient


@dataclass(frozen=True)
class BuiltEmail:
    """An e-mail and the digest of the state that it tells, "" if it tells none."""

    email: Email
    digest: str


def build_email(row: Notification, recipient: Recipient, at: datetime) -> BuiltEmail | Cancel:
    """Return the e-mail of a row that has not been sent, or why it must not be sent any more.

    Call it inside `recipient_locale(recipient)`. Raises UnknownKind.
    """
    about = row.get_about()
    if about is None:
        return Cancel(RECORD_DELETED)
    if not recipient.is_active:
        return Cancel(ACCOUNT_CLOSED)
    if delivery_rules.is_muted(row, at):
        return Cancel(TURNED_OFF)
    kind = kinds.get(row.kind)
    # Before the text is made: a change in between is then told once more, and never taken as told.
    digest = known.digest_of(kind.tells(about, recipient)) if kind.tells and row.topic else ""
    email = kind.build(about, recipient)
    if isinstance(email, Cancel):
        return email
    if row.is_superseded:
        return Cancel(SUPERSEDED)
    # After a lost reply nobody knows whether this state was told: then it is told again.
    if digest and not row.unknown_outcomes and known.is_known(row.topic or "", digest):
        return Cancel(NO_CHANGE)
    return BuiltEmail(email, digest)
