"""What a release page says about e-mails: how many of each sort, and when they leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from notifications.release_times import Departure, Zones, departures

from ..models import Program
from ..sender_policy import sender_policy_for


@dataclass(frozen=True)
class DepartingEmails:
    """E-mails of one sort, and when they leave."""

    label: str
    count: int
    departures: list[Departure]


def when_emails_leave(
    program: Program, zones: Mapping[str, Zones], at: datetime
) -> list[DepartingEmails]:
    """Return when e-mails leave that are enqueued at `at`, by the sort of e-mail.

    `zones`: {how the committee calls the e-mail: recipients by time zone}.
    """
    policy = sender_policy_for(program)
    return [
        DepartingEmails(label, sum(people.values()), departures(people, at, policy))
        for label, people in zones.items()
        if people
    ]
