"""One search for a person: who they are, what they applied for, in which pair they are.

Each part asks the rows that the member may see, so conflicts of interest and other programs stay
hidden here as everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_

from django.db.models import Q

from accounts.models import User
from applications.models import Application
from matches.models import Match

SHOWN = 20  # of each kind
SHORTEST = 2  # letters to search for
LONGEST = 100


@dataclass(frozen=True)
class Found:
    """What fits; each list is cut after `SHOWN` rows."""

    people: list[User]
    applications: list[Application]
    pairs: list[Match]

    def __bool__(self) -> bool:
        return bool(self.people or self.applications or self.pairs)


def find_person(text: str, *, reader: User) -> Found:
    """Return what `reader` may see of people whose name or address has every word of `text`."""
    words = text[:LONGEST].split()
    visible = Application.objects.for_committee(reader)
    people = User.objects.filter(pk__in=visible.values("person")).filter(_named("", words))
    applications = visible.filter(_named("person__", words)).select_related("person", "cohort")
    of_either = _named("mentee__person__", words) | _named("mentor__person__", words)
    pairs = Match.objects.for_committee(reader).filter(of_either).with_people()
    return Found(
        list(people.order_by("name", "pk")[:SHOWN]),
        list(applications.order_by("person__name", "-pk")[:SHOWN]),
        list(pairs.order_by("-introduced_at", "pk")[:SHOWN]),
    )


def _named(path: str, words: list[str]) -> Q:
    each = (
        Q((f"{path}name__icontains", word)) | Q((f"{path}email__icontains", word)) for word in words
    )
    return reduce(and_, each, Q())
