"""What a scenario of an e-mail consists of, see `email_scenarios`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User


@dataclass
class Case:
    """An e-mail that is owed: what it is about and who gets it."""

    about: Any
    to: User


@dataclass(frozen=True)
class Scenario:
    """`stop` makes the kind's stop condition true, which ends the e-mail with the code `reason`.

    `change` brings about what the kind `newer` tells of the same topic (by default nothing: the
    same kind asks again). `undo` takes back what the e-mail tells, by default as `stop`.
    """

    make: Callable[[], Case]
    stop: Callable[[Case], object]
    reason: str
    newer: str = ""
    change: Callable[[Case], object] = lambda case: None
    undo: Callable[[Case], object] | None = None
