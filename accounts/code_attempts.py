"""Limits how often a code may be guessed, also when many guesses arrive at the same moment.

allauth counts in the session, where parallel requests read the same number. Here each guess takes
one attempt by a conditional UPDATE before the code is compared, so the database decides.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from notifications.reconcilers import reconciler

from .models import AttemptCount

# As many as allauth evaluates one after another; the life is longer than that of any code.
SESSION_LIMIT, SESSION_LIFE = 3, timedelta(hours=1)
# Across sessions, so that opening more of them gives no more guesses.
ADDRESS_LIMIT, ADDRESS_LIFE = 5, timedelta(minutes=5)
# How often someone may have an e-mail sent to an address that may be someone else's.
REQUEST_LIMIT, REQUEST_LIFE = 3, timedelta(hours=1)


def take(session: str, *, email: str, at: datetime | None = None) -> bool:
    """Take one attempt of the session and of the address; return whether both had one left.

    `session` names one sign-in in one browser session: a code that is requested anew has all its
    attempts, a code that is sent again has not.
    """
    now = at or timezone.now()
    return _take(_key("session", session), SESSION_LIMIT, now, SESSION_LIFE) and _take(
        _key("address", email.strip().lower()), ADDRESS_LIMIT, now, ADDRESS_LIFE
    )


def take_request(kind: str, who: str, *, at: datetime | None = None) -> bool:
    """Take one of the requests of a kind that `who` has in an hour; return whether one was left."""
    now = at or timezone.now()
    return _take(_key(f"request.{kind}", who), REQUEST_LIMIT, now, REQUEST_LIFE)


def give_back(*, email: str) -> None:
    """Return the address's attempt after the right code, so that signing in often is no guess."""
    rows = AttemptCount.objects.filter(key=_key("address", email.strip().lower()))
    rows.filter(attempts__gt=0).update(attempts=F("attempts") - 1)


def forget(*, email: str) -> None:
    """Delete the counter of an address; afterwards nothing tells whether it was ever used."""
    AttemptCount.objects.filter(key=_key("address", email.strip().lower())).delete()


@reconciler
def purge_attempt_counts(at: datetime) -> int:
    """Delete the counters that have expired; return how many."""
    return AttemptCount.objects.filter(expires_at__lte=at).delete()[0]


def _key(kind: str, value: str) -> str:
    return salted_hmac(f"accounts.code_attempts.{kind}", value, algorithm="sha256").hexdigest()


def _take(key: str, limit: int, now: datetime, life: timedelta) -> bool:
    fresh = AttemptCount(key=key, expires_at=now + life)
    AttemptCount.objects.bulk_create([fresh], ignore_conflicts=True)
    row = AttemptCount.objects.filter(key=key)
    row.filter(expires_at__lte=now).update(attempts=0, expires_at=now + life)
    # Without the row, which only a purge at this very moment can delete, the guess is refused.
    return bool(row.filter(attempts__lt=limit).update(attempts=F("attempts") + 1))
