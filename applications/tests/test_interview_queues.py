"""Which interviews wait for a time or a result, in the list and, as the same number, on Today."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications import appointments, interview_queues, interviews
from applications.models import Application, InterviewAppointment, ScreeningCheck
from dashboard.attention import attention_items
from programs.models import Conflict, Policy
from testkit import factories

State = InterviewAppointment.State
LIST = "admin:applications_application_changelist"


@pytest.fixture(autouse=True)
def interviews_are_needed(program):
    Policy.objects.update(interview_needed=True, interview_scorers=1)


@pytest.fixture
def suggested(candidate, reader):
    times = [timezone.now() + timedelta(hours=72)]
    return appointments.suggest(candidate, by=reader, times=times, minutes=30, place="Room 2")


def choose(row):
    appointments.choose(
        row, by=row.application.person, starts_at=row.suggested[0], expected=row.sequence
    )
    return row.suggested[0]


def to_arrange(member, at=None):
    rows = Application.objects.for_committee(member)
    return list(interview_queues.to_arrange(rows, member, at or timezone.now()))


def without_result(member, at):
    return list(interview_queues.without_result(Application.objects.all(), member, at))


# --- to arrange


def test_an_applicant_to_interview_waits_for_times(candidate, reader, cleo):
    assert to_arrange(reader) == to_arrange(cleo) == [candidate]


def test_not_where_no_one_is_interviewed(candidate, reader):
    Policy.objects.update(interview_needed=False)
    assert to_arrange(reader) == []


@pytest.mark.parametrize("state", ["draft", "accepted", "declined", "withdrawn"])
def test_only_who_is_undecided(candidate, reader, state):
    Application.objects.update(state=state)
    assert to_arrange(reader) == []


def test_a_mentee_is_not_interviewed(ben, cohort, reader):
    factories.application(ben, cohort, "mentee", state="submitted")
    assert to_arrange(reader) == []


def test_a_carer_arranges_nothing(candidate, carer):
    assert to_arrange(carer) == []


def test_not_about_someone_near(candidate, reader, ada):
    Conflict.objects.create(member=reader, person=ada)
    assert to_arrange(reader) == []


def test_while_the_applicant_can_answer_it_does_not_wait_for_us(suggested, reader):
    assert to_arrange(reader) == []
    assert to_arrange(reader, timezone.now() + timedelta(days=7)) == [suggested.application]


def test_who_asks_for_another_time_waits_again(suggested, reader):
    appointments.ask_for_other(
        suggested, by=suggested.application.person, wish="Fridays", expected=suggested.sequence
    )
    assert to_arrange(reader) == [suggested.application]


def test_what_was_cancelled_waits_again(suggested, reader):
    appointments.cancel(suggested, by=reader, expected=suggested.sequence)
    assert to_arrange(reader) == [suggested.application]


def test_a_date_is_arranged_also_when_it_is_over(suggested, reader):
    choose(suggested)
    assert to_arrange(reader) == []
    assert to_arrange(reader, timezone.now() + timedelta(days=9)) == []


def test_not_after_a_result(candidate, reader):
    check(candidate, reader)
    assert to_arrange(reader) == []


def test_again_when_an_old_result_no_longer_holds(candidate, reader):
    check(candidate, reader, expires_on=timezone.localdate() - timedelta(days=1))
    assert to_arrange(reader) == [candidate]


def check(application, by, **fields):
    ScreeningCheck.system.create(
        program=application.program,
        person=application.person,
        kind=ScreeningCheck.Kind.INTERVIEW,
        by=by,
        **{"done_on": timezone.localdate() - timedelta(days=400), **fields},
    )


# --- without a result


def test_who_has_held_an_interview_owes_the_result(suggested, reader, cleo):
    starts_at = choose(suggested)
    assert without_result(reader, starts_at - timedelta(minutes=1)) == []
    assert without_result(reader, starts_at) == [suggested.application]
    assert without_result(cleo, starts_at) == []


def test_with_the_scores_nothing_is_owed(suggested, reader):
    starts_at = choose(suggested)
    interviews.send(
        suggested.application, by=reader, held_on=timezone.localdate(),
        scores=[("Why?", 3)], is_passed=True,
    )  # fmt: skip
    assert without_result(reader, starts_at) == []


def test_where_no_one_scores_the_check_is_the_result(suggested, reader):
    Policy.objects.update(interview_scorers=0)
    starts_at = choose(suggested)
    assert without_result(reader, starts_at) == [suggested.application]
    check(suggested.application, reader)
    assert without_result(reader, starts_at) == []


# --- the list and Today


@pytest.mark.parametrize("who", ["reader", "cleo", "carer"])
def test_the_number_on_today_is_the_length_of_its_list(candidate, request, as_user, who):
    member = request.getfixturevalue(who)
    client = as_user(member)
    listed = client.get(reverse(LIST), {"interview": "to-arrange"})
    shown = {row.pk for row in listed.context["cl"].result_list}
    lines = [
        item.count
        for item in attention_items(member, at=timezone.now())
        if item.url.endswith("interview=to-arrange")
    ]
    assert sum(lines) == len(shown) == (0 if who == "carer" else 1)


def test_an_interview_held_is_on_today_of_who_held_it(suggested, reader, cleo, as_user):
    starts_at = choose(suggested)
    InterviewAppointment.system.update(starts_at=timezone.now() - timedelta(hours=1))
    at = starts_at + timedelta(hours=1)
    [line] = [one for one in attention_items(reader, at=at) if one.url.endswith("=mine")]
    assert (line.count, line.text) == (1, "interview that you have held has no result")
    assert not [one for one in attention_items(cleo, at=at) if one.url.endswith("=mine")]
    rows = as_user(reader).get(line.url).context["cl"].result_list
    assert [row.pk for row in rows] == [suggested.application_id]


def test_the_home_page_leads_to_the_times_and_then_shows_the_date(suggested, ada, as_user):
    client = as_user(ada)
    page = client.get(reverse("dashboard:home")).content.decode()
    assert "Choose a time for your interview" in page
    assert "/go/interview-answer/" in page
    choose(suggested)
    page = client.get(reverse("dashboard:home")).content.decode()
    assert "Your interview" in page
    assert "/go/interview-answer/" not in page
