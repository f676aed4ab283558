"""The two of a pair act in the same second: nothing is lost, and the loser is told.

`make explore` runs 1,000 races on each database; here it is a few of each kind.
"""

from __future__ import annotations

import os

import pytest
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from dashboard.invariants import broken_invariants
from testkit import factories
from testkit.concurrency import race

from . import (  # noqa: F401  they register their races
    pair_races_of_paper,
    pair_races_of_writing,
)
from .pair_races import RACES
from .pair_states import Pair

NUMBER = int(os.environ.get("RACES", "40"))
TIMES = -(-NUMBER // len(RACES))  # of each kind, rounded up
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.timeout(3600),
]


@pytest.mark.parametrize("name", RACES)
def test_nothing_is_lost(name, cohort):
    carer = factories.member("Eve Lund", program=cohort.program, role="carer")
    for number in range(TIMES):
        pair = Pair.introduce(cohort, carer, str(number), began=420)
        prepared = RACES[name](pair)
        outcomes = race(*prepared.actions)
        lost = [error for error in outcomes if error is not None]
        broken = [
            error for error in lost if not isinstance(error, (ActionNotAllowed, *prepared.lost))
        ]
        assert broken == [], f"race {number} of {TIMES}"
        assert all(str(error) for error in lost), "who loses reads why"
        prepared.check([place for place, error in enumerate(outcomes) if error is None])
    assert broken_invariants(timezone.now()) == {}
