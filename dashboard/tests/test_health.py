from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone

from checkins import concerns
from checkins.models import CheckIn
from dashboard import health_dates
from dashboard.health import Health, health_of, in_health, reasons, with_requests
from matches.models import Match
from meetings.models import Meeting, PairContact
from programs.models import Conflict
from testkit import agreements, factories
from testkit import meetings as make_meeting
from workflow.states import move

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
pytestmark = pytest.mark.time_machine(NOW)


@pytest.fixture
def pair(ada, ben, cohort):
    """An active pair that agreed to meet every 30 days, introduced a year ago."""
    match = factories.match(ben, ada, cohort, introduced_at=NOW - timedelta(days=360))
    agreements.signed(match)
    Match.objects.filter(pk=match.pk).update(active_at=NOW - timedelta(days=350))
    return Match.objects.get(pk=match.pk)


def met(match, days_ago, state="held"):
    on = timezone.localdate(NOW) - timedelta(days=days_ago)
    return Meeting.objects.create(
        match=match,
        state=state,
        on=on,
        wall_time=time(12),
        zone="UTC",
        proposed_by=match.mentee.person,
    )


def seen_by(user, match):
    """As the committee sees the pair; `met` makes rows without the verbs that keep the dates."""
    health_dates.keep([match.pk])
    mine = Match.objects.for_committee(user).open()
    row = with_requests(mine, reader=user, at=NOW).get(pk=match.pk)
    row.health = health_of(row, at=NOW)
    return row


@pytest.mark.parametrize(
    ("days_ago", "word"),
    [(20, Health.ON_TRACK), (44, Health.ON_TRACK), (47, Health.DRIFTING), (62, Health.STUCK)],
)
def test_quiet_is_measured_by_the_rhythm_of_the_pair(days_ago, word, pair, cleo):
    met(pair, days_ago)
    assert seen_by(cleo, pair).health == word


def test_a_date_ahead_keeps_a_pair_from_being_stuck(pair, cleo):
    met(pair, 62)
    met(pair, -5, "set")
    assert seen_by(cleo, pair).health == Health.DRIFTING


def test_contact_between_meetings_counts(pair, cleo, ben):
    met(pair, 62)
    PairContact.objects.create(
        match=pair, person=ben, on=timezone.localdate(NOW), at=NOW - timedelta(days=44)
    )
    assert seen_by(cleo, pair).health == Health.ON_TRACK
    PairContact.objects.update(at=NOW - timedelta(days=47))
    assert seen_by(cleo, pair).health == Health.DRIFTING


def test_a_suggested_meeting_is_not_called_the_next_one(pair, cleo):
    met(pair, 62)
    make_meeting.meeting(pair, is_agreed=False)
    row = seen_by(cleo, pair)
    assert row.health == Health.DRIFTING
    assert reasons(row, at=NOW)[-1] == "A meeting is suggested and waits for an answer."


def test_an_unanswered_email_makes_nothing_worse(pair, ben, cleo):
    met(pair, 10)
    CheckIn.objects.create(
        match=pair, person=ben, kind="pulse", state="lapsed", opens_at=NOW - timedelta(days=20)
    )
    assert seen_by(cleo, pair).health == Health.ON_TRACK


def ask_for_help(match):
    concerns.ask_for_help(
        author=match.mentee.person, program=match.program, match=match, text="Help", urgency="soon",
        partner_may_know=False, contact_info="", nonce="n",
    )  # fmt: skip


def test_a_call_for_help_is_seen_by_those_who_look_after_the_pair(pair, cleo, program):
    met(pair, 10)
    ask_for_help(pair)
    reader = factories.member("Rita Vale", program=program, role="reader")
    assert (seen_by(cleo, pair).health, seen_by(reader, pair).health) == (
        Health.ASKED_FOR_HELP,
        Health.ON_TRACK,
    )


def test_ending_comes_before_everything(pair, cleo):
    ask_for_help(pair)
    move(pair, Match.State.CLOSING, by=None)
    assert seen_by(cleo, pair).health == Health.ENDING


def test_an_agreement_that_is_not_signed_makes_a_pair_drift(ada, ben, cohort, cleo):
    match = factories.match(ben, ada, cohort, introduced_at=NOW - timedelta(days=22))
    met(match, 3)
    row = seen_by(cleo, match)
    assert row.health == Health.DRIFTING
    assert reasons(row, at=NOW) == ["Agreement not signed 22 days after the introduction."]


def test_a_rhythm_that_no_one_signed_is_not_called_agreed(cohort, pair, cleo):
    met(pair, 100)
    assert any("they agreed to meet every 30 days" in why for why in whys(cleo, pair))
    two = (factories.person("Ann"), factories.person("Jo"))
    unsigned = factories.match(*two, cohort, introduced_at=NOW - timedelta(days=200))
    met(unsigned, 100)
    assert any("pairs usually meet every" in why for why in whys(cleo, unsigned))
    assert not any("agreed to meet" in why for why in whys(cleo, unsigned))


def whys(user, match):
    return reasons(seen_by(user, match), at=NOW)


def test_a_conflict_hides_the_pair(pair, ada, cleo):
    Conflict.objects.create(member=cleo, person=ada, since=date(2020, 1, 1))
    assert not in_health(Match.objects.for_committee(cleo), "on_track", reader=cleo, at=NOW)


def test_a_closed_pair_has_no_health(pair, cleo):
    move(pair, Match.State.CLOSED, by=None, closed_at=NOW, closed_kind="completed")
    assert not any(
        in_health(Match.objects.for_committee(cleo), word, reader=cleo, at=NOW) for word in Health
    )
