"""A second address, so that an account outlives its mailbox; people are asked for it once."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.utils import timezone

from .models import User


def is_to_ask(person: User) -> bool:
    """Return whether the person has one address only and has not said that this is enough."""
    if person.second_address_declined_at is not None or not person.has_address:
        return False
    return not EmailAddress.objects.filter(user=person, verified=True, primary=False).exists()


def decline(person: User, *, at: datetime | None = None) -> None:
    """Do not ask the person again; a second time changes nothing."""
    rows = User.objects.filter(pk=person.pk, second_address_declined_at=None)
    rows.update(second_address_declined_at=at or timezone.now())
