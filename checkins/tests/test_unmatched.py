"""The survey for people whom a round has left without a match."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.privacy import erase_person
from applications.submission import withdraw
from checkins import survey_checks
from checkins.answering import answer, own_answers
from checkins.editions import publish
from checkins.models import Answer, CheckIn, Wave
from checkins.result_readers import ResultReader, with_turnout
from checkins.results import publish_waves
from checkins.unmatched_survey import cancel_of_matched, plan_unmatched
from matches.models import Match
from notifications.models import Notification
from notifications.outbox import enqueue
from notifications.testing import deliver_due_emails
from programs.models import Conflict, Membership
from testkit import checkins as make
from testkit import factories

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)
GOOD = {
    "goal_next_step": "3",
    "process_clear": "4",
    "reason_clear": "3",
    "treated_fairly": "5",
    "told_kindly": "4",
    "other_help": "2",
    "meanwhile": "peers news",
    "apply_again": "yes",
}


@pytest.fixture
def survey(program, cleo, surveys):
    """The program's own edition, published before anyone is told."""
    draft = make.draft(program, cleo, "unmatched")
    publish(draft, by=cleo, at=START - 30 * DAY)
    return draft


@pytest.fixture
def waiting(survey, cohort, ben):
    """Ben was told on 5 January that he has no match."""
    return told(factories.application(ben, cohort))


def told(application, at=START, kind="round-unmatched"):
    enqueue(kind, to=application.person, about=application, at=at)
    row = Notification.system.filter(kind=kind, about_id=application.pk)
    row.update(state="sent", sent_at=at, ended_at=at)
    return application


def asked(person):
    return list(CheckIn.objects.of(person).filter(kind="unmatched").values_list("state", flat=True))


def open_survey(waiting):
    make.plan(START + 14 * DAY)
    return CheckIn.objects.with_details().get(kind="unmatched", application=waiting)


# --- who is asked, and when


def test_it_comes_two_weeks_after_the_email_that_says_so_and_once(waiting, ben):
    make.plan(START + 13 * DAY)
    assert asked(ben) == []
    for days in (14, 15, 60):
        make.plan(START + days * DAY)
        assert len(asked(ben)) == 1
    told(waiting, START + 61 * DAY, "round-no-mentee")  # a later round
    make.plan(START + 80 * DAY)
    assert asked(ben) == ["lapsed"]


def test_a_mentor_without_a_mentee_is_asked_too(survey, cohort, ada):
    told(factories.application(ada, cohort, "mentor"), kind="round-no-mentee")
    make.plan(START + 14 * DAY)
    assert asked(ada) == ["open"]


def test_no_one_is_asked_before_the_program_has_its_own_edition(surveys, cohort, ben):
    told(factories.application(ben, cohort))
    make.plan(START + 14 * DAY)
    assert asked(ben) == []


def test_no_one_is_asked_about_what_was_before_the_edition(program, cleo, surveys, cohort, ben):
    publish(make.draft(program, cleo, "unmatched"), by=cleo, at=START + 20 * DAY)
    told(factories.application(ben, cohort))
    make.plan(START + 21 * DAY)
    assert asked(ben) == []


@pytest.mark.parametrize("state", ["pending", "failed", "cancelled"])
def test_no_one_is_asked_whom_the_email_has_not_reached(state, waiting, ben):
    ends = None if state == "pending" else START
    why = "" if state == "pending" else "matched"
    Notification.system.update(state=state, sent_at=None, ended_at=ends, reason=why)
    make.plan(START + 14 * DAY)
    assert asked(ben) == []


def test_someone_on_the_waiting_list_is_asked_once_told_that_it_is_over(survey, cohort, ben):
    told(factories.application(ben, cohort, state="waitlisted"), kind="cohort-over")
    make.plan(START + 14 * DAY)
    assert asked(ben) == ["open"]


@pytest.mark.parametrize("state", ["submitted", "declined", "withdrawn"])
def test_only_people_who_wait_for_a_match_are_asked(state, waiting, ben):
    type(waiting).objects.update(state=state)
    make.plan(START + 14 * DAY)
    assert asked(ben) == []


def matched(waiting, ada):
    mentor = factories.application(ada, waiting.cohort, "mentor")
    Match.objects.create(mentee=waiting, mentor=mentor)


def withdrawn(waiting, ada):
    withdraw(waiting, by=waiting.person)


def erased(waiting, ada):
    erase_person(waiting.person)


@pytest.mark.parametrize("end", [matched, withdrawn, erased])
def test_it_stops_when_they_no_longer_wait(end, waiting, ada, ben):
    open_survey(waiting)
    assert Notification.system.filter(kind="checkin-unmatched", state="pending").exists()
    end(waiting, ada)
    make.plan(START + 15 * DAY)
    assert asked(ben) == ["cancelled"]
    assert not Notification.system.filter(kind="checkin-unmatched", state="pending").exists()
    make.plan(START + 40 * DAY)
    assert asked(ben) == ["cancelled"]


@pytest.mark.parametrize("people", [1, 3])
def test_it_takes_the_same_queries_for_many(people, survey, cohort, django_assert_num_queries):
    for _n in range(people):
        told(factories.application(factories.person(), cohort))
    with django_assert_num_queries(4):
        plan_unmatched(START + 14 * DAY)
        cancel_of_matched(START + 14 * DAY)


# --- answering


def test_it_is_answered_by_link_without_signing_in(waiting, ben, client):
    checkin = make.opened_without_pair(waiting)
    (email,) = [one for one in deliver_due_emails() if "We ask this once." in one.body]
    assert email.to == [ben.email]
    assert "No one reads your answers" in email.body
    assert "partner" not in email.body
    address = next(word for word in email.body.split() if "/go/survey-answer/" in word)
    path = "/" + address.split("/", 3)[3].split("?")[0]
    words = client.get(path).content.decode()
    assert "I know how matches are made." in words
    sent = {**GOOD, "meanwhile": ["peers", "news"]}
    assert "Thank you" in client.post(path, sent).content.decode()
    checkin.refresh_from_db()
    assert own_answers(checkin, ben) == GOOD


def test_the_home_page_leads_to_it_and_it_is_answered_there(waiting, ben, as_user):
    type(waiting).objects.update(waiting_since=timezone.localdate())
    checkin = make.opened_without_pair(waiting)
    client, address = as_user(ben), reverse("checkins:checkin-answer", args=[checkin.public_id])
    home = client.get(reverse("dashboard:home")).content.decode()
    assert address in home
    assert "Tell us how it was for you" in home
    sent = {**GOOD, "meanwhile": ["peers", "news"]}
    assert client.post(address, sent)["Location"] == reverse("dashboard:home")
    checkin.refresh_from_db()
    assert checkin.state == "answered"


@pytest.mark.parametrize("who", ["ada", "dan", "cleo"])
def test_no_one_else_answers_it(who, waiting, request, as_user):
    checkin = make.opened_without_pair(waiting)
    address = reverse("checkins:checkin-answer", args=[checkin.public_id])
    assert as_user(request.getfixturevalue(who)).get(address).status_code == 404


# --- who reads


def test_no_one_in_the_committee_reads_an_answer(waiting, ben, cleo, as_user):
    checkin = make.opened_without_pair(waiting)
    answer(checkin, by=ben, answers=GOOD)
    assert not Answer.objects.for_committee(cleo).exists()
    page = reverse("admin:checkins_checkin_change", args=[checkin.pk])
    assert "No one reads the answers" in as_user(cleo).get(page).content.decode()


def test_a_member_with_a_conflict_does_not_see_that_someone_was_asked(waiting, ben, cleo):
    checkin = make.opened_without_pair(waiting)
    assert checkin in CheckIn.objects.for_committee(cleo)
    Conflict.objects.create(member=cleo, person=ben)
    assert checkin not in CheckIn.objects.for_committee(cleo)


@pytest.fixture
def wave(survey, cohort):
    """Seven mentees answer in January, and one does not; published in March."""
    people = [factories.person() for _n in range(8)]
    for place, person in enumerate(people):
        row = make.opened_without_pair(factories.application(person, cohort), START + 14 * DAY)
        if place < 7:
            given = {**GOOD, "treated_fairly": str(1 + place % 5)}
            answer(row, by=person, answers=given, at=START + 15 * DAY)
    CheckIn.objects.filter(state="open").update(state="lapsed")
    publish_waves(START + 60 * DAY)
    return Wave.objects.get(kind="unmatched"), people


def tables(wave, user):
    row = with_turnout(Wave.objects.for_committee(user), user).get(pk=wave.pk)
    return {one["question"].code: one["rows"] for one in ResultReader.of(row, user).tables()}


def test_a_month_is_pooled_with_its_figures_and_shown(wave, cleo, as_user):
    made, _people = wave
    assert (made.asked, made.answered) == (8, 7)
    rows = tables(made, cleo)["treated_fairly"]
    assert (rows[0]["count"], rows[0]["figure"]["mean"]) == (7, 2.6)
    page = as_user(cleo).get(reverse("admin:checkins_wave_change", args=[made.pk]))
    assert "I was treated fairly." in page.content.decode()
    trend = as_user(cleo).get(reverse("admin:checkins_wave_trend", args=[made.pk]))
    assert "I was treated fairly." in trend.content.decode()


def test_fewer_than_five_are_hidden(survey, cohort, cleo):
    for _n in range(4):
        person = factories.person()
        row = make.opened_without_pair(factories.application(person, cohort), START)
        answer(row, by=person, answers=GOOD, at=START + DAY)
    publish_waves(START + 60 * DAY)
    shown = tables(Wave.objects.get(kind="unmatched"), cleo)
    assert {rows[0]["figure"] is None for rows in shown.values()} == {True}


def test_one_who_was_asked_too_can_not_subtract_their_own_answer(survey, cohort, program):
    people = [factories.person() for _n in range(5)]
    for person in people:
        row = make.opened_without_pair(factories.application(person, cohort), START)
        answer(row, by=person, answers=GOOD, at=START + DAY)
    publish_waves(START + 60 * DAY)
    today = timezone.localdate()
    Membership.objects.create(user=people[0], program=program, role="chair", since=today)
    shown = tables(Wave.objects.get(kind="unmatched"), people[0])
    assert shown["treated_fairly"][0]["figure"] is None


def test_the_turnout_is_hidden_from_who_may_not_see_a_few_of_them(wave, cleo):
    made, people = wave
    Conflict.objects.create(member=cleo, person=people[0])
    assert tables(made, cleo)["treated_fairly"][0]["count"] is None


# --- what can't be


@pytest.mark.parametrize("kind", ["pulse", "unmatched"])
def test_the_database_wants_a_pair_or_an_application_as_the_kind_says(kind, match, ben):
    about = {"match": match} if kind == "unmatched" else {"application": match.mentee}
    with pytest.raises(IntegrityError), transaction.atomic():
        CheckIn.objects.create(kind=kind, person=ben, opens_at=START, ordinal=9, **about)


def test_an_edition_in_which_someone_reads_an_answer_is_not_published(program, cleo, surveys):
    draft = make.draft(program, cleo, "unmatched")
    assert survey_checks.problems(draft) == []
    draft.questions.filter(code="treated_fairly").update(channel="care")
    draft.needs_asked = 1
    draft.save()
    texts = " ".join(problem.text for problem in survey_checks.problems(draft))
    assert "This survey is only counted" in texts
    assert "Ask about none of them here" in texts
