"""The orientation: works, wrong person, wrong state, twice."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override

from access.exceptions import ActionNotAllowed
from applications import orientation
from applications.models import Application, CommitteeNote
from programs.models import TextVersion
from programs.models.orientation_parts import module_problems, question_problems
from programs.orientation_texts import orientation_of
from programs.program_texts import newest_of, save_text
from testkit import factories
from testkit.orientation_answers import right_answers


@pytest.fixture
def mentor(ada, cohort):
    return factories.application(ada, cohort, "mentor", orientation_passed_at=None)


@pytest.fixture
def right(mentor):
    return right_answers(mentor)


def wrong_option(application, code):
    """Return the code of a wrong answer to a question."""
    questions = {one.code: one.parts for one in orientation.orientation_for(application).questions}
    return next(one.code for one in questions[code].options if not one.is_right)


def test_all_right_answers_pass_and_make_the_mentor_ready(as_user, ada, mentor, right):
    assert not Application.objects.ready().filter(pk=mentor.pk).exists()
    response = as_user(ada).post(f"/orientation/{mentor.public_id}/check/", right)
    assert response.url == f"/applications/{mentor.public_id}/sent/"
    assert Application.objects.ready().filter(pk=mentor.pk).exists()


def test_a_wrong_answer_shows_the_reasons_and_may_be_tried_again(as_user, ada, mentor, right):
    client = as_user(ada)
    page = client.post(
        f"/orientation/{mentor.public_id}/check/",
        {**right, "advice": wrong_option(mentor, "advice")},
    ).content.decode()
    assert "Try again" in page
    assert "A good question helps for longer than a good answer" in page
    mentor.refresh_from_db()
    assert mentor.orientation_passed_at is None
    assert client.post(f"/orientation/{mentor.public_id}/check/", right).status_code == 302


def test_passing_twice_keeps_the_first_time(ada, mentor, right):
    orientation.submit_answers(mentor, by=ada, answers=right)
    mentor.refresh_from_db()
    first = mentor.orientation_passed_at
    orientation.submit_answers(mentor, by=ada, answers=right)
    mentor.refresh_from_db()
    assert mentor.orientation_passed_at == first


def test_every_module_can_be_read_and_leads_on(as_user, ada, mentor):
    client = as_user(ada)
    url = client.get(f"/orientation/{mentor.public_id}/").context["modules"][0]["url"]
    for _module in orientation.orientation_for(mentor).modules:
        page = client.get(url)
        assert page.status_code == 200
        url = page.context["next_url"]
    assert url == f"/orientation/{mentor.public_id}/check/"


def test_it_is_for_people_who_were_accepted(as_user, ada, dan, cleo, cohort, mentor, right):
    waiting = factories.application(
        factories.person("Eve Sand"), cohort, "mentor", state="submitted"
    )
    assert as_user(waiting.person).get(f"/orientation/{waiting.public_id}/").status_code == 404
    with pytest.raises(ActionNotAllowed, match="only for people who were accepted"):
        orientation.submit_answers(waiting, by=waiting.person, answers=right)
    for stranger in (dan, cleo):
        assert as_user(stranger).get(f"/orientation/{mentor.public_id}/").status_code == 404
        with pytest.raises(ActionNotAllowed):
            orientation.submit_answers(mentor, by=stranger, answers=right)


def test_mentees_have_their_own_which_they_may_leave(as_user, ben, cohort, mentor):
    mentee = factories.application(ben, cohort)
    assert Application.objects.ready().filter(pk=mentee.pk).exists()
    client = as_user(ben)
    sent = client.get(f"/applications/{mentee.public_id}/sent/").content.decode()
    assert "How to get the most out of mentoring: 4 short parts" in sent
    page = client.get(f"/orientation/{mentee.public_id}/").content.decode()
    assert "Mentee orientation" in page
    for title in ("Take the first step", "Discretion: what stays between you"):
        assert title in page
    assert "What a mentor is, and is not" not in page
    url = f"/orientation/{mentee.public_id}/check/"
    assert (
        "Try again"
        in client.post(
            url, {**right_answers(mentee), "lead": wrong_option(mentee, "lead")}
        ).content.decode()
    )
    assert client.post(url, right_answers(mentee)).status_code == 302
    mentee.refresh_from_db()
    assert mentee.orientation_passed_at is not None


def test_the_committee_records_no_session_of_a_mentee(ben, cohort, cleo):
    with pytest.raises(ActionNotAllowed, match="only for accepted mentors"):
        orientation.mark_attended(factories.application(ben, cohort), by=cleo, reason="Came.")


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


@pytest.mark.parametrize("role", ["mentor", "mentee"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_our_wording_is_as_it_asks_committees_to_write(program, role, language):
    with override(language):
        course = orientation_of(program, role)
    for module in course.modules:
        assert not module_problems(module.text)
        assert "{" not in module.text
    places = set()
    for question in course.questions:
        assert not question_problems(question.source)
        options = question.parts.options
        places.add([option.is_right for option in options].index(True))
    assert places == {0, 1, 2}


class TestOwnTexts:
    MODULE = (
        "Our ward\n\nWash your hands.\n# Rules\n- No <b>gifts</b>\n- A badge\nIn {term_months}."
    )
    QUESTION = "Which hand?\n- Left\n+ Both\nBoth carry germs."

    def test_people_read_and_answer_what_the_program_writes(self, as_user, ada, cleo, mentor):
        save(mentor.program, cleo, "module_mentor_own_1", self.MODULE)
        save(mentor.program, cleo, "check_mentor_own_1", self.QUESTION)
        page = as_user(ada).get(f"/orientation/{mentor.public_id}/own_1/").content.decode()
        assert "<li>No &lt;b&gt;gifts&lt;/b&gt;</li><li>A badge</li>" in squeezed(page)
        assert "<h2>Rules</h2>" in page
        assert "<p>In 12.</p>" in page
        url = f"/orientation/{mentor.public_id}/check/"
        wrong = {**right_answers(mentor), "own_1": wrong_option(mentor, "own_1")}
        assert "Both carry germs." in as_user(ada).post(url, wrong).content.decode()
        assert as_user(ada).post(url, right_answers(mentor)).status_code == 302

    def test_a_part_and_a_question_that_are_emptied_are_left_out(self, as_user, ada, cleo, mentor):
        save(mentor.program, cleo, "module_mentor_asking", "")
        save(mentor.program, cleo, "check_mentor_job", "")
        page = as_user(ada).get(f"/orientation/{mentor.public_id}/").content.decode()
        assert "Ask more than you tell" not in page
        assert "5 questions" in page
        assert as_user(ada).get(f"/orientation/{mentor.public_id}/asking/").status_code == 404
        assert orientation.submit_answers(mentor, by=ada, answers=right_answers(mentor))

    def test_other_programs_keep_our_wording(self, cleo, mentor, program):
        other = factories.program(slug="other", name="Other")
        before = orientation_of(other, "mentor")
        save(program, cleo, "module_mentor_role", self.MODULE)
        assert orientation_of(other, "mentor") == before
        assert orientation_of(program, "mentor").modules[0].title == "Our ward"

    def test_an_answer_to_a_question_that_has_changed_is_asked_again(
        self, as_user, ada, cleo, mentor, right
    ):
        save(mentor.program, cleo, "check_mentor_advice", self.QUESTION)
        page = as_user(ada).post(f"/orientation/{mentor.public_id}/check/", right)
        assert "Choose an answer: Which hand?" in page.content.decode()
        mentor.refresh_from_db()
        assert mentor.orientation_passed_at is None

    @pytest.mark.parametrize(
        ("name", "text", "why"),
        [
            ("module_mentor_own_1", "Only a title", "Write the title on the first line"),
            ("module_mentor_role", "", "This text can't be empty"),
            ("module_mentor_own_1", "Title\nFor {years} years.", "is not a placeholder"),
            ("check_mentor_advice", "", "This text can't be empty"),
            ("check_mentor_own_1", "+ Yes\n- No\nWhy.", "Write the question on the first line"),
            ("check_mentor_own_1", "Yes?\n+ Yes\nWhy.", "at least two different answers"),
            ("check_mentor_own_1", "Yes?\n+ Yes\n- Yes\nWhy.", "at least two different answers"),
            ("check_mentor_own_1", "Yes?\n+ Yes\n+ No\nWhy.", "the one right answer"),
            ("check_mentor_own_1", "Yes?\n- Yes\n- No\nWhy.", "the one right answer"),
            ("check_mentor_own_1", "Yes?\n- Yes\n+ No", "Explain below the answers"),
        ],
    )
    def test_what_can_not_be_read_is_refused(self, cleo, program, name, text, why):
        with pytest.raises(ValidationError, match=why):
            save(program, cleo, name, text)
        assert not TextVersion.objects.exists()

    def test_the_preview_shows_the_reading_time_and_saves_nothing(self, as_user, cleo, program):
        url = reverse("admin:programs_text", args=[program.pk, "module_mentor_own_1", "en"])
        sent = {"text": "Hands\n" + "wash " * 200, "seen": 0, "preview": "Preview"}
        page = as_user(cleo).post(url, sent).content.decode()
        assert "Reading time: 2 minutes" in page
        url = reverse("admin:programs_text", args=[program.pk, "check_mentor_own_1", "en"])
        page = as_user(cleo).post(url, {**sent, "text": self.QUESTION}).content.decode()
        assert "Both <strong>(right)</strong>" in page
        assert not TextVersion.objects.exists()


def save(program, by, name, text, language="en"):
    newest = newest_of(program, name, language)
    return save_text(program, name, language, text, by=by, seen=newest.pk if newest else 0)


def squeezed(page):
    return re.sub(r">\s+<", "><", page)
