"""What the program behind a letter decides: the sender's name, quiet hours, how many letters a week.

This app knows no program. An upper app registers a function that finds the house behind a row of the outbox (by what
the row is about); without one the defaults of the product hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .models import Notification


@dataclass(frozen=True)
class SenderPolicy:
    """The rules under which a letter leaves. Hours are whole hours of the recipient's local day."""

    name: str = ""
    reply_to: str = ""
    quiet_from_hour: int = 20
    quiet_until_hour: int = 8
    weekly_letters: int = 3


Finder = Callable[[Notification], SenderPolicy | None]
Maker = Callable[[Any], SenderPolicy]
FINDERS: list[Finder] = []
MAKERS: list[Maker] = []  # at most one


def sender_policy_finder(find: Finder) -> Finder:
    """Register `find(notification) -> House | None`; the first answer counts. Usable as a decorator."""
    if find not in FINDERS:
        FINDERS.append(find)
    return find


def program_sender_policy(make: Maker) -> Maker:
    """Register how the program that a letter names becomes its house; used when no finder knows the row."""
    MAKERS[:] = [make]
    return make


def sender_policy_of(row: Notification, program: Any = None) -> SenderPolicy:
    """The house behind a row; `program` is what its letter names, if it names one."""
    for find in FINDERS:
        house = find(row)
        if house is not None:
            return house
    return MAKERS[0](program) if MAKERS and program is not None else SenderPolicy()
