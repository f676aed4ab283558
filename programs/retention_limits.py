"""How long a program keeps texts: the limits of its policy, as moments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dateutil.relativedelta import relativedelta

from .models import Policy

BATCH = 200  # rows that one run erases per program; the next run, a minute later, goes on


def text_limits(at: datetime) -> Iterator[tuple[int, datetime]]:
    """Yield (program id, moment): texts about what ended before it are erased."""
    yield from _limits("text_retention_months", at)


def declined_limits(at: datetime) -> Iterator[tuple[int, datetime]]:
    """Yield (program id, moment): applications that were declined before it are emptied."""
    yield from _limits("declined_retention_months", at)


def _limits(setting: str, at: datetime) -> Iterator[tuple[int, datetime]]:
    for program, months in Policy.objects.order_by("pk").values_list("program", setting):
        yield program, at - relativedelta(months=months)
