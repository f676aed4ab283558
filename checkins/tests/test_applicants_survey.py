"""The baseline that people are asked when they apply."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.privacy import erase_person, export_person
from applications import retention
from applications.models import Application
from applications.submission import withdraw
from checkins import applicants_survey, survey_checks
from checkins.answering import answer, own_answers
from checkins.edition_effects import effects_of
from checkins.editions import publish, retire, start_edition
from checkins.models import Answer, CheckIn, Wave
from checkins.moving import coming_of
from checkins.result_readers import ResultReader, with_turnout
from checkins.results import publish_waves
from matches.models import Match
from notifications.models import Notification
from programs.models import Conflict
from testkit import checkins as make
from testkit import factories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
GOOD = {"goal_clear": "2", "goal_next_step": "3", "expectations": "4"}


@pytest.fixture
def survey(program, cleo, surveys):
    """The program's own edition of the shared baseline, which is asked when people apply."""
    draft = make.draft(program, cleo, "baseline")
    publish(draft, by=cleo, at=timezone.now() - 100 * DAY)
    return draft


def applied(person, cohort, role="mentee", at=None):
    """An application that was sent."""
    columns = {"state": "submitted", "submitted_at": at or timezone.now()}
    return factories.application(person, cohort, role, review_started_at=None, **columns)


@pytest.fixture
def ask(cohort):
    """Return `ask(person, role)`: their application, and what they were asked with it."""

    def asked(person, role="mentee", at=None):
        application = applied(person, cohort, role, at)
        applicants_survey.ask(application, at or timezone.now())
        return application

    return asked


def asked_of(person):
    return list(CheckIn.objects.of(person).filter(kind="baseline").order_by("pk"))


def states(person):
    return [row.state for row in asked_of(person)]


def test_answering_twice_keeps_one_row_of_answers(survey, ask, as_user, ben):
    ask(ben)
    (checkin,) = asked_of(ben)
    address = reverse("checkins:checkin-answer", args=[checkin.public_id])
    for step in ("3", "5"):
        as_user(ben).post(address, {**GOOD, "expectations": step})
    assert own_answers(checkin, ben) == {**GOOD, "expectations": "5"}
    assert Answer.system.filter(checkin__person=ben).count() == 3
    assert states(ben) == ["answered"]


def test_no_program_asks_it_before_it_has_an_edition_that_says_so(surveys, ask, program, cleo, ben):
    ask(ben)
    assert states(ben) == []
    draft = make.draft(program, cleo, "baseline")
    draft.is_asked_when_applying = False
    draft.save()
    publish(draft, by=cleo)
    ask(factories.person("Eli"))
    assert not CheckIn.objects.exists()


def test_a_retired_edition_is_not_asked(survey, ask, cleo, ben):
    retire(survey, by=cleo)
    ask(ben)
    assert states(ben) == []


def test_no_email_asks_it_and_it_closes_without_one(survey, ask, ben):
    ask(ben)
    for days in (0, 3, 7, 15):
        make.plan(timezone.now() + days * DAY)
    assert not Notification.system.filter(kind__startswith="checkin").exists()
    assert states(ben) == ["lapsed"]


@pytest.mark.parametrize("who", ["ada", "dan", "cleo"])
def test_no_one_else_finds_it(who, survey, ask, ben, request, as_user):
    ask(ben)
    (checkin,) = asked_of(ben)
    address = reverse("checkins:checkin-answer", args=[checkin.public_id])
    assert as_user(request.getfixturevalue(who)).get(address).status_code == 404


# --- the committee


@pytest.mark.parametrize("role", ["reader", "matcher", "carer", "chair"])
def test_no_member_sees_what_was_answered_or_whether_anything_was(
    role, survey, ask, program, ben, as_user
):
    member = factories.member(program=program, role=role)
    ask(ben)
    (checkin,) = asked_of(ben)
    answer(checkin, by=ben, answers=GOOD)
    assert not CheckIn.objects.visible_to(member).exists()
    assert not Answer.objects.visible_to(member).exists()
    client = as_user(member)
    page = client.get(reverse("admin:checkins_checkin_change", args=[checkin.pk]))
    assert page.status_code in {302, 404}
    assert ben.name not in client.get("/admin/checkins/checkin/").content.decode()


def test_someone_else_in_the_pair_reads_no_answer(survey, ask, ada, ben):
    mentee, mentor = ask(ben), ask(ada, "mentor")
    answer(asked_of(ben)[0], by=ben, answers=GOOD)
    Match.objects.create(mentee=mentee, mentor=mentor)
    assert not Answer.objects.visible_to(ada).exists()
    assert not CheckIn.objects.visible_to(ada).filter(person=ben).exists()


def published(program, cohort, number, ask):
    """A published wave of `number` people, one of whom did not answer."""
    people = [factories.person() for _n in range(number)]
    at = timezone.now() - 90 * DAY
    for person in people:
        ask(person, at=at)
        (checkin,) = asked_of(person)
        if person is not people[0]:
            answer(checkin, by=person, answers=GOOD, at=at + DAY)
    CheckIn.objects.filter(state="open").update(state="lapsed")
    publish_waves(timezone.now())
    return Wave.objects.get(kind="baseline"), people


def first_row(wave, user):
    row = with_turnout(Wave.objects.for_committee(user), user).get(pk=wave.pk)
    return ResultReader.of(row, user).tables()[0]["rows"][0]


@pytest.mark.parametrize(("number", "shown"), [(7, True), (5, False)])
def test_they_are_pooled_like_other_answers(number, shown, survey, ask, program, cohort, cleo):
    wave, _people = published(program, cohort, number, ask)
    assert (wave.asked, wave.answered) == (number, number - 1)
    assert (first_row(wave, cleo)["figure"] is not None) is shown


def test_how_many_answered_is_hidden_where_most_are_near_the_reader(
    survey, ask, program, cohort, cleo, as_user
):
    """A member who knows of all but four people could count who left it out."""
    wave, people = published(program, cohort, 7, ask)
    mine = factories.application(cleo, cohort, "mentor", capacity=5)
    assert first_row(wave, cleo)["count"] == 6
    for person in people[1:4]:
        Match.objects.create(mentee=Application.objects.get(person=person), mentor=mine)
    assert first_row(wave, cleo)["count"] is None
    trend = as_user(cleo).get(reverse("admin:checkins_wave_trend", args=[wave.pk]))
    assert trend.context["found"].rates[wave.pk][""].answered is None


def test_a_member_with_a_conflict_is_no_exception(survey, ask, program, cohort, cleo):
    wave, people = published(program, cohort, 7, ask)
    Conflict.objects.create(member=cleo, person=people[0])
    assert first_row(wave, cleo)["count"] == 6  # of seven people whom no one sees


# --- asked once


def introduced(mentee, mentor, days_ago=7):
    Application.objects.update(state="accepted")
    mentee.refresh_from_db()
    mentor.refresh_from_db()
    return Match.objects.create(
        mentee=mentee, mentor=mentor, introduced_at=timezone.now() - days_ago * DAY
    )


def in_pair(match):
    rows = CheckIn.objects.filter(match=match, kind="baseline")
    return sorted(rows.values_list("person__name", "state"))


def test_who_answered_when_they_applied_is_not_asked_again(survey, ask, ada, ben):
    mentee, mentor = ask(ben), ask(ada, "mentor")
    answer(asked_of(ben)[0], by=ben, answers=GOOD)
    CheckIn.objects.filter(person=ada).update(state="lapsed")
    match = introduced(mentee, mentor)
    for days in (0, 1, 30):
        make.plan(timezone.now() + days * DAY)
    assert [name for name, _state in in_pair(match)] == [ada.name]
    assert Notification.system.filter(kind="checkin-survey", recipient=ada).exists()
    assert not Notification.system.filter(kind="checkin-survey", recipient=ben).exists()


def test_a_pair_in_which_both_answered_is_not_looked_at_again(
    survey, ask, ada, ben, django_assert_num_queries
):
    mentee, mentor = ask(ben), ask(ada, "mentor")
    for person in (ada, ben):
        answer(asked_of(person)[0], by=person, answers=GOOD)
    match = introduced(mentee, mentor, days_ago=3)
    kinds = {one.kind for one in coming_of(match, timezone.now())}
    assert "baseline" not in kinds
    make.plan(timezone.now() + 7 * DAY)
    assert in_pair(match) == []


def test_one_who_can_still_answer_is_asked_once_that_is_over(survey, ask, ada, ben):
    mentee, mentor = ask(ben), ask(ada, "mentor")
    for person in (ada, ben):
        assert states(person) == ["open"]
    match = introduced(mentee, mentor)
    make.plan(timezone.now())
    assert in_pair(match) == [(ada.name, "scheduled"), (ben.name, "scheduled")]
    answer(asked_of(ben)[0], by=ben, answers=GOOD)
    make.plan(timezone.now() + 15 * DAY)
    assert in_pair(match) == [(ada.name, "open"), (ben.name, "cancelled")]
    assert not Notification.system.filter(kind="checkin-survey", recipient=ben).exists()


def test_a_second_application_takes_the_answers_along(survey, ask, ben):
    first = ask(ben)
    answer(asked_of(ben)[0], by=ben, answers=GOOD)
    withdraw(first, by=ben)
    second = ask(ben)
    (checkin,) = asked_of(ben)
    assert (checkin.application, checkin.state) == (second, "answered")


def test_another_cohort_is_another_start(survey, ask, ben, program):
    ask(ben)
    answer(asked_of(ben)[0], by=ben, answers=GOOD)
    later = applied(ben, factories.cohort(program=program))
    applicants_survey.ask(later, timezone.now())
    assert states(ben) == ["answered", "open"]


# --- the end of an application


def withdrawn(application):
    withdraw(application, by=application.person)


def declined(application):
    Application.objects.filter(pk=application.pk).update(state="declined")


def erased(application):
    erase_person(application.person)


@pytest.mark.parametrize("end", [withdrawn, declined, erased])
def test_it_stops_with_the_application(end, survey, ask, as_user, ben):
    application = ask(ben)
    end(application)
    make.plan(timezone.now())
    assert states(ben) == ["cancelled"]
    if end is not erased:
        sent = reverse("applications:application-sent", args=[application.public_id])
        assert "Answer the questions" not in as_user(ben).get(sent).content.decode()


def test_an_answer_is_exported_and_erased_with_the_person(survey, ask, ben):
    ask(ben)
    answer(asked_of(ben)[0], by=ben, answers=GOOD)
    questions = [row["question"] for row in export_person(ben)["checkins"]["answers"]]
    assert "I know what is expected of me in mentoring." in questions
    erase_person(ben)
    assert not Answer.system.filter(checkin__person=ben).exists()


@pytest.mark.parametrize(("state", "is_left"), [("declined", False), ("accepted", True)])
def test_answers_go_with_a_declined_application_only(state, is_left, survey, ask, ben):
    application = ask(ben)
    answer(asked_of(ben)[0], by=ben, answers=GOOD)
    Application.objects.filter(pk=application.pk).update(state=state)
    retention.erase_texts(Application.objects.filter(pk=application.pk))
    assert Answer.system.filter(checkin__person=ben).exists() is is_left


# --- writing one


def test_every_question_has_to_be_only_counted(program, cleo, surveys):
    draft = make.draft(program, cleo, "baseline")
    assert survey_checks.problems(draft) == []
    draft.questions.filter(code="expectations").update(channel="care")
    draft.needs_asked = 1
    draft.save()
    texts = " ".join(problem.text for problem in survey_checks.problems(draft))
    assert "This survey is only counted" in texts
    assert "Ask about none of them here" in texts
    draft.is_asked_when_applying = False
    draft.save()
    assert survey_checks.problems(draft) == []


def test_the_chair_chooses_when_it_is_asked(program, cleo, surveys, as_user):
    draft = make.draft(program, cleo, "baseline")
    address = reverse("admin:checkins_survey_words", args=[draft.pk])
    client = as_user(cleo)
    assert "right after someone has sent an application" in client.get(address).content.decode()
    words = {"title_en": "Start", "title_fr": "Début", "needs_asked": "0"}
    client.post(address, words)
    draft.refresh_from_db()
    assert draft.is_asked_when_applying is False
    client.post(address, {**words, "is_asked_when_applying": "on"})
    draft.refresh_from_db()
    assert draft.is_asked_when_applying is True
    who = effects_of(draft, program, timezone.now()).who
    assert who[0].startswith("Everyone who sends an application")
    publish(draft, by=cleo)
    page = client.get(reverse("admin:checkins_survey_change", args=[draft.pk])).content.decode()
    assert "On the page after an application was sent, without an e-mail." in page
    assert start_edition(draft, program=program, by=cleo).is_asked_when_applying is True


def test_other_surveys_do_not_offer_it(program, cleo, surveys, as_user):
    draft = make.draft(program, cleo, "pulse")
    page = as_user(cleo).get(reverse("admin:checkins_survey_words", args=[draft.pk]))
    assert "is_asked_when_applying" not in page.content.decode()
    draft.is_asked_when_applying = True
    with pytest.raises(IntegrityError), transaction.atomic():
        draft.save()


def test_applying_costs_the_same_number_of_queries(survey, cohort, django_assert_max_num_queries):
    for _n in range(2):
        application = applied(factories.person(), cohort)
        with django_assert_max_num_queries(12):
            applicants_survey.ask(application, timezone.now())
