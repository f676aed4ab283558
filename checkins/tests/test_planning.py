from datetime import timedelta

import pytest

from checkins.answering import answer
from checkins.models import CheckIn
from checkins.tests.conftest import START, run_program
from notifications.models import Notification
from testkit import checkins as make
from testkit import meetings as make_meeting

pytestmark = pytest.mark.django_db
State = CheckIn.State


def days(n):
    return START + timedelta(days=n)


def plan_of(person):
    rows = CheckIn.objects.of(person).order_by("kind", "ordinal")
    return [(row.kind, row.ordinal, (row.opens_at - START).days, row.state) for row in rows]


def asked(emails, person, word):
    return [
        email.subject for email in emails if email.to == [person.email] and word in email.subject
    ]


def days_with_email(through, person, word):
    """The days among `through` on which `person` gets an e-mail with `word` in its subject."""
    return [day for day in through if asked(run_program(days(day)), person, word)]


def test_both_people_get_a_plan_up_to_the_next_of_each_kind(match, ada, ben):
    make.plan(START)
    assert plan_of(ben) == [("fit", 1, 45, "scheduled"), ("pulse", 1, 30, "scheduled")]
    assert plan_of(ada) == plan_of(ben)


def test_planning_twice_counts_the_same_rows(match):
    for at in (START, days(31), days(31), days(46), days(46)):
        make.plan(at)
    rows = CheckIn.objects.count(), Notification.system.count()
    make.plan(days(46))
    assert (CheckIn.objects.count(), Notification.system.count()) == rows


def test_pulse_is_asked_on_day_30_then_every_60_with_two_reminders(match, ben):
    through = [29, 30, 31, 32, 33, 34, 36, 37, 38, 43, 44, 60, 89, 90, 91, 93, 97, 98, 104]
    assert days_with_email(through, ben, "How is mentoring going") == [30, 33, 37, 90, 93, 97]
    pulses = [row for row in plan_of(ben) if row[0] == "pulse"]
    assert pulses == [
        ("pulse", 1, 30, "lapsed"),
        ("pulse", 2, 90, "lapsed"),
        ("pulse", 3, 150, "scheduled"),
    ]


def test_an_answer_ends_the_reminders(match, ben):
    run_program(days(30))
    checkin = CheckIn.objects.awaiting(ben, days(30)).get()
    answer(checkin, by=ben, answers={"useful": "4", "rhythm": "as_planned"}, at=days(31))
    assert days_with_email([31, 33, 37, 44], ben, "How is mentoring going") == []


def test_the_second_meeting_brings_the_fit_check_forward(match, ben):
    make.plan(START)
    make_meeting.held(match, days(7))
    make.plan(days(10))
    assert ("fit", 1, 45, "scheduled") in plan_of(ben)
    make_meeting.held(match, days(12))
    make.plan(days(13))
    assert ("fit", 1, 12, "open") in plan_of(ben)


def test_after_a_long_stop_the_plan_catches_up_without_asking_twice(match, ben):
    make.plan(START)
    emails = run_program(days(95))
    assert len(asked(emails, ben, "How is mentoring going")) == 1
    assert len(asked(emails, ben, "good fit")) == 1
    states = {(kind, ordinal): state for kind, ordinal, _day, state in plan_of(ben)}
    assert states == {
        ("fit", 1): "open",
        ("pulse", 1): "lapsed",
        ("pulse", 2): "open",
        ("pulse", 3): "scheduled",
    }


def test_a_late_check_in_stays_open_for_the_full_time(match, ben):
    run_program(days(40))
    checkin = CheckIn.objects.awaiting(ben, days(40)).get()
    assert checkin.closes_at == days(54)
    assert list(CheckIn.objects.awaiting(ben, days(53))) == [checkin]
    assert not CheckIn.objects.awaiting(ben, days(54)).exists(), "before the sweep that closes it"


def test_the_end_of_a_match_cancels_what_is_planned_or_open(match, ben):
    run_program(days(30))
    type(match).objects.update(state="closed", closed_at=days(31), closed_kind="choice")
    assert asked(run_program(days(33)), ben, "How is mentoring") == []
    assert {row.state for row in CheckIn.objects.all()} == {State.CANCELLED}


def test_the_programs_policy_decides_the_days(match, ben, program):
    program.policy.pulse_first_days, program.policy.fit_check_days = 10, 20
    program.policy.save()
    make.plan(START)
    assert plan_of(ben) == [("fit", 1, 20, "scheduled"), ("pulse", 1, 10, "scheduled")]


@pytest.mark.parametrize("pairs", [1, 3])
def test_planning_again_asks_as_often_for_three_pairs_as_for_one(
    pairs, match, cohort, django_assert_max_num_queries
):
    from testkit import factories

    for _n in range(pairs - 1):
        factories.match(factories.person(), factories.person(), cohort, introduced_at=START)
    make.plan(START)
    with django_assert_max_num_queries(23):
        make.plan(START)
