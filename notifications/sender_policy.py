"""What a program decides about its e-mails: the sender's name, quiet hours, a weekly limit.

This app knows no program. An upper app registers a function that finds the policy for a row of the
outbox by what the row is about; where none does, the defaults of `SenderPolicy` apply.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .models import Notification


@dataclass(frozen=True)
class SenderPolicy:
    """The rules for sending a program's e-mails. Hours (0 to 23) are the recipient's local time."""

    name: str = ""
    reply_to: str = ""
    quiet_from_hour: int = 20
    quiet_until_hour: int = 8
    weekly_emails: int = 3  # not counting essential ones


Finder = Callable[[Notification], SenderPolicy | None]
# Any: the program's model belongs to an app above this one.
ProgramPolicy = Callable[[Any], SenderPolicy]
FINDERS: list[Finder] = []
PROGRAM_POLICIES: list[ProgramPolicy] = []  # at most one


def sender_policy_finder(find: Finder) -> Finder:
    """Register `find(notification)`; the first result that is not None counts. A decorator."""
    if find not in FINDERS:
        FINDERS.append(find)
    return find


def program_sender_policy(policy_of: ProgramPolicy) -> ProgramPolicy:
    """Register how a program becomes its policy; used when no finder knows the row. A decorator."""
    PROGRAM_POLICIES[:] = [policy_of]
    return policy_of


def sender_policy_of(row: Notification, program: object = None) -> SenderPolicy:
    """Return the policy for a row; `program` is the program that its e-mail names, if any."""
    for find in FINDERS:
        policy = find(row)
        if policy is not None:
            return policy
    if PROGRAM_POLICIES and program is not None:
        return PROGRAM_POLICIES[0](program)
    return SenderPolicy()
