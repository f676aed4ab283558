"""How many mentees, and breaks: changed at any time, with the consequences that the page names."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from access.exceptions import ActionNotAllowed
from applications import taking_part
from applications.models import Application
from testkit import factories

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
TODAY = NOW.date()
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW)]


@pytest.fixture
def mentor(ada, cohort):
    return factories.application(ada, cohort, "mentor", capacity=1)


def page(application):
    return reverse("applications:application-part", args=[application.public_id])


def typed(capacity=1, days=None):
    until = "" if days is None else (TODAY + timedelta(days=days)).isoformat()
    return {"capacity": capacity, "break_until": until}


def stored(application):
    application.refresh_from_db()
    return application.capacity, application.break_until


def test_a_mentor_changes_the_number_and_takes_a_break(mentor, as_user, ada):
    answer = as_user(ada).post(page(mentor), typed(3, days=20), follow=True)
    assert stored(mentor) == (3, TODAY + timedelta(days=20))
    text = answer.content.decode()
    assert "You take at most 3 mentees at a time." in text
    assert "You are on a break until" in text
    as_user(ada).post(page(mentor), typed(2))
    assert stored(mentor) == (2, None)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (typed(4), "capacity"),
        (typed(0), "capacity"),
        (typed(1, days=-1), "break_until"),
        (typed(1, days=400), "break_until"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(data, field, mentor, as_user, ada):
    answer = as_user(ada).post(page(mentor), data)
    assert set(answer.context["form"].errors) == {field}
    assert stored(mentor) == (1, None)


def test_a_first_time_mentor_has_a_limit_of_their_own(mentor, as_user, ada):
    Application.objects.update(is_first_time=True)
    answer = as_user(ada).post(page(mentor), typed(2))
    assert "at most 1" in str(answer.context["form"].errors["capacity"])


def test_during_a_break_a_person_is_in_no_round(mentor):
    assert mentor in Application.objects.ready()
    taking_part.change(
        mentor, by=mentor.person, capacity=None, break_until=TODAY + timedelta(days=2)
    )
    for days, is_ready in ((0, False), (2, False), (3, True)):
        on = TODAY + timedelta(days=days)
        assert (mentor in Application.objects.ready(on)) is is_ready
        assert mentor.is_on_break(on) is not is_ready


def test_a_mentee_takes_a_break_and_is_not_asked_for_a_number(ben, cohort, as_user):
    mentee = factories.application(ben, cohort)
    answer = as_user(ben).post(page(mentee), {"break_until": TODAY.isoformat()}, follow=True)
    assert stored(mentee) == (1, TODAY)
    assert "mentee at a time" not in answer.content.decode()


@pytest.mark.parametrize("state", ["draft", "declined", "withdrawn"])
def test_there_is_nothing_to_change_before_sending_and_after_the_end(state, mentor, as_user, ada):
    Application.objects.update(state=state)
    assert as_user(ada).get(page(mentor)).status_code == 302
    with pytest.raises(ActionNotAllowed):
        taking_part.change(mentor, by=ada, capacity=2, break_until=None)


def test_no_one_else_changes_it(mentor, as_user, dan, cleo):
    for person in (dan, cleo):
        assert as_user(person).post(page(mentor), typed(2)).status_code == 404
        with pytest.raises(ActionNotAllowed):
            taking_part.change(mentor, by=person, capacity=2, break_until=None)


def test_the_reviewer_sees_a_break(mentor, as_user, cleo):
    Application.objects.update(break_until=TODAY)
    address = reverse("admin:applications_application_change", args=[mentor.pk])
    assert "On a break until" in as_user(cleo).get(address).content.decode()
