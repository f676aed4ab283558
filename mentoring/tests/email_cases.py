"""What a scenario of an e-mail consists of, and what many of them need; see `email_scenarios`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import User
from checkins.models import Concern
from matches.models import Match
from testkit import factories


@dataclass
class Case:
    """An e-mail that is owed: what it is about and who gets it."""

    about: Any
    to: User


@dataclass(frozen=True)
class Scenario:
    """`stop` makes the kind's stop condition true, which ends the e-mail with the code `reason`.

    `change` brings about what the kind `newer` tells of the same topic (by default nothing: the
    same kind asks again). `undo` takes back what the e-mail tells, by default as `stop`.
    """

    make: Callable[[], Case]
    stop: Callable[[Case], object]
    reason: str
    newer: str = ""
    change: Callable[[Case], object] = lambda case: None
    undo: Callable[[Case], object] | None = None


ZONE = "America/Toronto"


def person(name: str) -> User:
    return factories.person(name, time_zone=ZONE)


def update(case: Case, **values: object) -> None:
    model: type[models.Model] = type(case.about)
    model._base_manager.filter(pk=case.about.pk).update(**values)


def pair() -> Match:
    """Ben (mentee) and Ada (mentor), introduced yesterday."""
    chair = factories.member("Cleo Marsh", program=(cohort := factories.cohort()).program)
    made = factories.match(
        person("Ben Okoro"),
        person("Ada Brook"),
        cohort,
        introduced_at=timezone.now() - timedelta(days=1),
    )
    Match.objects.filter(pk=made.pk).update(carer=chair)
    made.refresh_from_db()
    return made


def of_pair() -> Case:
    match = pair()
    return Case(match, match.mentee.person)


def carer_of(row: Concern) -> Case:
    assert row.match
    return Case(row, to_carer(row.match).to)


def to_carer(match: Match) -> Case:
    carer = match.carer
    assert carer
    User.objects.filter(pk=carer.pk).update(time_zone=ZONE)
    carer.refresh_from_db()
    return Case(match, carer)
