"""What someone wants after an ending: asked once, reminded once, kept private from the partner."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from access.exceptions import ActionNotAllowed
from matches import endings, follow_ups, reopening
from matches.forms import NextForm
from matches.models import FollowUp
from notifications.models import Notification
from testkit import factories

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture
def carer(program):
    return factories.member("Karin Osei", program=program, role="carer")


@pytest.fixture
def ended(ada, ben, cohort, carer):
    match = factories.match(ben, ada, cohort, carer=carer)
    endings.end(match, by=ben, kind="choice", at=NOW)
    return match


@pytest.fixture
def asked(ended, ben):
    return FollowUp.objects.select_related("closure").get(person=ben)


def reminders():
    return Notification.system.filter(kind="match-next").count()


def test_a_mentee_who_asks_for_another_match_keeps_priority(ended, asked, ben):
    follow_ups.answer(asked, by=ben, wish="again", at=NOW)
    ended.mentee.refresh_from_db()
    assert ended.mentee.waiting_since == NOW.date()


def test_the_carer_can_enter_what_they_were_told(asked, carer, ada, dan):
    follow_ups.answer(asked, by=carer, wish="pause", at=NOW)
    assert (asked.wish, asked.answered_by) == ("pause", carer)
    for other in (ada, dan):
        with pytest.raises(ActionNotAllowed, match="Only the person"):
            follow_ups.answer(asked, by=other, wish="again", at=NOW)


def test_the_answer_can_be_changed(asked, ben):
    follow_ups.answer(asked, by=ben, wish="again", is_rest_skipped=True, at=NOW)
    follow_ups.answer(asked, by=ben, wish="stop", is_rest_skipped=True, at=NOW)
    assert (asked.wish, asked.is_rest_skipped) == ("stop", False)
    assert not FollowUp.objects.asking().exists()


def test_a_reopened_pair_has_nothing_to_answer(ended, asked, ben, carer):
    reopening.reopen(ended, by=carer, at=NOW)
    with pytest.raises(ActionNotAllowed, match="goes on"):
        follow_ups.answer(asked, by=ben, wish="again", at=NOW)


def test_the_partner_never_sees_the_answer(asked, ada, carer):
    assert asked not in FollowUp.objects.visible_to(ada)
    assert asked in FollowUp.objects.visible_to(carer)


def test_going_on_with_fewer_mentees_lowers_the_capacity_once(ada, ben, cohort):
    match = factories.match(ben, ada, cohort)
    type(match.mentor).objects.filter(pk=match.mentor_id).update(capacity=3)
    endings.end(match, by=ben, kind="choice", at=NOW)
    row = FollowUp.objects.select_related("closure").get(person=ada)
    for _time in range(2):
        follow_ups.answer(row, by=ada, wish="fewer", at=NOW)
    match.mentor.refresh_from_db()
    assert match.mentor.capacity == 2


def test_another_answer_gives_the_place_back(ada, ben, cohort):
    match = factories.match(ben, ada, cohort)
    type(match.mentor).objects.filter(pk=match.mentor_id).update(capacity=2)
    endings.end(match, by=ben, kind="choice", at=NOW)
    row = FollowUp.objects.select_related("closure").get(person=ada)
    seen = []
    for wish in ("fewer", "again", "fewer", "stop"):
        follow_ups.answer(row, by=ada, wish=wish, at=NOW)
        match.mentor.refresh_from_db()
        seen.append(match.mentor.capacity)
    assert seen == [1, 2, 1, 2]


def test_the_answer_so_far_can_be_given_again(ada, ben, cohort):
    match = factories.match(ben, ada, cohort)
    type(match.mentor).objects.filter(pk=match.mentor_id).update(capacity=2)
    endings.end(match, by=ben, kind="choice", at=NOW)
    row = FollowUp.objects.select_related("closure").get(person=ada)
    follow_ups.answer(row, by=ada, wish="fewer", at=NOW)
    row.closure.match.mentor.refresh_from_db()
    assert NextForm({"wish": "fewer"}, follow_up=row).is_valid()


def test_one_reminder_after_a_week_however_often_it_runs(ended):
    follow_ups.remind(NOW + timedelta(days=6))
    assert reminders() == 0
    for day in (7, 7, 8, 20, 30):
        follow_ups.remind(NOW + timedelta(days=day))
    assert reminders() == 2


def test_no_reminder_to_someone_who_answered(asked, ben):
    follow_ups.answer(asked, by=ben, wish="stop", at=NOW)
    follow_ups.remind(NOW + WEEK)
    assert reminders() == 1


@pytest.mark.parametrize("size", [1, 3])
def test_reminding_costs_the_same_for_many(ended, cohort, django_assert_num_queries, size):
    for number in range(size - 1):
        match = factories.match(
            factories.person(f"Mentee {number}"), factories.person(f"Mentor {number}"), cohort
        )
        endings.end(match, by=match.people[0], kind="choice", at=NOW)
    follow_ups.remind(NOW + WEEK)
    with django_assert_num_queries(2):
        follow_ups.remind(NOW + WEEK)
