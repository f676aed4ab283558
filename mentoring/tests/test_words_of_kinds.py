"""People of a program of neighbours or volunteers don't read as if they worked in an office."""

from __future__ import annotations

import re

import pytest
from django.utils.translation import override

from agreements.default_texts import GOAL_EXAMPLES
from applications.forms.needs import SituationPage
from applications.help_choices import HELP_KINDS, JOIN_REASONS
from programs import orientation_texts, program_texts
from programs.creation import create_program
from programs.models import DEFAULT_TEXTS, SET_UP_TEXTS, Program
from programs.role_names.speaking import speaking_for
from testkit import factories

pytestmark = pytest.mark.django_db
WORKPLACE = {
    "en": r"\b(?:compan(?:y|ies)|HR|vacanc\w+|pay|consultants?|clients?|directors?|managers?"
    r"|professional body|in (?:the|this) field|at work right now)\b",
    "fr": r"\b(?:entreprises?|ressources humaines|vacant|salarial\w*|consultants?|clients?"
    r"|direction|gestionnaires|ordre professionnel|de ce domaine|du domaine|au travail en ce)\b",
}
# "You are not a manager" is said to everyone; no one has to pay in a volunteer program.
SAID_TO_ALL = {"module_mentor_role"}
KINDS = pytest.mark.parametrize("code", ["community", "volunteers"])


def found_in(texts, language):
    return [
        f"{name}: {found[0]}"
        for name, text in texts
        if (found := re.search(WORKPLACE[language], str(text)))
    ]


def texts_of(program, language):
    names = {*SET_UP_TEXTS, *DEFAULT_TEXTS} - {"purpose", "audience"} - SAID_TO_ALL
    return [(name, program_texts.text_of(program, name, language)) for name in sorted(names)]


@KINDS
@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_text_of_such_a_program_speaks_of_a_company(code, language):
    program = create_program(Program(name="Near", purpose="To meet."), template=code)
    texts = texts_of(program, language)
    assert len(texts) > 40
    assert found_in(texts, language) == []


@KINDS
@pytest.mark.parametrize("language", ["en", "fr"])
def test_neither_do_the_form_and_the_examples_of_goals(code, language):
    program = create_program(Program(name="Near", purpose="To meet."), template=code)
    application = factories.application(factories.person(), factories.cohort(program=program))
    with override(language), speaking_for(program):
        page = SituationPage(application=application)
        shown = [
            *(field.label for field in page.fields.values()),
            *(text for pair in GOAL_EXAMPLES for text in pair),
            *(label for _code, label in HELP_KINDS + JOIN_REASONS),
        ]
        assert found_in(enumerate(map(str, shown)), language) == []


@KINDS
@pytest.mark.parametrize("role", ["mentee", "mentor"])
def test_each_question_of_the_orientation_has_one_right_answer(code, role):
    program = create_program(Program(name="Near", purpose="To meet."), template=code)
    for language in ("en", "fr"):
        with override(language):
            questions = orientation_texts.orientation_of(program, role).questions
            assert len(questions) >= 3
            assert {question.lang for question in questions} == {language}
            assert all(question.parts.right for question in questions)
