"""Which questions after the end of a pair break what must hold, and which do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checkins.models import AFTER_THE_END, MILESTONES
from dashboard.invariants import asked_too_early_how_it_went, checkins_of_ended_pairs
from matches.models import Match
from testkit import factories
from testkit.checkins import opened, seed_surveys

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
ENDED = {
    Match.State.CLOSED: {
        "closed_at": NOW - timedelta(days=5),
        "closed_kind": Match.Closed.COMPLETED,
    }
}
BEFORE_THE_END = [kind for kind in (*MILESTONES, "pulse") if kind not in AFTER_THE_END]


@pytest.fixture
def asked(cohort):
    """Return a check-in of a pair that ended five days ago, of a kind that is given."""
    seed_surveys()
    match = factories.match(factories.person(), factories.person(), cohort)

    def ask(kind, state):
        Match.objects.filter(pk=match.pk).update(state=state, **ENDED.get(state, {}))
        return opened(match, match.mentee.person, kind, at=NOW)

    return ask


@pytest.mark.parametrize("kind", BEFORE_THE_END)
def test_what_is_about_a_running_pair_is_not_asked_after_its_end(asked, kind):
    checkin = asked(kind, Match.State.CLOSED)
    assert list(checkins_of_ended_pairs(NOW)) == [checkin]
    assert not list(asked_too_early_how_it_went(NOW))


@pytest.mark.parametrize("kind", AFTER_THE_END)
def test_how_it_went_is_asked_after_the_end(asked, kind):
    asked(kind, Match.State.CLOSED)
    assert not list(checkins_of_ended_pairs(NOW))
    assert not list(asked_too_early_how_it_went(NOW))


@pytest.mark.parametrize("kind", AFTER_THE_END)
@pytest.mark.parametrize("state", [Match.State.INTRODUCED, Match.State.ACTIVE, Match.State.CLOSING])
def test_how_it_went_is_not_asked_before_the_end(asked, kind, state):
    assert list(asked_too_early_how_it_went(NOW)) == []
    checkin = asked(kind, state)
    assert list(asked_too_early_how_it_went(NOW)) == [checkin]
