"""Times that suit the usual weeks of both: right by both clocks, free, and never sent unasked."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Profile
from accounts.models.people import DAYS, PARTS, SLOTS
from matches.models import Match
from meetings import time_suggestions
from meetings.models import Meeting
from meetings.time_suggestions import usual_times
from testkit import meetings as make

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)  # a Sunday
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW)]


@pytest.fixture
def weeks():
    """`weeks(person, slots, zone)` sets when someone is usually free."""

    def usual(person, slots, zone="UTC"):
        type(person).objects.filter(pk=person.pk).update(time_zone=zone)
        person.time_zone = zone
        Profile.objects.update_or_create(user=person, defaults={"availability": slots})

    return usual


def times(match, person, minutes=60):
    return usual_times(Match.objects.get(pk=match.pk), person, minutes=minutes, at=NOW)


def shown(times):
    return [(when.on.isoformat(), f"{when.wall_time:%H:%M}") for when in times]


def test_the_next_days_of_the_week_on_which_both_are_free(match, ben, ada, weeks):
    weeks(ben, ["tue-evening", "thu-midday", "sat-morning"])
    weeks(ada, ["tue-evening", "thu-midday", "fri-early"])
    assert shown(times(match, ben)) == [
        ("2026-12-01", "17:00"),
        ("2026-12-03", "12:00"),
        ("2026-12-08", "17:00"),
    ]


def test_each_is_in_the_usual_times_by_their_own_clock(match, ben, ada, weeks):
    weeks(ben, ["tue-morning"], "America/Toronto")
    weeks(ada, ["tue-afternoon", "tue-evening"], "Europe/Paris")
    first = times(match, ada)[0]
    assert shown([first]) == [("2026-12-01", "15:00")]
    assert first.starts_at.astimezone(ZoneInfo("America/Toronto")).hour == 9


def test_a_meeting_has_room_in_the_time_of_both(match, ben, ada, weeks):
    weeks(ben, ["wed-midday"])
    weeks(ada, ["wed-midday"])
    assert len(times(match, ben, 120)) == 3
    assert times(match, ben, 150) == []


def test_a_time_that_is_taken_is_left_out(match, ben, ada, weeks):
    weeks(ben, ["wed-midday"])
    weeks(ada, ["wed-midday"])
    make.meeting(match, datetime(2026, 12, 2, 12, tzinfo=UTC))
    assert shown(times(match, ben))[0] == ("2026-12-02", "13:00")


@pytest.mark.parametrize("free", [("mon-early", ""), ("", "mon-early"), ("", "")])
def test_without_the_week_of_one_nothing_is_suggested(match, ben, ada, weeks, free):
    for person, slot in zip((ben, ada), free, strict=True):
        weeks(person, [slot] if slot else [])
    assert times(match, ben) == []


def test_without_a_profile_nothing_is_suggested(match, ben, ada, weeks):
    weeks(ben, ["mon-early"])
    Profile.objects.filter(user=ada).delete()
    assert times(match, ben) == []


zones = st.sampled_from(["UTC", "America/Toronto", "Asia/Kathmandu", "Australia/Lord_Howe"])
some_slots = st.sets(st.sampled_from(SLOTS), max_size=12)


@given(some_slots, some_slots, zones, zones, st.integers(5, 240), st.integers(0, 366))
def test_whatever_is_suggested_suits_both(mine, theirs, zone, other, minutes, day):
    """Without the database: the weeks are given."""
    at = datetime(2026, 1, 1, 7, 30, tzinfo=UTC) + timedelta(days=day)
    weeks = [(frozenset(mine), ZoneInfo(zone)), (frozenset(theirs), ZoneInfo(other))]
    for when in time_suggestions.in_both_weeks(*weeks, minutes=minutes, at=at):
        assert timedelta(days=1) < when.starts_at - at < timedelta(days=24)
        for slots, clock in weeks:
            for minute in {*range(0, minutes, 30), minutes - 1}:
                local = (when.starts_at + timedelta(minutes=minute)).astimezone(clock)
                day_slots = [one for one in slots if one.startswith(DAYS[local.weekday()])]
                hours = [PARTS[one.split("-")[1]] for one in day_slots]
                assert any(first <= local.hour < last for first, last in hours)


def test_the_page_fills_them_in_only_when_asked(match, as_user, ben, ada, weeks):
    weeks(ben, ["tue-evening", "thu-midday", "sat-morning"])
    weeks(ada, ["tue-evening", "thu-midday", "sat-morning"])
    url = reverse("meetings:meeting-create", args=[match.public_id])
    client = as_user(ben)
    page = client.get(url)
    assert "When you and Ada are usually free" in page.content.decode()
    assert "on" not in page.context["form"].initial
    filled = client.get(url, {"fill-in": "yes"})
    form = filled.context["form"]
    assert [form[name].value() is not None for name in ("on", "on_2", "on_3")] == [True] * 3
    assert "nothing is sent yet" in filled.content.decode()
    assert Meeting.objects.count() == 0
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    client.post(url, {**data, "mode": "video"})
    assert Meeting.objects.get().times.count() == 3


def test_the_page_to_move_offers_them_too(match, as_user, ben, ada, weeks):
    weeks(ben, ["tue-evening"])
    weeks(ada, ["tue-evening"])
    meeting = make.meeting(match)
    url = reverse("meetings:meeting-move", args=[meeting.public_id])
    assert "usually free" in as_user(ada).get(url).content.decode()
    assert as_user(ada).get(url, {"fill-in": "yes"}).context["form"].initial["on"]


# --- the next date, asked where a meeting is recorded


def log(client, meeting, **data):
    url = reverse("meetings:meeting-log", args=[meeting.public_id])
    return client.post(url, {"outcome": "held", "minutes": "60", **data}, follow=True)


@pytest.fixture
def past(match):
    return make.meeting(match, NOW - timedelta(hours=3), place="Café Nord")


def in_days(number):
    return (NOW + timedelta(days=number)).date().isoformat()


@pytest.mark.parametrize(("agreed", "state"), [("yes", "set"), ("no", "proposed")])
def test_the_next_meeting_is_planned_with_the_record(match, as_user, ben, past, agreed, state):
    data = {"next_on": in_days(9), "next_wall_time": "18:00", "next_is_agreed": agreed}
    for _twice in range(2):
        log(as_user(ben), past, **data)
    after = Meeting.objects.exclude(pk=past.pk).get()
    assert (after.state, after.minutes, after.mode) == (state, past.minutes, past.mode)
    past.refresh_from_db()
    assert past.state == "held"


def test_of_a_meeting_that_was_moved_it_is_the_new_date(match, as_user, ben, past):
    log(as_user(ben), past, outcome="moved", next_on=in_days(3), next_wall_time="18:00")
    past.refresh_from_db()
    assert (past.state, past.moves) == ("set", 1)
    assert past.on.isoformat() == in_days(3)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"next_on": "2020-01-01", "next_wall_time": "18:00"}, "next_on"),
        ({"next_on": in_days(9)}, "next_wall_time"),
        ({"next_wall_time": "18:00"}, "next_on"),
        ({"next_on": "soon", "next_wall_time": "18:00"}, "next_on"),
        ({"next_on": "9999-12-31", "next_wall_time": "23:59"}, "next_on"),
        (
            {"next_on": in_days(9), "next_wall_time": "18:00", "next_is_agreed": "x"},
            "next_is_agreed",
        ),
    ],
)
def test_what_is_wrong_with_the_next_date_is_said_and_nothing_is_saved(
    match, as_user, ben, past, data, field
):
    answer = log(as_user(ben), past, **data)
    assert set(answer.context["form"].errors) == {field}
    past.refresh_from_db()
    assert (past.state, Meeting.objects.count()) == ("set", 1)


def test_with_a_date_ahead_it_is_not_asked(match, as_user, ben, past):
    make.meeting(match)
    url = reverse("meetings:meeting-log", args=[past.public_id])
    assert "next_on" not in as_user(ben).get(url).context["form"].fields
