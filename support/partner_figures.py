"""Figures by partner organisation, without those about few people.

A member counts only the people whose rows they may read, so nothing follows from what they know
already. A number of people that is not 0 and below the program's smallest group is hidden, and so
is a part of a group if the rest of the group is that small.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

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
    sent = _sent(program, member)
    rows = Referral.objects.for_committee(member).filter(organisation__program=program)
    people: dict[int, dict[str, set[int]]] = {}
    for organisation, outcome, person in rows.values_list("organisation", "outcome", "person"):
        people.setdefault(organisation, {}).setdefault(outcome, set()).add(person)
    return [
        PartnerFigures(
            row,
            *_shown_sent(*sent.get(row.pk, (0, 0, 0)), smallest),
            shown(len(set().union(*people.get(row.pk, {}).values())), smallest),
            _outcomes(people.get(row.pk, {}), smallest),
        )
        for row in PartnerOrganisation.objects.filter(program=program)
    ]


def _sent(program: Program, member: User) -> dict[int, tuple[int, int, int]]:
    """Return by organisation how many people it sent, and of these were accepted, and matched.

    Someone who applied twice is one of them. Who is in a pair was accepted, also if they withdrew.
    """
    pairs = Match.objects.filter(
        Q(mentee=OuterRef("application")) | Q(mentor=OuterRef("application"))
    )
    is_accepted = Q(application__state=Application.State.ACCEPTED) | Q(Exists(pairs))
    said = SentBy.objects.for_committee(member).filter(organisation__program=program)
    counted = (
        said.order_by()
        .values("organisation")
        .annotate(
            sent=_people(Q()), accepted=_people(is_accepted), matched=_people(Q(Exists(pairs)))
        )
    )
    return {
        organisation: (sent, accepted, matched)
        for organisation, sent, accepted, matched in counted.values_list(
            "organisation", "sent", "accepted", "matched"
        )
    }


def _people(condition: Q) -> Count:
    return Count("application__person", filter=condition, distinct=True)


def _shown_sent(
    sent: int, accepted: int, matched: int, smallest: int
) -> tuple[int | None, int | None, int | None]:
    """Return what can be shown of three numbers, each of which contains the next."""
    accepted_shown = shown_part(accepted, sent, smallest)
    around = sent if accepted_shown is None else accepted
    return shown(sent, smallest), accepted_shown, shown_part(matched, around, smallest)


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
