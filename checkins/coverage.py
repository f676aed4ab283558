"""The coverage rate: the share of running pairs with whom the committee is in touch as planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from matches.models import Match, not_paused

from .models import ContactPlan

FEWEST = 5  # pairs; of fewer a percentage says nothing


@dataclass(frozen=True)
class Coverage:
    """How many running pairs there are, and of how many no contact is overdue."""

    pairs: int
    covered: int

    @property
    def percent(self) -> int | None:
        """The share in whole percent, rounded down; None of fewer than `FEWEST` pairs."""
        return 100 * self.covered // self.pairs if self.pairs >= FEWEST else None

    @classmethod
    def of(cls, member: User, *, at: datetime) -> Coverage:
        """Count the pairs that `member` looks after; paused and ended ones are left out."""
        running = Match.objects.in_care_of(member).open().filter(not_paused(at))
        pairs = running.order_by().count()
        late = ContactPlan.objects.visible_to(member).late(at)
        return cls(pairs, pairs - late.order_by().values("match").distinct().count())
