"""What keeps a draft from being published, each with the reason that the chair reads."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from checkins.models import Question, Survey
from checkins.survey_checks import problems

pytestmark = pytest.mark.django_db
YES_NO = [["yes", {"en": "Yes", "fr": "Oui"}], ["no", {"en": "No", "fr": "Non"}]]
SCALE = [[str(n), {"en": f"s{n}", "fr": f"s{n}"}] for n in range(1, 6)]


@pytest.fixture
def survey(program):
    return Survey.objects.create(program=program, kind="fit", titles={"en": "Title", "fr": "Titre"})


def add(survey, kind="text", **fields):
    code = f"q{survey.questions.count()}"
    texts = {"en": "Why?", "fr": "Pourquoi?"}
    choices = {"yes_no": YES_NO, "choice": YES_NO, "scale": SCALE, "several": SCALE}.get(kind, [])
    row = {"code": code, "channel": "care", "texts": texts, "choices": choices, **fields}
    row.setdefault("most_chosen", 3 if kind == "several" else 1)
    return Question.objects.create(survey=survey, kind=kind, **row)


def texts(survey):
    return [problem.text for problem in problems(survey)]


@pytest.mark.parametrize("kind", ["text", "yes_no", "choice", "scale", "several"])
def test_a_whole_question_has_no_problem(kind, survey):
    add(survey, kind)
    assert texts(survey) == []


def test_the_default_surveys_have_none(surveys):
    assert [found for row in surveys for found in texts(row)] == []


def test_a_middle_step_needs_no_words(survey):
    add(survey, "scale", choices=[SCALE[0], ["2", {}], SCALE[2]])
    assert texts(survey) == []


MISSING = "The question is missing in French. Write it."
FAULTS = {
    "question": ({"texts": {"en": "Why?"}}, MISSING),
    "blank": (
        {"texts": {"en": "Why?", "fr": "  "}},
        MISSING,
    ),
    "end of a scale": (
        {"kind": "scale", "choices": [["1", {"en": "Low"}], ["2", {}], SCALE[2]]},
        "Step 1 has no words in French. Write them.",
    ),
    "steps": (
        {"kind": "scale", "choices": SCALE[:2]},
        "A scale has 3 to 7 steps. Change their number.",
    ),
    "empty answer": (
        {"kind": "choice", "choices": [YES_NO[0], ["no", {"en": "No", "fr": ""}]]},
        "Answer 2 is empty in French. Write it, or remove it.",
    ),
    "one answer": (
        {"kind": "choice", "choices": YES_NO[:1]},
        "There is 1 answer to choose from; there must be 2 to 8.",
    ),
    "same answer": (
        {"kind": "choice", "choices": [YES_NO[0], ["b", {"en": " yes ", "fr": "Autre"}]]},
        "“yes” is there twice. Change one of the two.",
    ),
    "more ticks than answers": (
        {"kind": "several", "choices": YES_NO, "most_chosen": 3},
        "3 answers can be ticked, but there are only 2. Add answers, or let fewer be ticked.",
    ),
    "unread concern": (
        {"kind": "yes_no", "channel": "pooled", "concern_codes": ["no"]},
        "No one reads single answers to this question, so none can become a concern. Let the "
        "carer read them, or choose no such answer.",
    ),
}


@pytest.mark.parametrize(("fields", "reason"), FAULTS.values(), ids=FAULTS)
def test_a_fault_of_a_question_is_named(fields, reason, survey):
    question = add(survey, **fields)
    (found,) = problems(survey)
    assert (found.text, found.question) == (reason, question)


def test_a_title_is_there_in_each_language(survey):
    add(survey)
    Survey.objects.update(titles={"fr": "Titre"}, intros={"en": "Hello"})
    survey.refresh_from_db()
    assert texts(survey) == [
        "The title is missing in English. Write it.",
        "The introduction is missing in French. Write it, or remove it in every language.",
    ]


def test_each_role_is_asked_something(survey):
    assert texts(survey) == [
        "There is no question for mentees. Add one.",
        "There is no question for mentors. Add one.",
    ]
    add(survey, asked="mentee")
    assert texts(survey) == ["There is no question for mentors. Add one."]


@pytest.mark.parametrize(("kind", "most"), [("fit", 10), ("pulse", 4)])
def test_no_role_is_asked_too_much(kind, most, survey):
    Survey.objects.update(kind=kind)
    survey.refresh_from_db()
    for _n in range(most):
        add(survey)
    assert texts(survey) == []
    add(survey, asked="mentor")
    (reason,) = texts(survey)
    assert reason.startswith(f"Mentors are asked {most + 1} questions; {most} is the most.")


def test_reasons_name_languages_in_the_language_of_the_reader(survey):
    add(survey, texts={"en": "Why?"})
    with override("fr"):
        (reason,) = texts(survey)
    assert "dans cette langue\u00a0: français." in reason
