"""A meeting is a negotiation until it is set: whose turn it is, what holds, what lapses."""

from datetime import UTC, datetime, timedelta

import pytest

from access.exceptions import ActionNotAllowed
from agreements.models import Agreement
from meetings import scheduling
from meetings.locking import MeetingChanged
from meetings.models import Agenda, Meeting
from meetings.reconcilers import cancel_of_ended_matches, lapse_unanswered
from testkit import meetings as make

State = Meeting.State
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW)]


def facts(meeting):
    meeting.refresh_from_db()
    waits = meeting.awaiting.first_name if meeting.awaiting else None
    return meeting.state, waits, meeting.starts_at, meeting.moves


def times(person, *days):
    return [make.when(person, day, at=NOW) for day in days]


@pytest.fixture
def proposal(match, ben):
    """Ben suggests three times to Ada."""
    return make.meeting(match, is_agreed=False, times=times(ben, 7, 8, 9))


@pytest.fixture
def confirmed(match):
    return make.meeting(match, NOW + timedelta(days=5))


def test_a_proposal_waits_for_the_partner_alone(proposal, ada, ben, dan):
    for person in (ben, dan):
        with pytest.raises(ActionNotAllowed):
            scheduling.accept(proposal, by=person, starts_at=times(ben, 8)[0].starts_at)
    scheduling.accept(proposal, by=ada, starts_at=times(ben, 8)[0].starts_at)
    assert facts(proposal) == (State.SET, None, times(ben, 8)[0].starts_at, 0)
    assert proposal.times.count() == 0


def test_accepting_twice_changes_nothing(proposal, ada, ben):
    chosen = times(ben, 9)[0].starts_at
    scheduling.accept(proposal, by=ada, starts_at=chosen, expected_sequence=0)
    before = facts(proposal), proposal.sequence
    scheduling.accept(proposal, by=ada, starts_at=chosen, expected_sequence=0)
    assert (facts(proposal), proposal.sequence) == before


def test_a_time_that_was_not_suggested_cannot_be_accepted(proposal, ada, ben):
    for start in (None, times(ben, 12)[0].starts_at):
        with pytest.raises(ActionNotAllowed):
            scheduling.accept(proposal, by=ada, starts_at=start)


def test_another_time_turns_the_wait_around(proposal, ada, ben):
    scheduling.suggest_times(proposal, times(ada, 12, 13), by=ada)
    assert facts(proposal)[:2] == (State.PROPOSED, "Ben")
    with pytest.raises(ActionNotAllowed):
        scheduling.accept(proposal, by=ada, starts_at=times(ada, 12)[0].starts_at)
    scheduling.suggest_times(proposal, times(ben, 15), by=ben)
    assert facts(proposal)[:2] == (State.PROPOSED, "Ada")
    scheduling.accept(proposal, by=ada)
    assert facts(proposal) == (State.SET, None, times(ben, 15)[0].starts_at, 0)


def test_who_replaces_their_own_times_still_waits(proposal, ben):
    scheduling.suggest_times(proposal, times(ben, 20), by=ben)
    assert facts(proposal)[:3] == (State.PROPOSED, "Ada", times(ben, 20)[0].starts_at)


def test_suggesting_the_same_times_twice_is_one_suggestion(proposal, ada):
    scheduling.suggest_times(proposal, times(ada, 12), by=ada, expected_sequence=0)
    scheduling.suggest_times(proposal, times(ada, 12), by=ada, expected_sequence=0)
    proposal.refresh_from_db()
    assert proposal.sequence == 1


def test_an_answer_to_times_that_were_replaced_is_refused(proposal, ada, ben):
    seen = proposal.sequence
    scheduling.suggest_times(proposal, times(ben, 20), by=ben)
    for verb in (scheduling.accept, scheduling.cancel):
        with pytest.raises(MeetingChanged):
            verb(proposal, by=ada, expected_sequence=seen)


@pytest.mark.parametrize("who", ["ada", "ben"])
def test_a_confirmed_meeting_keeps_its_date_until_another_is_accepted(who, confirmed, ada, ben):
    mover, other = {"ada": (ada, ben), "ben": (ben, ada)}[who]
    date = confirmed.starts_at
    scheduling.suggest_times(confirmed, times(mover, 9, 10), by=mover)
    assert facts(confirmed) == (State.SET, other.first_name, date, 0)
    with pytest.raises(ActionNotAllowed):
        scheduling.accept(confirmed, by=mover, starts_at=times(mover, 9)[0].starts_at)
    scheduling.accept(confirmed, by=other, starts_at=times(mover, 10)[0].starts_at)
    assert facts(confirmed) == (State.SET, None, times(mover, 10)[0].starts_at, 1)
    assert confirmed.sequence == 2


@pytest.mark.parametrize("who", ["ada", "ben"])
def test_either_may_keep_the_date(who, confirmed, ada, ben):
    date = confirmed.starts_at
    scheduling.suggest_times(confirmed, times(ada, 9), by=ada)
    for _twice in range(2):
        scheduling.keep_date(confirmed, by={"ada": ada, "ben": ben}[who])
    assert facts(confirmed) == (State.SET, None, date, 0)
    assert confirmed.times.count() == 0


def test_a_proposal_has_no_date_to_keep(proposal, ada):
    with pytest.raises(ActionNotAllowed):
        scheduling.keep_date(proposal, by=ada)


def test_what_both_agreed_on_is_moved_at_once(confirmed, ada):
    new = times(ada, 9)
    for _twice in range(2):
        scheduling.suggest_times(confirmed, new, by=ada, is_agreed=True, expected_sequence=0)
    assert facts(confirmed) == (State.SET, None, new[0].starts_at, 1)


def test_moving_to_its_own_time_is_refused(confirmed, ben):
    with pytest.raises(ActionNotAllowed, match="already at this time"):
        scheduling.suggest_times(confirmed, times(ben, 5), by=ben)


@pytest.mark.parametrize("count", [0, 4])
def test_one_to_three_times_are_suggested(count, confirmed, match, ben):
    some = times(ben, *range(10, 10 + count))
    with pytest.raises(ActionNotAllowed):
        scheduling.suggest_times(confirmed, some, by=ben)
    with pytest.raises(ActionNotAllowed):
        make.meeting(match, is_agreed=False, times=some or times(ben, 1, 2, 3, 4))


def test_only_one_time_can_be_agreed_already(match, ben):
    with pytest.raises(ActionNotAllowed):
        make.meeting(match, is_agreed=True, times=times(ben, 1, 2))


def test_cancelling_is_final(proposal, ada, ben):
    for person in (ada, ada, ben):
        scheduling.cancel(proposal, by=person)
    assert facts(proposal)[:2] == (State.CANCELLED, None)
    with pytest.raises(ActionNotAllowed):
        scheduling.suggest_times(proposal, times(ben, 20), by=ben)
    with pytest.raises(ActionNotAllowed):
        scheduling.accept(proposal, by=ada, starts_at=times(ben, 8)[0].starts_at)


def test_what_has_started_is_recorded_and_not_cancelled(match, ben):
    meeting = make.meeting(match, NOW - timedelta(hours=1))
    with pytest.raises(ActionNotAllowed, match="Record"):
        scheduling.cancel(meeting, by=ben)


# --- who, and the end of the match


def test_strangers_change_nothing(proposal, confirmed, match, dan):
    for verb in (
        lambda: make.meeting(match, by=dan),
        lambda: scheduling.suggest_times(proposal, times(dan, 20), by=dan),
        lambda: scheduling.keep_date(confirmed, by=dan),
        lambda: scheduling.cancel(proposal, by=dan),
    ):
        with pytest.raises(ActionNotAllowed):
            verb()


def test_an_ended_match_changes_no_meeting(proposal, confirmed, match, ada, ben, close):
    close(match)
    for verb in (
        lambda: make.meeting(match),
        lambda: scheduling.suggest_times(proposal, times(ben, 20), by=ben),
        lambda: scheduling.accept(proposal, by=ada, starts_at=times(ben, 8)[0].starts_at),
        lambda: scheduling.cancel(proposal, by=ben),
    ):
        with pytest.raises(ActionNotAllowed):
            verb()


def test_the_end_of_a_match_cancels_what_is_ahead(proposal, confirmed, match, close):
    held = make.held(match, NOW - timedelta(days=3))
    close(match)
    for _twice in range(2):
        cancel_of_ended_matches(NOW)
    assert [facts(row)[0] for row in (proposal, confirmed, held)] == [
        State.CANCELLED,
        State.CANCELLED,
        State.HELD,
    ]


def test_the_end_of_a_match_withdraws_other_times_for_a_date_that_has_passed(match, ben, close):
    passed = make.meeting(match, NOW + timedelta(days=1))
    scheduling.suggest_times(passed, times(ben, 20), by=ben)
    close(match)
    cancel_of_ended_matches(NOW + timedelta(days=2))
    assert facts(passed)[:2] == (State.SET, None)
    assert passed.times.count() == 0


@pytest.mark.parametrize("is_agreed", [False, True])
def test_a_match_ends_at_the_second_at_which_the_last_time_begins(match, ben, close, is_agreed):
    """The list of what is ahead and the meeting itself must draw the line at the same second."""
    if is_agreed:
        meeting = make.meeting(match, NOW + timedelta(days=5))
        last = meeting.starts_at
    else:
        meeting = make.meeting(match, is_agreed=False, times=times(ben, 7, 8))
        last = meeting.lapses_at
    close(match)
    assert [meeting in Meeting.objects.ahead(last), meeting.is_ahead(last)] == [False, False]
    cancel_of_ended_matches(last)
    assert facts(meeting)[0] == (State.SET if is_agreed else State.PROPOSED), "it has begun"
    lapse_unanswered(last)
    assert facts(meeting)[:2] == (State.SET if is_agreed else State.LAPSED, None)


# --- the same date twice


def test_the_same_form_sent_twice_is_one_meeting(match, ben):
    first, second = (make.meeting(match, place="Café Nord") for _n in range(2))
    assert first == second
    assert Meeting.objects.count() == 1


@pytest.mark.parametrize("person", ["ada", "ben"])
def test_the_same_date_with_another_agenda_is_refused(person, match, ada, ben):
    make.meeting(match, place="Café Nord")
    with pytest.raises(ActionNotAllowed, match="already have a meeting"):
        make.meeting(match, by={"ada": ada, "ben": ben}[person], place="A link")
    assert Agenda.objects.visible_to(ben).get().place == "Café Nord"


def test_a_time_that_overlaps_an_open_proposal_is_refused(proposal, match, ada, ben):
    near = times(ben, 8)[0].starts_at + timedelta(minutes=30)
    with pytest.raises(ActionNotAllowed, match="already have a meeting"):
        make.meeting(match, near, by=ada)


# --- lapse


def test_a_proposal_lapses_after_its_last_time(proposal, ben):
    lapse_unanswered(NOW + timedelta(days=8, hours=1))
    assert facts(proposal)[:2] == (State.PROPOSED, "Ada")
    for _twice in range(2):
        lapse_unanswered(NOW + timedelta(days=9, minutes=1))
    assert facts(proposal)[:2] == (State.LAPSED, None)
    assert proposal.is_to_record(NOW + timedelta(days=9, minutes=1))
    assert not proposal.is_ahead(NOW + timedelta(days=9, minutes=1))


def test_a_confirmed_meeting_keeps_its_date_when_the_other_time_lapses(confirmed, ada):
    date = confirmed.starts_at
    scheduling.suggest_times(confirmed, times(ada, 3), by=ada)
    lapse_unanswered(NOW + timedelta(days=4))
    assert facts(confirmed) == (State.SET, None, date, 0)


def test_a_time_that_has_passed_is_not_accepted(proposal, ada, ben):
    start = times(ben, 7)[0].starts_at
    with pytest.raises(ActionNotAllowed, match="has passed"):
        scheduling.accept(proposal, by=ada, starts_at=start, at=start)


def test_a_lapsed_proposal_is_suggested_again(proposal, ben):
    later = NOW + timedelta(days=10)
    lapse_unanswered(later)
    scheduling.suggest_times(proposal, times(ben, 12), by=ben, at=later)
    assert facts(proposal)[:2] == (State.PROPOSED, "Ada")


def test_no_agreement_is_asked_for_by_planning(proposal, confirmed):
    assert Agreement.objects.count() == 0
