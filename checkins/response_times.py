"""How long it takes until a committee member first acts on a concern."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from django.db.models import Q
from django.utils.timesince import timesince

from .concerns import CHAIR_AFTER, DEPUTY_AFTER
from .models import Concern
from .models.concerns import ConcernQuerySet

MEASURED_OVER = timedelta(days=365)
MEASURED = 200  # the newest concerns, so that the page never grows with history
ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)  # a duration is put into words as a time after it


def duration(passed: timedelta) -> str:
    """Return a duration in words, to the largest unit: "3 hours"."""
    return timesince(ORIGIN, ORIGIN + passed, depth=1)


@dataclass(frozen=True)
class FirstActions:
    """What is known of some concerns: how many, and how many were acted on, when.

    `median` is that of those that were acted on, in words; empty if none was.
    """

    count: int
    acted_on: int
    median: str
    deputy_hours: int
    chair_hours: int
    before_deputy: int
    before_chair: int

    @classmethod
    def of(cls, concerns: ConcernQuerySet, *, at: datetime) -> FirstActions | None:
        """Measure the newest of the last year, in one query; None if there is nothing to measure.

        Left out are those that a member noted, and those that went away before anyone acted.
        """
        last = concerns.exclude(cause=Concern.Cause.NOTED).filter(
            ~Q(state=Concern.State.RESOLVED, first_action_at=None),
            raised_at__gt=at - MEASURED_OVER,
        )
        times = last.order_by("-raised_at").values_list("raised_at", "first_action_at")[:MEASURED]
        rows = list(times)
        if not rows:
            return None
        passed = [acted - raised for raised, acted in rows if acted is not None]
        return cls(
            count=len(rows),
            acted_on=len(passed),
            median=duration(median(passed)) if passed else "",
            deputy_hours=DEPUTY_AFTER // timedelta(hours=1),
            chair_hours=CHAIR_AFTER // timedelta(hours=1),
            before_deputy=sum(one <= DEPUTY_AFTER for one in passed),
            before_chair=sum(one <= CHAIR_AFTER for one in passed),
        )
