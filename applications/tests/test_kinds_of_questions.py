"""Questions of a program that are answered with a number, a day, or yes or no."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.translation import override

from applications.models import QuestionAnswer
from applications.program_questions import answer_rows, refused_changes
from programs.models import ProgramQuestion
from testkit import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def hours(program):
    return ProgramQuestion.objects.create(
        program=program, heading="How many hours a month?", kind="number", least=1, most=1200,
        unit="hours", is_on_form=True, is_required=True,
        translations={"fr": {"heading": "Combien d'heures par mois?", "unit": "heures"}},
    )  # fmt: skip


@pytest.fixture
def first_day(program):
    return ProgramQuestion.objects.create(
        program=program, heading="When did you begin?", kind="date", is_on_form=True
    )


@pytest.fixture
def car(program):
    return ProgramQuestion.objects.create(
        program=program, heading="Do you have a car?", kind="yes_no", is_on_form=True,
        channel="shared",
    )  # fmt: skip


@pytest.fixture
def url(draft):
    return reverse("applications:application-page", args=[draft.public_id, "own-questions"])


def save(client, url, **given):
    seen = client.get(url).context["form"]["fingerprint"].value()
    return client.post(url, {"fingerprint": seen, **given})


def answers(draft):
    rows = QuestionAnswer.system.filter(application=draft)
    return {row.question_id: row.values for row in rows}


def test_answers_are_saved_and_shown_as_the_reader_reads_them(
    as_user, ben, draft, url, hours, first_day, car
):
    client = as_user(ben)
    given = {
        f"question-{hours.pk}": "1100",
        f"question-{first_day.pk}": "2026-03-02",
        f"question-{car.pk}": "no",
    }
    assert save(client, url, **given).status_code == 302
    assert answers(draft) == {hours.pk: ["1100"], first_day.pk: ["2026-03-02"], car.pk: ["no"]}
    with override("en"):
        shown = {row.key: row for row in answer_rows(draft, ben)}
        assert shown["How many hours a month?"].value == ["1,100 hours"]
        assert shown["Do you have a car?"].value == ["No"]
        assert "2026" in shown["When did you begin?"].value[0]
        assert "March" in shown["When did you begin?"].value[0]
        assert not any(row.is_quoted for row in shown.values())
    with override("fr"):
        shown = {row.key: row.value for row in answer_rows(draft, ben)}
        assert shown["Combien d'heures par mois?"][0].endswith(" heures")
        assert shown["Do you have a car?"] == ["Non"]
        assert "mars" in shown["When did you begin?"][0]
    page = client.get(url).content.decode()
    assert 'value="1100"' in page
    assert 'value="2026-03-02"' in page
    # Saved again as it is, nothing is in conflict.
    assert save(client, url, **given).status_code == 302


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("0", "greater than or equal to 1"),
        ("1201", "less than or equal to 1200"),
        ("2.5", "whole number"),
        ("many", "whole number"),
        ("", "Answer this question."),
    ],
)
def test_a_number_out_of_its_range_is_refused(as_user, ben, draft, url, hours, number, said):
    response = save(as_user(ben), url, **{f"question-{hours.pk}": number})
    assert response.status_code == 200
    assert said in response.content.decode()
    assert answers(draft) == {}


@pytest.mark.parametrize("given", ["2026-02-30", "soon"])
def test_a_day_that_does_not_exist_is_refused(as_user, ben, draft, url, first_day, given):
    response = save(as_user(ben), url, **{f"question-{first_day.pk}": given})
    assert response.status_code == 200
    assert answers(draft) == {}


def test_yes_or_no_takes_nothing_else_and_may_stay_open(as_user, ben, draft, url, car):
    client = as_user(ben)
    assert save(client, url, **{f"question-{car.pk}": "perhaps"}).status_code == 200
    assert save(client, url, **{f"question-{car.pk}": "yes"}).status_code == 302
    assert answers(draft) == {car.pk: ["yes"]}
    assert save(client, url, **{f"question-{car.pk}": ""}).status_code == 302
    assert answers(draft) == {}


def test_the_form_says_which_numbers_it_takes(as_user, ben, url, hours):
    client = as_user(ben)
    assert "From 1 to 1200 hours." in client.get(url).content.decode()
    ProgramQuestion.objects.update(least=None)
    assert "At most 1200 hours." in client.get(url).content.decode()
    ProgramQuestion.objects.update(least=2, most=None)
    assert "At least 2 hours." in client.get(url).content.decode()
    ProgramQuestion.objects.update(least=None)
    assert "In hours." in client.get(url).content.decode()


def test_the_unit_of_an_answered_question_stays(ben, draft, hours):
    answer = QuestionAnswer(application=draft, question=hours)
    answer.values = ["3"]
    answer.save()
    changed = ProgramQuestion.objects.get()
    changed.unit, changed.least = "days", 0
    changed.translations = {"fr": {"heading": "Combien d'heures par mois?", "unit": "jours"}}
    assert set(refused_changes(hours, changed)) == {"unit", "unit_fr"}


class TestTheChairsForm:
    ADD = "/admin/programs/programquestion/add/"

    def posted(self, program, **fields):
        return {
            "program": program.pk, "heading": "How far?", "kind": "number", "channel": "committee",
            "asked": "both", "position": 1, "options_text": "", "is_on_form": "on", **fields,
        }  # fmt: skip

    @pytest.fixture
    def client(self, program, as_user):
        return as_user(factories.member(program=program, role="chair"))

    def test_a_number_has_a_range_and_a_unit(self, client, program):
        data = self.posted(program, least="1", most="40", unit="km", unit_fr="km")
        assert client.post(self.ADD, data).status_code == 302
        row = ProgramQuestion.objects.get()
        assert (row.least, row.most, row.unit) == (1, 40, "km")
        assert row.translations == {"fr": {"unit": "km"}}

    def test_it_is_seen_before_it_is_saved(self, client, program):
        data = self.posted(program, least="1", most="40", unit="km", _preview="1")
        shown = client.post(self.ADD, data).content.decode()
        assert "From 1 to 40 km." in shown
        assert "De 1 à 40 km." in shown
        assert not ProgramQuestion.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"least": "5", "most": "5"}, "Enter a number above the smallest one."),
            ({"kind": "date", "unit": "km"}, "Only a question answered with a number has this."),
            ({"kind": "text", "least": "1"}, "Only a question answered with a number has this."),
            ({"kind": "yes_no", "options_text": "Yes"}, "needs no possible answers"),
        ],
    )
    def test_what_does_not_fit_together_is_refused(self, client, program, fields, said):
        assert said in client.post(self.ADD, self.posted(program, **fields)).content.decode()
        assert not ProgramQuestion.objects.exists()


# --- a scale, and marks for matching rounds


@pytest.fixture
def scale(program):
    return ProgramQuestion.objects.create(
        program=program, heading="How much do you like plans?", kind="scale", is_on_form=True,
        options=["Not at all", "Very much"],
        translations={"fr": {"options": ["Pas du tout", "Beaucoup"]}},
    )  # fmt: skip


def test_a_scale_is_asked_with_the_words_of_its_ends(as_user, ben, draft, url, scale):
    client = as_user(ben)
    page = client.get(url).text
    assert '1: <span lang="en">Not at all</span>' in page or "1: Not at all" in page
    assert page.count(f'name="question-{scale.pk}"') == 6  # five steps, and no answer
    client.cookies["django_language"] = "fr"
    assert save(client, url, **{f"question-{scale.pk}": "4"}).status_code == 302
    assert answers(draft) == {scale.pk: ["4"]}
    with override("en"):
        assert [row.value for row in answer_rows(draft, ben)] == [["4 of 5"]]
    with override("fr"):
        assert [row.value for row in answer_rows(draft, ben)] == [["4 sur 5"]]


@pytest.mark.parametrize("wrong", ["0", "6", "very"])
def test_a_scale_takes_its_steps_only(wrong, as_user, ben, draft, url, scale):
    save(as_user(ben), url, **{f"question-{scale.pk}": wrong})
    assert answers(draft) == {}


def test_the_ends_of_a_scale_stay_once_someone_has_answered(draft, scale):
    changed = ProgramQuestion.objects.get(pk=scale.pk)
    changed.options = ["Very much", "Not at all"]
    assert refused_changes(scale, changed) == {}
    QuestionAnswer.objects.create(application=draft, question=scale, values=["4"])
    assert set(refused_changes(scale, changed)) == {"options", "options_fr"}


def form_of(program, **changed):
    from applications.forms.program_questions import ProgramQuestionForm

    data = {
        "program": program.pk, "heading": "About you", "asked": "both", "kind": "scale",
        "channel": "committee", "position": 0, "criterion": "at_least", "criterion_weight": 20,
        "options_text": "Low\nHigh", **changed,
    }  # fmt: skip
    return ProgramQuestionForm(data)


def test_a_question_is_marked_for_matching_rounds(program):
    form = form_of(program)
    assert form.is_valid(), form.errors
    made = form.save()
    assert (made.criterion, made.criterion_weight, made.options) == (
        "at_least", 20, ["Low", "High"],
    )  # fmt: skip


REFUSED = {
    "own words have no order": ({"kind": "text", "options_text": ""}, "criterion"),
    "several answers have no order": ({"kind": "several"}, "criterion"),
    "a day is not compared": (
        {"kind": "date", "options_text": "", "criterion": "same"}, "criterion",
    ),
    "only mentees are asked": ({"asked": "mentee"}, "criterion"),
    "a scale without its ends": ({"options_text": ""}, "options_text"),
    "a scale with three ends": ({"options_text": "Low\nSome\nHigh"}, "options_text"),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSED)
def test_what_can_not_be_compared_is_not_marked(why, program):
    changed, field = REFUSED[why]
    form = form_of(program, **changed)
    assert not form.is_valid()
    assert list(form.errors) == [field]
