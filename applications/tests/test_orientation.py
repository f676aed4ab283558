"""The orientation: works, wrong person, wrong state, twice."""

import pytest

from access.exceptions import ActionNotAllowed
from applications import orientation
from applications.models import Application, CommitteeNote
from testkit import factories

RIGHT = {question.code: question.right for question in orientation.QUESTIONS}


@pytest.fixture
def mentor(ada, cohort):
    return factories.application(ada, cohort, "mentor", orientation_passed_at=None)


def test_all_right_answers_pass_and_make_the_mentor_ready(as_user, ada, mentor):
    assert not Application.objects.ready().filter(pk=mentor.pk).exists()
    response = as_user(ada).post(f"/orientation/{mentor.public_id}/check/", RIGHT)
    assert response.url == f"/applications/{mentor.public_id}/sent/"
    assert Application.objects.ready().filter(pk=mentor.pk).exists()


def test_a_wrong_answer_shows_the_reasons_and_may_be_tried_again(as_user, ada, mentor):
    client = as_user(ada)
    page = client.post(
        f"/orientation/{mentor.public_id}/check/", {**RIGHT, "advice": "tell"}
    ).content.decode()
    assert "Try again" in page
    assert "A good question helps for longer than a good answer" in page
    mentor.refresh_from_db()
    assert mentor.orientation_passed_at is None
    assert client.post(f"/orientation/{mentor.public_id}/check/", RIGHT).status_code == 302


def test_passing_twice_keeps_the_first_time(ada, mentor):
    orientation.submit_answers(mentor, by=ada, answers=RIGHT)
    mentor.refresh_from_db()
    first = mentor.orientation_passed_at
    orientation.submit_answers(mentor, by=ada, answers=RIGHT)
    mentor.refresh_from_db()
    assert mentor.orientation_passed_at == first


def test_every_module_can_be_read_and_leads_on(as_user, ada, mentor):
    client = as_user(ada)
    url = client.get(f"/orientation/{mentor.public_id}/").context["modules"][0]["url"]
    for _module in orientation.MODULES:
        page = client.get(url)
        assert page.status_code == 200
        url = page.context["next_url"]
    assert url == f"/orientation/{mentor.public_id}/check/"


def test_it_is_for_accepted_mentors_only(as_user, ada, ben, dan, cleo, cohort, mentor):
    mentee = factories.application(ben, cohort)
    waiting = factories.application(
        factories.person("Eve Sand"), cohort, "mentor", state="submitted"
    )
    assert as_user(ben).get(f"/orientation/{mentee.public_id}/").status_code == 404
    assert as_user(waiting.person).get(f"/orientation/{waiting.public_id}/").status_code == 404
    for stranger in (dan, cleo):
        assert as_user(stranger).get(f"/orientation/{mentor.public_id}/").status_code == 404
        with pytest.raises(ActionNotAllowed):
            orientation.submit_answers(mentor, by=stranger, answers=RIGHT)


def test_attendance_needs_a_reason_and_a_role(mentor, cleo, reader, ada):
    with pytest.raises(ActionNotAllowed, match="how this mentor was prepared"):
        orientation.mark_attended(mentor, by=cleo, reason=" ")
    for stranger in (reader, ada):
        with pytest.raises(ActionNotAllowed, match="have permission"):
            orientation.mark_attended(mentor, by=stranger, reason="Came.")
    mentor.refresh_from_db()
    assert mentor.orientation_passed_at is None


def test_attendance_is_recorded_with_its_reason_once(mentor, cleo):
    for _ in range(2):
        orientation.mark_attended(mentor, by=cleo, reason="Came on 3 March.")
    notes = CommitteeNote.objects.visible_to(cleo).filter(application=mentor)
    assert [note.text for note in notes] == ["Orientation recorded as passed: Came on 3 March."]


def test_the_right_answers_are_not_all_in_the_same_position():
    places = {
        [code for code, _text in question.options].index(question.right)
        for question in orientation.QUESTIONS
    }
    assert places == {0, 1, 2}
