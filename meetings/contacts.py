"""We were in touch: by phone, message or e-mail. One tap by either; it counts for the health."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from matches.models import Match
from matches.signals import pair_changed

from .locking import lock_match
from .models import PairContact


@transaction.atomic
def note_contact(match: Match, *, by: User, at: datetime | None = None) -> PairContact:
    """Note that the pair was in touch today, by the clock of `by`.

    A second tap on the same day returns the first. Raises ActionNotAllowed outside the pair and
    after the end of the match.
    """
    at = at or timezone.now()
    lock_match(match, by=by)
    today = at.astimezone(ZoneInfo(by.time_zone)).date()
    contact, is_new = PairContact.objects.get_or_create(
        match=match, person=by, on=today, defaults={"at": at}
    )
    if is_new:
        pair_changed.send(Match, matches=[match.pk])
    return contact
