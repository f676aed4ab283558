"""Who may be matched again after an ending: only who asked for it, and after a rest.

*Done* and *wants another match* are different facts. An ended match takes its two applications out
of every pool until the person (or the committee with their word) asks for another match. A pair
that was created by mistake counts nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .models import FollowUp, MatchQuerySet


@dataclass(frozen=True)
class AfterEnding:
    """What follows from the last ended match of an application."""

    closed_at: datetime
    is_asking: bool
    is_rest_skipped: bool

    def rests_until(self, rest_days: int) -> datetime:
        """Return until when nobody proposes a match to the person."""
        return self.closed_at + timedelta(days=0 if self.is_rest_skipped else rest_days)


@dataclass
class Endings:
    """Ended matches of some people.

    after: {application id: what follows from its last ended match}.
    apart: (person id of the mentee, of the mentor) of those who are not matched with each other
    again, because not both of them asked for it.
    """

    after: dict[int, AfterEnding] = field(default_factory=dict)
    apart: set[tuple[int, int]] = field(default_factory=set)

    def is_done(self, application: int) -> bool:
        """Whether the application's match has ended and its person asked for no other one."""
        last = self.after.get(application)
        return last is not None and not last.is_asking


def read_endings(matches: MatchQuerySet) -> Endings:
    """Return what follows from those of `matches` that have ended, in two queries."""
    ended = matches.ended()
    about = ("pk", "mentee", "mentor", "mentee__person", "mentor__person", "closed_at")
    wishes = {
        (row.closure.match_id, row.person_id): row
        for row in FollowUp.objects.asking()
        .filter(closure__match__in=ended.order_by().values("pk"))
        .select_related("closure")
    }
    found = Endings()
    for pk, mentee, mentor, *people, closed_at in ended.order_by("closed_at").values_list(*about):
        asking = [wishes.get((pk, person)) for person in people]
        if not all(wish and wish.wants_same_partner for wish in asking):
            found.apart.add((people[0], people[1]))
        else:
            found.apart.discard((people[0], people[1]))
        for application, wish in zip((mentee, mentor), asking, strict=True):
            found.after[application] = AfterEnding(
                closed_at, wish is not None, wish is not None and wish.is_rest_skipped
            )
    return found
