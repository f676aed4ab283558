"""Figures by partner organisation, without those about few people.

A member counts only the people whose rows they may read, so nothing follows from what they know
already. A number of people that is not 0 and below the program's smallest group is hidden, and so
is a part of a group if the rest of the group is that small.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from applications.models import Application
from matches.models import Match
from programs.models import Program

from .models import PartnerOrganisation, Referral, SentBy


@dataclass(frozen=True)
class PartnerFigures:
    """Numbers of people by organisation; None is hidden. `outcomes` is empty if one is hidden."""

    organisation: PartnerOrganisation
    sent: int | None
    accepted: int | None
    matched: int | None
    referred: int | None
    outcomes: tuple[tuple[str, int], ...]


def figures(program: Program, member: User) -> list[PartnerFigures]:
    """Return the figures of every organisation of a program, for a chair."""
    smallest = program.policy.smallest_group
    pairs = Match.objects.filter(
        Q(mentee=OuterRef("application")) | Q(mentor=OuterRef("application"))
    )
    said = SentBy.objects.for_committee(member).filter(organisation__program=program)
    sent = Counter(said.values_list("organisation", flat=True))
    accepted = Counter(
        said.filter(application__state=Application.State.ACCEPTED).values_list(
            "organisation", flat=True
        )
    )
    matched = Counter(said.filter(Exists(pairs)).values_list("organisation", flat=True))
    rows = Referral.objects.for_committee(member).filter(organisation__program=program)
    people: dict[int, dict[str, set[int]]] = {}
    for organisation, outcome, person in rows.values_list("organisation", "outcome", "person"):
        people.setdefault(organisation, {}).setdefault(outcome, set()).add(person)
    return [
        PartnerFigures(
            row,
            shown(sent[row.pk], smallest),
            shown_part(accepted[row.pk], sent[row.pk], smallest),
            shown_part(matched[row.pk], sent[row.pk], smallest),
            shown(len(set().union(*people.get(row.pk, {}).values())), smallest),
            _outcomes(people.get(row.pk, {}), smallest),
        )
        for row in PartnerOrganisation.objects.filter(program=program)
    ]


def shown(count: int, smallest: int) -> int | None:
    """Return a number of people unless it is small."""
    return count if count == 0 or count >= smallest else None


def shown_part(part: int, whole: int, smallest: int) -> int | None:
    """Return a part of a group unless it, or what is left of the group, is small."""
    is_safe = all(shown(n, smallest) is not None for n in (part, whole - part, whole))
    return part if is_safe else None


def _outcomes(people: dict[str, set[int]], smallest: int) -> tuple[tuple[str, int], ...]:
    """Return label and number of each outcome; nothing unless all of them can be shown."""
    counts = {outcome: len(who) for outcome, who in people.items()}
    if any(count < smallest for count in counts.values()):
        return ()
    return tuple(
        (str(label), counts[value]) for value, label in Referral.Outcome.choices if value in counts
    )
