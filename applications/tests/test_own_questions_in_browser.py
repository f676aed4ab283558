"""A program's own questions in a real browser: answered on a phone, written and looked at first."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from applications.models import Application, QuestionAnswer
from programs import program_kinds
from programs.models import ProgramQuestion
from testkit.accessibility import broken_rules, listen, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_an_applicant_answers_on_a_phone_without_scripts(open_as, cohort, ben, program):
    program_kinds.start(program, program_kinds.kind_of("volunteers"))
    draft = Application.objects.create(cohort=cohort, person=ben, role="mentee")
    phone = open_as(ben, scripts=False)
    phone.goto(f"/applications/{draft.public_id}/own-questions/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Questions of this program")
    assert too_wide(phone) == []
    phone.get_by_role("button", name="Save and continue").click()
    expect(phone.get_by_text("Answer this question.").first).to_be_visible()
    phone.get_by_label("Emergency").check()
    phone.get_by_label("Weekends").check()
    phone.get_by_role("button", name="Save and continue").click()
    expect(phone.get_by_role("heading", name="Questions of this program")).to_have_count(0)
    answers = QuestionAnswer.system.filter(application=draft).order_by("question__position")
    assert [row.values for row in answers] == [["Emergency"], ["Weekends"]]


def test_a_chair_looks_at_a_question_before_saving_it(open_as, cleo, program):
    page = open_as(cleo, scripts=True)
    said = listen(page)
    page.goto(reverse("admin:programs_programquestion_add"))
    page.get_by_label("Question, as it is asked").fill("Which ward?")
    page.get_by_label("Answered with").select_option("one")
    page.get_by_label("Possible answers (optional):", exact=True).fill("Emergency\nChildren")
    page.get_by_label("Question in French").fill("Dans quel service?")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="Preview, not saved yet")).to_be_visible()
    expect(page.get_by_role("group", name="Dans quel service?")).to_be_visible()
    assert (broken_rules(page), too_wide(page), said) == ([], [], [])
    assert not ProgramQuestion.objects.exists()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Which ward?").first).to_be_visible()
    assert ProgramQuestion.objects.get().translations == {"fr": {"heading": "Dans quel service?"}}


def test_the_kinds_of_program_and_the_copy_of_a_cohort_fit_on_a_phone(open_as, cleo, cohort):
    page = open_as(cleo, scripts=True)
    said = listen(page)
    page.goto(reverse("admin:programs_kinds"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Kinds of program")
    assert (broken_rules(page), too_wide(page), said) == ([], [], [])
    page.goto(reverse("admin:programs_cohort_change", args=[cohort.pk]))
    page.get_by_role("link", name="Copy this cohort for the next run").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Add a cohort")
    expect(page.locator("#id_name")).not_to_have_value("")
    assert (broken_rules(page), too_wide(page), said) == ([], [], [])
