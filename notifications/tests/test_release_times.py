"""When e-mails to many people leave together."""

from datetime import UTC, datetime

from notifications.release_times import (
    Departure,
    departures,
    later_moment,
    leaving_at,
    shared_time,
    times_to_choose,
)
from notifications.sender_policy import SenderPolicy

POLICY = SenderPolicy()  # quiet from 20:00 to 8:00 and on weekends
WEDNESDAY_NOON = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)  # 12:00 in Toronto, 9:00 in Vancouver
TORONTO, VANCOUVER, TOKYO = "America/Toronto", "America/Vancouver", "Asia/Tokyo"


def test_in_the_day_everything_leaves_at_once():
    zones = {TORONTO: 3, VANCOUVER: 1}
    assert shared_time(zones, WEDNESDAY_NOON, POLICY) == WEDNESDAY_NOON
    assert departures(zones, WEDNESDAY_NOON, POLICY) == [Departure(WEDNESDAY_NOON, 4)]


def test_over_the_weekend_it_waits_for_the_last_zone_to_wake_up():
    saturday = datetime(2026, 2, 28, 17, 0, tzinfo=UTC)
    monday_in_vancouver = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    assert shared_time({TORONTO: 3, VANCOUVER: 1}, saturday, POLICY) == monday_in_vancouver


def test_a_sooner_moment_is_offered_with_who_waits():
    morning = datetime(2026, 3, 4, 13, 30, tzinfo=UTC)  # 8:30 in Toronto, 5:30 in Vancouver
    zones = {TORONTO: 3, VANCOUVER: 1}
    together, sooner = times_to_choose(zones, morning, TORONTO, POLICY)
    assert (together, sooner) == (datetime(2026, 3, 4, 16, 0, tzinfo=UTC), morning)
    assert departures(zones, sooner, POLICY) == [Departure(morning, 3), Departure(together, 1)]


def test_no_sooner_moment_where_no_email_would_leave():
    night = datetime(2026, 3, 5, 3, 0, tzinfo=UTC)
    assert times_to_choose({VANCOUVER: 1}, night, TORONTO, POLICY) == [night]
    assert len(times_to_choose({TOKYO: 2}, night, TORONTO, POLICY)) == 1


def test_zones_that_are_never_awake_together_leave_most_of_them_first():
    policy = SenderPolicy(quiet_from_hour=17, quiet_until_hour=9)
    zones = {TORONTO: 3, TOKYO: 1}
    moment = shared_time(zones, datetime(2026, 3, 5, 3, 0, tzinfo=UTC), policy)
    assert moment == datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
    assert leaving_at(zones, moment, policy) == 3


def test_a_day_that_the_clock_changes_has_its_real_hours():
    sunday = datetime(2026, 3, 8, 18, 0, tzinfo=UTC)  # the clock went forward that night
    assert shared_time({TORONTO: 1}, sunday, POLICY) == datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


def test_a_missed_moment_moves_only_if_fewer_would_leave():
    zones, night = {TORONTO: 3}, datetime(2026, 3, 5, 3, 0, tzinfo=UTC)
    assert later_moment(zones, WEDNESDAY_NOON, WEDNESDAY_NOON, POLICY) is None
    morning = datetime(2026, 3, 5, 13, 0, tzinfo=UTC)
    assert later_moment(zones, WEDNESDAY_NOON, night, POLICY) == morning
