"""What people of each role have asked to learn in a year, counted by topic.

1. It counts people, not requests, and only those whose requests the reader may read.
2. A group that is smaller than the program's smallest group has no figure, so that the list can be
   shown to others: to who plans an event, or to the organisation behind the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from accounts.models import User
from applications.models import Application
from learning.models import SupportTopic
from programs.models import Membership

from .models import SupportRequest

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class TrainingNeed:
    """How many people of a role asked about a topic; `count` is None for fewer than `smallest`."""

    topic: SupportTopic
    role: str
    count: int | None
    smallest: int

    @property
    def is_of_mentors(self) -> bool:
        return self.role == Application.Role.MENTOR


def training_needs(member: User, *, at: datetime) -> list[TrainingNeed]:
    """Return the needs of the year before `at` in the programs that `member` chairs."""
    chaired = Membership.objects.program_ids(member, Membership.Role.CHAIR)
    rows = SupportRequest.objects.for_committee(member).filter(
        program__in=chaired, asked_at__gt=at - YEAR, asked_at__lte=at
    )
    counted = rows.order_by().values("topic", "application__role")
    found = {
        (row["topic"], row["application__role"]): row["people"]
        for row in counted.annotate(people=Count("person", distinct=True))
    }
    ids = {topic for topic, _role in found}
    topics = SupportTopic.objects.filter(pk__in=ids).select_related("program__policy")
    by_id = {topic.pk: topic for topic in topics}
    needs = _needs(found, by_id)
    return sorted(needs, key=lambda need: (-(need.count or 0), str(need.topic), need.role))


def _needs(
    found: dict[tuple[int, str], int], topics: dict[int, SupportTopic]
) -> Iterator[TrainingNeed]:
    for (topic, role), people in found.items():
        smallest = topics[topic].program.policy.smallest_group
        shown = people if people >= smallest else None
        yield TrainingNeed(topics[topic], role, shown, smallest)
