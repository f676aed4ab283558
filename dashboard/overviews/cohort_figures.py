"""How many people and pairs of a cohort are where: each number is that of the list it leads to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from django.db.models import Count, Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from applications.models import Application
from applications.review_queues import queues
from applications.screening import in_open_pair
from matches.models import Match, MatchQuerySet

from ..attention_lines import Scope
from ..health import Health, by_health

QUEUES = ("to-read", "waiting", "accepted", "closed")


@dataclass(frozen=True)
class Figure:
    """A number, and the address of the list that has exactly these rows."""

    count: int
    url: str
    label: str = ""


@dataclass(frozen=True)
class FigureRow:
    """One row of a table of figures, which has one column for each role."""

    label: str
    figures: list[Figure]


def people_of_cohort(scope: Scope) -> list[FigureRow]:
    """Return how many applied in each role and what became of them, in one query."""
    known = queues()
    steps: dict[str, tuple[str, Q, dict[str, str]]] = {
        "applied": (_("Applied"), Q(), {}),
        **{code: (str(known[code][0]), known[code][1], {"queue": code}) for code in QUEUES},
        "paired": (_("In a pair"), Q(in_open_pair(scope.member)), {"pair": "open"}),
    }
    numbers = {code: Count("pk", filter=where) for code, (_word, where, _query) in steps.items()}
    # A number can't have the name of a column or a dash in it.
    named = {f"n_{code.replace('-', '_')}": number for code, number in numbers.items()}
    seen = scope.of(Application.objects.for_committee(scope.member)).order_by()
    rows = cast(Iterable[dict[str, int]], seen.values("role").annotate(**named))
    found = {str(row["role"]): row for row in rows}
    if not found:
        return []
    return [
        FigureRow(
            word,
            [
                Figure(
                    found.get(role, {}).get(f"n_{code.replace('-', '_')}", 0),
                    scope.url("applications_application", role__exact=role, **query),
                    label=capfirst(str(name)),
                )
                for role, name in Application.Role.choices
            ],
        )
        for code, (word, _where, query) in steps.items()
    ]


def pairs_of_cohort(scope: Scope) -> list[Figure]:
    """Return how many pairs are in each state that some are in, in one query."""
    rows = _pairs(scope).order_by().values("state").annotate(n=Count("pk"))
    found = {row["state"]: row["n"] for row in rows}
    return [
        Figure(found[state], scope.url("matches_match", state__exact=state), str(name))
        for state, name in Match.State.choices
        if state in found
    ]


def health_of_cohort(scope: Scope) -> list[Figure]:
    """Return how many open pairs have each health that some have."""
    found = by_health(_pairs(scope), reader=scope.member, at=scope.at)
    figures = [
        Figure(found[one].count(), scope.url("dashboard_pair", health=one.value), str(one.label))
        for one in Health
    ]
    return [one for one in figures if one.count]


def _pairs(scope: Scope) -> MatchQuerySet:
    return scope.of(Match.objects.for_committee(scope.member), "mentee__cohort")
