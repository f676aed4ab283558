"""Who is invited to mentor after a pair was completed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from matches import endings, follow_ups
from matches.alumni_emails import may_mentor
from testkit import factories

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
pytestmark = pytest.mark.time_machine(NOW)


@pytest.fixture
def pair(ada, ben, cohort):
    return factories.match(ben, ada, cohort)


def end(pair, kind="early"):
    return endings.end(pair, by=pair.mentee.person, kind=kind, at=NOW)


def invites(match, person):
    match.refresh_from_db()
    return may_mentor(match, person)


def test_only_who_can_mentor_is_invited_to(pair, ada, ben, program):
    closure = end(pair)
    assert invites(pair, ben)
    assert invites(pair, ada)
    follow_ups.answer(closure.follow_ups.get(person=ada), by=ada, wish="stop")
    assert not invites(pair, ada), "they are done"
    follow_ups.answer(closure.follow_ups.get(person=ada), by=ada, wish="again")
    later = factories.cohort(program=program)
    factories.match(factories.person("Finn Berg"), ada, later)
    assert not invites(pair, ada), "they have a pair"
    factories.match(factories.person("Gail Ott"), ben, pair.cohort)
    assert not invites(pair, ben), "they have become a mentor"
