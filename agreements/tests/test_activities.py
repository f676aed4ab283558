"""Activities of a pair, and the first weeks of a newcomer."""

from __future__ import annotations

import html
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from agreements import activities
from agreements.models import Activity, FirstDay
from matches import endings, retention
from matches.models import Match
from meetings.models import PairContact
from programs.models import ProgramActivity
from programs.seeds import load_vocabulary
from testkit import agreements as make
from testkit import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(match):
    make.signed(match)
    match.refresh_from_db()
    return match


@pytest.fixture
def entry(pair):
    names = {"en": "Shadow a day", "fr": "Observer"}
    return ProgramActivity.objects.create(program=pair.program, code="shadow", names=names)


@pytest.fixture
def item(pair):
    return ProgramActivity.objects.create(
        program=pair.program, code="ward", kind="place", week=2, names={"en": "The ward"}
    )


def planned(pair):
    rows = activities.activities_of(pair, pair.mentee.person)
    return [row.name for row in rows if row.done_on is None]


def end(pair):
    endings.end(pair, by=pair.mentee.person, kind=Match.Closed.BY_CHOICE)


def test_what_was_agreed_is_on_the_list_once(pair):
    assert planned(pair) == ["Practise a hard conversation", "Read one book together"]
    activities.follow(pair, ["Read one book together"], at=timezone.now())
    assert len(planned(pair)) == 2


def test_either_plans_an_activity_of_the_program_or_their_own(pair, entry, ada, ben):
    for _time in range(2):
        activities.add(pair, by=ada, entry=entry, planned_on=date(2026, 3, 1))
        activities.add(pair, by=ben, text="Visit the archive")
    assert planned(pair)[2:] == ["Shadow a day", "Visit the archive"]


def test_only_what_the_program_offers_today_can_be_planned(pair, entry, item, ben):
    other = ProgramActivity.objects.create(program=factories.program(slug="other"), code="x")
    ProgramActivity.objects.filter(pk=entry.pk).update(retired_on=timezone.localdate())
    for wrong in (other, entry, item):
        with pytest.raises(ActionNotAllowed, match="no longer offers"):
            activities.add(pair, by=ben, entry=wrong)
    with pytest.raises(ActionNotAllowed, match="write your own"):
        activities.add(pair, by=ben)


def test_too_many_at_a_time_are_refused(pair, ben):
    for n in range(activities.MAX_ACTIVITIES - 2):
        activities.add(pair, by=ben, text=f"Activity {n}")
    with pytest.raises(ActionNotAllowed, match="at most 40"):
        activities.add(pair, by=ben, text="One more")


def test_done_together_counts_as_contact_once(pair, ada):
    activity = activities.activities_of(pair, ada)[0]
    yesterday = timezone.localdate() - timedelta(days=1)
    for _time in range(2):
        activities.set_done(activity, yesterday, by=ada, is_together=True)
    (contact,) = PairContact.objects.filter(match=pair)
    assert (contact.person, contact.on) == (ada, yesterday)
    activities.set_done(activity, None, by=ada)
    activities.set_done(activity, None, by=ada)
    assert Activity.system.get(pk=activity.pk).done_on is None


def test_done_alone_is_no_contact_and_tomorrow_is_not_done(pair, ada):
    activity = activities.activities_of(pair, ada)[0]
    with pytest.raises(ActionNotAllowed, match="still to come"):
        activities.set_done(activity, timezone.localdate() + timedelta(days=1), by=ada)
    activities.set_done(activity, timezone.localdate(), by=ada)
    assert not PairContact.objects.exists()


def test_what_is_done_is_not_removed(pair, ben):
    one, two = activities.activities_of(pair, ben)
    activities.set_done(one, timezone.localdate(), by=ben)
    with pytest.raises(ActionNotAllowed, match="done already"):
        activities.remove(one, by=ben)
    for _time in range(2):
        activities.remove(two, by=ben)
    assert planned(pair) == []


def test_the_weeks_count_from_the_first_day(pair, item, ada, ben):
    (line,) = activities.first_weeks(pair, ben)
    assert (line.by, line.done_on) == (None, None)
    today = timezone.localdate()
    activities.set_first_day(pair, today, by=ada)
    activities.set_first_day(pair, today - timedelta(days=7), by=ben)
    (line,) = activities.first_weeks(pair, ben)
    assert line.by == today + timedelta(days=6)
    with pytest.raises(ActionNotAllowed, match="Check the year"):
        activities.set_first_day(pair, today + timedelta(days=500), by=ben)


def test_items_are_ticked_and_unticked_and_retired_ones_stay_for_who_ticked(pair, item, ben):
    for _time in range(2):
        activities.tick_item(pair, item, is_done=True, by=ben)
    ProgramActivity.objects.filter(pk=item.pk).update(retired_on=timezone.localdate())
    (line,) = activities.first_weeks(pair, ben)
    assert line.done_on == timezone.localdate()
    assert "The ward" not in planned(pair)
    for _time in range(2):
        activities.tick_item(pair, item, is_done=False, by=ben)
    assert activities.first_weeks(pair, ben) == []


def test_items_of_another_program_are_refused(pair, ben):
    other = ProgramActivity.objects.create(
        program=factories.program(slug="other"), code="x", kind="rule", week=1
    )
    with pytest.raises(ActionNotAllowed, match="list of your program"):
        activities.tick_item(pair, other, is_done=True, by=ben)


def attempts(pair, entry, item, by):
    activity = Activity.system.filter(match=pair).first()
    activity.match = pair
    today = timezone.localdate()
    return (
        lambda: activities.add(pair, by=by, entry=entry),
        lambda: activities.set_done(activity, today, by=by),
        lambda: activities.remove(activity, by=by),
        lambda: activities.set_first_day(pair, today, by=by),
        lambda: activities.tick_item(pair, item, is_done=True, by=by),
    )


def test_no_one_else_and_nothing_after_the_end(pair, entry, item, ben, cleo, dan):
    for person in (cleo, dan):
        for attempt in attempts(pair, entry, item, person):
            with pytest.raises(ActionNotAllowed, match="two people"):
                attempt()
        assert not Activity.objects.visible_to(person).exists()
    end(pair)
    for attempt in attempts(pair, entry, item, ben):
        with pytest.raises(ActionNotAllowed, match="ended"):
            attempt()


def test_old_words_are_erased_and_dates_stay(pair, ben):
    activity = activities.activities_of(pair, ben)[0]
    activities.set_done(activity, timezone.localdate(), by=ben)
    end(pair)
    for erase in retention.ERASERS:
        erase(Match.objects.filter(pk=pair.pk))
    row = Activity.system.get(pk=activity.pk)
    assert (row.text, row.done_on) == ("", timezone.localdate())


# --- pages


def url(name, *args):
    return reverse(f"agreements:{name}", args=args)


def text_of(response):
    return html.unescape(response.content.decode())


def test_the_page_plans_ticks_and_shows(pair, entry, item, as_user, ada, ben):
    client, address = as_user(ben), url("activity-list", pair.public_id)
    client.post(address, {"entry": entry.pk, "text": ""})
    activity = Activity.system.get(entry=entry)
    done = url("activity-done", activity.public_id)
    assert "counts as contact" in text_of(client.get(done))
    client.post(done, {"done_on": timezone.localdate().isoformat(), "is_together": "on"})
    client.post(url("first-day", pair.public_id), {"on": timezone.localdate().isoformat()})
    tick = url("first-weeks-tick", pair.public_id, item.pk)
    client.post(tick, {"done": "yes"})
    found = text_of(as_user(ada).get(address))
    for words in ("Shadow a day", "together", "The ward", "place to see", 'label="1 of 1 done"'):
        assert words in found
    assert FirstDay.system.get().person == ben
    client.post(tick, {"done": "no"})
    assert 'label="0 of 1 done"' in text_of(client.get(address))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"text": ""}, "Choose an activity, or write your own"),
        ({"text": "x" * 301}, "at most 300"),
        ({"text": "x", "entry": "ENTRY"}, "Choose one of the two"),
    ],
)
def test_the_form_says_what_is_wrong(pair, entry, as_user, ben, data, why):
    data = {name: str(entry.pk) if value == "ENTRY" else value for name, value in data.items()}
    answer = as_user(ben).post(url("activity-list", pair.public_id), data)
    assert why in text_of(answer)


def test_a_wrong_first_day_says_why(pair, item, as_user, ben):
    for day, why in (("", "Enter the first day"), ("2050-01-01", "Check the year")):
        assert why in text_of(as_user(ben).post(url("first-day", pair.public_id), {"on": day}))


def test_the_page_of_an_ended_pair_has_no_buttons(pair, item, as_user, ben):
    end(pair)
    found = text_of(as_user(ben).get(url("activity-list", pair.public_id)))
    assert "Read one book together" in found
    assert "/activity/" not in found
    assert "first-weeks/" not in found


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow(count, pair, item, as_user, ben, django_assert_num_queries):
    for n in range(count):
        row = activities.add(pair, by=ben, text=f"Activity {n}")
        activities.set_done(row, timezone.localdate(), by=ben)
        made = {"program": pair.program, "code": f"i{n}", "kind": "rule", "week": 1}
        activities.tick_item(pair, ProgramActivity.objects.create(**made), is_done=True, by=ben)
    client, address = as_user(ben), url("activity-list", pair.public_id)
    client.get(address)
    with django_assert_num_queries(11):
        client.get(address)


def test_the_starter_list_for_volunteers_has_first_weeks(pair, ben):
    load_vocabulary("volunteers", pair.program)
    load_vocabulary("volunteers", pair.program)
    lines = activities.first_weeks(pair, ben)
    assert {line.entry.kind for line in lines} == {"person", "place", "rule"}
    weeks = [line.entry.week for line in lines]
    assert weeks == sorted(weeks)
    assert len(activities.choices(pair.program)) == 4
    assert all(line.entry.names["fr"] for line in lines)
