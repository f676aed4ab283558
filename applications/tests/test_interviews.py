"""A scored interview: blind until all have sent, whoever asks, and whatever is set meanwhile."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from access.exceptions import ActionNotAllowed
from applications import interviews, privacy, retention
from applications.interview_texts import anchors_of, questions_of
from applications.models import Application, InterviewScore, ScreeningCheck
from programs.models import Conflict, Membership, Policy
from testkit import factories

OWN = "Why do you want to be a mentor?\nWhat do you do when you disagree?"


def url(name, application):
    return reverse(f"admin:applications_application_{name}", args=[application.pk])


@pytest.fixture
def second(program):
    return factories.member("Kim Osei", program=program, role="matcher")


@pytest.fixture(autouse=True)
def two_scorers(program):
    Policy.objects.update(interview_needed=True, interview_scorers=2)
    type(program).objects.update(interview_questions=OWN)


@pytest.fixture
def candidate(ada, cohort):
    """Ada's application as a mentor, waiting to be read."""
    return factories.application(ada, cohort, "mentor", state="submitted")


def send(application, by, score=3, *, is_passed=True, note="CANARY-NOTE", day=0):
    asked = [(question, score) for question in OWN.splitlines()]
    held_on = timezone.localdate() + timedelta(days=day)
    return interviews.send(
        application, by=by, held_on=held_on, scores=asked, is_passed=is_passed, note=note
    )


def read_by(user, application):
    rows = InterviewScore.objects.visible_to(user).filter(application=application)
    return {row.scorer.name for row in rows}


def results(application):
    rows = ScreeningCheck.system.filter(person=application.person, kind="interview")
    return [row.is_passed for row in rows]


def test_scores_are_blind_until_both_have_sent(candidate, reader, second, cleo):
    send(candidate, reader)
    assert read_by(reader, candidate) == {"Rhea Lind"}
    assert read_by(second, candidate) == read_by(cleo, candidate) == set()
    assert results(candidate) == []
    send(candidate, second)
    for member in (reader, second, cleo):
        assert read_by(member, candidate) == {"Rhea Lind", "Kim Osei"}
    assert results(candidate) == [True]


@pytest.mark.parametrize("answers", [(True, False), (False, True), (False, False)])
def test_who_do_not_both_say_yes_have_not_passed_someone(candidate, reader, second, answers):
    for member, is_passed in zip((reader, second), answers, strict=True):
        send(candidate, member, is_passed=is_passed)
    assert results(candidate) == [False]


@pytest.mark.parametrize("lowered", [0, 1])
def test_no_one_reads_first_scores_by_lowering_the_number_and_raising_it_again(
    candidate, reader, second, cleo, lowered
):
    send(candidate, reader)
    Policy.objects.update(interview_scorers=lowered)
    assert read_by(cleo, candidate) == read_by(second, candidate) == set()
    Policy.objects.update(interview_scorers=2)
    assert read_by(cleo, candidate) == set()
    send(candidate, second)
    assert results(candidate) == [True]


def test_a_second_one_is_not_asked_for_once_the_first_is_read(candidate, reader, second, cleo):
    Policy.objects.update(interview_scorers=1)
    send(candidate, reader)
    Policy.objects.update(interview_scorers=2)
    assert read_by(cleo, candidate) == {"Rhea Lind"}
    with pytest.raises(ActionNotAllowed, match="No scores are needed"):
        send(candidate, second)


def test_no_one_waits_for_a_member_who_left(candidate, reader, second, cleo):
    send(candidate, reader)
    Membership.objects.filter(user=reader).update(until=timezone.localdate())
    assert read_by(reader, candidate) == set()
    send(candidate, second)
    assert read_by(cleo, candidate) == {"Rhea Lind", "Kim Osei"}


def test_a_member_with_a_conflict_scores_and_reads_nothing(as_user, candidate, reader, second):
    Conflict.objects.create(member=second, person=candidate.person)
    send(candidate, reader)
    with pytest.raises(ActionNotAllowed, match="have permission"):
        send(candidate, second)
    assert read_by(second, candidate) == set()
    assert as_user(second).get(url("change", candidate)).status_code == 404


def test_others_score_nothing(candidate, carer, dan, ada):
    for person in (carer, dan, ada, factories.member(program=factories.program())):
        with pytest.raises(ActionNotAllowed, match="have permission"):
            send(candidate, person)
    assert read_by(ada, candidate) == set()


def test_sending_twice_is_once_and_nothing_is_changed_later(candidate, reader, second):
    first = send(candidate, reader)
    assert send(candidate, reader) == first
    with pytest.raises(ActionNotAllowed, match="can't be changed"):
        send(candidate, reader, score=1)
    assert InterviewScore.system.count() == 1


def test_a_third_member_and_a_closed_application_are_refused(candidate, reader, second, cleo):
    for member in (reader, second):
        send(candidate, member)
    with pytest.raises(ActionNotAllowed, match="No scores are needed"):
        send(candidate, cleo)
    InterviewScore.system.all().delete()
    Application.objects.update(state="declined")
    with pytest.raises(ActionNotAllowed, match="No scores are needed"):
        send(candidate, cleo)


def test_a_day_to_come_and_a_score_that_is_none_are_refused(candidate, reader):
    with pytest.raises(ActionNotAllowed, match="today at the latest"):
        send(candidate, reader, day=1)
    with pytest.raises(ActionNotAllowed, match="Score each question"):
        send(candidate, reader, score=5)


def test_a_mentee_and_a_program_without_interviews_are_not_scored(candidate, sent, reader):
    with pytest.raises(ActionNotAllowed, match="No scores are needed"):
        send(sent, reader)
    Policy.objects.update(interview_needed=False)
    with pytest.raises(ActionNotAllowed, match="No scores are needed"):
        send(candidate, reader)


def test_no_one_is_waited_for_once_no_interview_is_held(as_user, candidate, reader, second, cleo):
    waits = "still has to score"
    send(candidate, reader)
    assert waits in as_user(cleo).get(url("change", candidate)).content.decode()
    Policy.objects.update(interview_needed=False)
    with pytest.raises(ActionNotAllowed, match="No scores are needed"):
        send(candidate, second)
    Policy.objects.update(interview_needed=True)
    Application.objects.update(state="declined")
    assert waits not in as_user(cleo).get(url("change", candidate)).content.decode()
    InterviewScore.system.all().delete()
    page = as_user(cleo).get(url("change", candidate))
    assert page.context["has_interview"] is False


def test_members_who_disagree_are_told_what_to_do(as_user, candidate, reader, second, cleo):
    words = "a chair records what comes of it as a check"
    send(candidate, reader)
    assert words not in as_user(cleo).get(url("change", candidate)).content.decode()
    send(candidate, second, is_passed=False)
    assert words in as_user(cleo).get(url("change", candidate)).content.decode()
    InterviewScore.system.update(is_passed=False)
    assert words not in as_user(cleo).get(url("change", candidate)).content.decode()


def filled(**more):
    day = timezone.localdate().isoformat()
    scores = {"interview-score_0": "3", "interview-score_1": "4"}
    return {"interview-held_on": day, "interview-result": "passed", **scores, **more}


def test_the_page_asks_the_questions_and_shows_nothing_of_the_other(
    as_user, candidate, reader, second, cleo
):
    page = as_user(reader).get(url("change", candidate)).content.decode()
    assert "What do you do when you disagree?" in page
    assert "not shown: no example, or one that speaks against it" in page
    assert "2 members still have to score." in page
    send_ = url("interview", candidate)
    first = filled(**{"interview-note": "CANARY-BLIND", "interview-result": "not_passed"})
    page = as_user(reader).post(send_, first, follow=True).content.decode()
    assert "The committee reads them once another member has scored." in page
    assert "CANARY-BLIND" in page
    for member in (second, cleo):
        page = as_user(member).get(url("change", candidate)).content.decode()
        assert "Rhea Lind" in page
        assert "CANARY-BLIND" not in page
        assert "Scores: not passed" not in page
    page = as_user(second).post(send_, filled(), follow=True).content.decode()
    assert "the result is with the checks" in page
    assert "CANARY-BLIND" in page
    page = as_user(cleo).get(url("change", candidate))
    assert page.context["interview_passed"] is False
    assert page.context["interview_form"] is None


def test_a_form_that_lacks_a_score_comes_back_with_what_was_typed(as_user, candidate, reader):
    data = filled(**{"interview-score_1": "", "interview-note": "Typed."})
    page = as_user(reader).post(url("interview", candidate), data).content.decode()
    assert "Score each question." in page
    assert "Typed." in page
    assert not InterviewScore.system.exists()


@pytest.mark.parametrize("n", [1, 2])
def test_the_page_takes_the_same_number_of_queries_for_one_and_two_scores(
    as_user, candidate, reader, second, cleo, django_assert_num_queries, n
):
    for member in (reader, second)[:n]:
        send(candidate, member)
    client = as_user(cleo)
    client.get(url("change", candidate))
    with django_assert_num_queries(44):
        client.get(url("change", candidate))


def test_a_program_has_ours_until_it_writes_its_own(program):
    program = type(program).objects.get(pk=program.pk)
    assert questions_of(program) == OWN.splitlines()
    program.interview_questions, program.interview_anchors = "", "a\nb\nc\nd"
    assert anchors_of(program) == {1: "a", 2: "b", 3: "c", 4: "d"}
    program.interview_anchors = "only one"
    with translation.override("fr"):
        assert questions_of(program)[3] == "Qu'aimeriez-vous apprendre vous-même?"
        assert anchors_of(program)[1] == "aucun exemple, ou un exemple qui montre le contraire"


def test_scores_go_with_the_other_texts_and_with_the_person(candidate, reader, second, ada):
    send(candidate, reader)
    retention.erase_texts(Application.objects.filter(pk=candidate.pk))
    assert not InterviewScore.system.exists()
    send(candidate, reader)
    assert "CANARY" not in str(privacy.export(ada))
    privacy.erase(ada)
    assert not InterviewScore.system.exists()
