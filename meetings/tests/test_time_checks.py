"""What can be wrong with a time: past, twice, after the end, taken; and changes of the clocks."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from access.exceptions import ActionNotAllowed
from accounts.wall_time import WallTime, to_utc
from meetings import presenters, scheduling, time_checks
from testkit import factories
from testkit import meetings as make

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW)]
TORONTO, PARIS = "America/Toronto", "Europe/Paris"
SKIPPED = WallTime(date(2026, 3, 8), time(2, 30), TORONTO)
TWICE = WallTime(date(2026, 11, 1), time(1, 30), TORONTO)


@pytest.mark.parametrize(
    ("day", "wall_time", "zone", "expected"),
    [
        (*(SKIPPED.on, SKIPPED.wall_time, TORONTO), datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        (*(TWICE.on, TWICE.wall_time, TORONTO), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        (date(2026, 7, 1), time(18), PARIS, datetime(2026, 7, 1, 16, tzinfo=UTC)),
    ],
)
def test_wall_time_becomes_utc(day, wall_time, zone, expected):
    assert to_utc(day, wall_time, zone) == expected


def test_a_change_of_the_clocks_is_recognised():
    usual = WallTime(date(2026, 7, 1), time(18), PARIS)
    found = [(when.is_skipped, when.is_repeated) for when in (SKIPPED, TWICE, usual)]
    assert found == [(True, False), (False, True), (False, False)]


def test_what_was_saved_is_said_with_both_clocks(ada, ben):
    ben.time_zone, ada.time_zone = TORONTO, PARIS
    assert presenters.clock_note(SKIPPED, ben, ada) == (
        "On 8 March 2026 the clocks in Toronto go forward and skip 02:30."
        " We saved the meeting for Sunday 8 March 2026, 03:30 (08:30 for Ada)."
    )
    assert "show 01:30 twice" in presenters.clock_note(TWICE, ben, ada)
    assert presenters.clock_note(WallTime(date(2026, 7, 1), time(18), PARIS), ben, ada) == ""


def test_the_other_clock_names_its_day_where_it_differs(ada, ben):
    ben.time_zone, ada.time_zone = TORONTO, "Pacific/Auckland"
    start = datetime(2026, 7, 1, 20, tzinfo=UTC)
    shown = presenters.show_time(start, ben, ada)
    assert shown == "Wednesday 1 July 2026, 16:00 (Thursday 2 July, 08:00 for Ada)"
    ada.time_zone = "America/New_York"
    assert presenters.show_time(start, ben, ada) == "Wednesday 1 July 2026, 16:00"


def found(match, person, *days, minutes=60, **more):
    times = [make.when(person, day, at=NOW) for day in days]
    rows = time_checks.problems(times, match, by=person, minutes=minutes, at=NOW, **more)
    return {row.index: row.message for row in rows}


def test_free_times_ahead_have_no_problem(match, ben):
    assert found(match, ben, 1, 2, 3) == {}


def test_each_time_names_its_own_problem(match, ben):
    match.ends_on = (NOW + timedelta(days=5)).date()
    messages = found(match, ben, -1, 2, 2, 9)
    assert list(messages) == [0, 2, 3]
    assert "is in the past" in messages[0]
    assert "twice" in messages[2]
    assert "Your time together ends on" in messages[3]


def test_a_pair_that_is_late_may_still_plan_its_last_talk(match, ben):
    match.ends_on = (NOW - timedelta(days=5)).date()
    assert found(match, ben, 3) == {}


@pytest.mark.parametrize(
    ("hours", "minutes", "is_taken"),
    [(-1, 60, False), (-1, 61, True), (0, 60, True), (0.9, 60, True), (1, 60, False)],
)
def test_a_time_is_taken_if_it_overlaps(hours, minutes, is_taken, match, ben):
    make.meeting(match)
    start = make.when(ben).starts_at + timedelta(hours=hours)
    times = [make.when(ben, 0, at=start)]
    rows = time_checks.problems(times, match, by=ben, minutes=minutes, at=NOW)
    assert bool(list(rows)) is is_taken


@pytest.fixture
def other_pair(ada, cohort):
    """Ada is the mentor of Nia too; they meet in a week."""
    other = factories.cohort(program=cohort.program)
    match = factories.match(factories.person("Nia Cole"), ada, other)
    make.meeting(match)
    return match


def test_another_pair_of_mine_is_named_to_me_and_never_to_my_partner(match, other_pair, ada, ben):
    assert "You are meeting Nia Cole" in found(match, ada, 7)[0]
    assert found(match, ben, 7) == {}


def test_accepting_a_time_that_is_taken_names_the_meeting(match, other_pair, ada):
    meeting = make.meeting(match, is_agreed=False)
    with pytest.raises(ActionNotAllowed, match="You are meeting Nia Cole"):
        scheduling.accept(meeting, by=ada)


def test_the_meeting_that_is_moved_is_in_nobody_s_way(match, ben):
    meeting = make.meeting(match)
    assert found(match, ben, 7.02, meeting=meeting) == {}
