"""How long a program keeps texts: the limits of its policy, as moments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.db.models import Q

from .models.programs_by import programs_by

# Rows that one run erases of the programs with one limit; the next run goes on.
BATCH = 200
Theirs = Callable[[str], Q]  # of the lookup that leads to the program


def text_limits(at: datetime) -> Iterator[tuple[Theirs, datetime]]:
    """Yield (which programs, moment): texts about what ended before it are erased."""
    yield from _limits("text_retention_months", at)


def declined_limits(at: datetime) -> Iterator[tuple[Theirs, datetime]]:
    """Yield (which programs, moment): applications that were declined before it are emptied."""
    yield from _limits("declined_retention_months", at)


def _limits(setting: str, at: datetime) -> Iterator[tuple[Theirs, datetime]]:
    for (months,), theirs in programs_by(setting).items():
        yield theirs, at - relativedelta(months=months)
