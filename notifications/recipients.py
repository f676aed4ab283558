"""Who an e-mail goes to: a person with an account, or an address without one.

This app sits below `accounts`, so it names what it needs of a person and not their model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation

from .models import Notification


class Recipient(Protocol):
    """What rendering needs to know about whoever reads the e-mail."""

    @property
    def email(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def first_name(self) -> str: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def is_active(self) -> bool: ...


class Account(Recipient, Protocol):
    """A recipient who can sign in, and who can be given signed links."""

    @property
    def pk(self) -> int: ...
    @property
    def public_id(self) -> str: ...
    @property
    def link_epoch(self) -> int: ...


@dataclass(frozen=True)
class GuestRecipient:
    """An address without an account, with the defaults of this installation."""

    email: str
    name: str = ""
    first_name: str = ""
    time_zone: str = settings.TIME_ZONE
    language: str = settings.LANGUAGE_CODE
    is_active: bool = True
    pk: None = None


GuestFinder = Callable[[Notification], GuestRecipient | None]
GUEST_FINDERS: list[GuestFinder] = []


def guest_finder(find: GuestFinder) -> GuestFinder:
    """Register `find(row)`: who reads an e-mail without an account, by what it is about."""
    if find not in GUEST_FINDERS:
        GUEST_FINDERS.append(find)
    return find


def recipient_of(row: Notification) -> Recipient:
    """Return the row's account, or a GuestRecipient for an address without one."""
    if row.recipient:
        return row.recipient
    known = (guest for find in GUEST_FINDERS if (guest := find(row)) is not None)
    return next(known, GuestRecipient(email=row.address or ""))


@contextmanager
def recipient_locale(recipient: Recipient) -> Iterator[None]:
    """Run a block in the recipient's language and time zone."""
    zone = ZoneInfo(recipient.time_zone)
    with translation.override(recipient.language), timezone.override(zone):
        yield
