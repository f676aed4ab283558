"""Kinds of program: each sets settings, texts, questions and words at once, in two languages."""

import re

import pytest
from django.urls import reverse
from django.utils.translation import override

from programs import agreement_texts, program_kinds, program_texts, texts_with_defaults
from programs.creation import create_program
from programs.models import (
    DEFAULT_TEXTS,
    SET_UP_TEXTS,
    Experience,
    Policy,
    Program,
    ProgramQuestion,
    Topic,
)
from programs.program_texts import LANGUAGES
from programs.seeds import LISTS

pytestmark = pytest.mark.django_db
ADD = "/admin/programs/program/add/"


def make(kind, language="en"):
    row = Program(name=f"A {kind} program", purpose="To grow.", language=language)
    return create_program(row, template=kind)


@pytest.mark.parametrize("code", LISTS)
class TestEveryKind:
    def test_its_settings_fit_together_and_differ_from_the_defaults(self, code):
        policy = make(code).policy
        policy.full_clean()
        for name, value in program_kinds.kind_of(code).settings.items():
            assert getattr(policy, name) == value
            assert value != Policy._meta.get_field(name).default, name

    def test_its_texts_are_in_each_language_and_are_accepted(self, code):
        program = make(code)
        kind = program_kinds.kind_of(code)
        assert kind.texts
        for name, said in kind.texts.items():
            assert set(said) == set(LANGUAGES), name
            for language, text in said.items():
                assert program_texts.text_of(program, name, language) == text
                program_texts.check_text(program, name, language, text)

    def test_no_number_is_typed_into_its_texts(self, code):
        for said in program_kinds.kind_of(code).texts.values():
            assert not any(re.search(r"\d", text) for text in said.values())

    def test_its_questions_are_asked_in_each_language(self, code):
        program = make(code)
        questions = list(ProgramQuestion.objects.filter(program=program))
        assert questions
        for one in questions:
            one.full_clean()
            for language in LANGUAGES:
                wording = one.wording(language)
                texts = [wording.heading, *(text for _value, text in wording.options)]
                assert {text.lang for text in texts} == {language}
                assert len(wording.options) > 1 or one.kind == "number"

    def test_it_has_words_of_its_own(self, code):
        program = make(code)
        assert Topic.objects.filter(program=program).exists()
        assert Experience.objects.filter(program=program).exists()

    def test_a_french_program_starts_in_french(self, code):
        program = make(code, "fr")
        said = program_kinds.kind_of(code).texts["code_of_conduct"]
        assert program.code_of_conduct == said["fr"]
        assert program.translations["code_of_conduct"] == {"en": said["en"]}
        question = ProgramQuestion.objects.filter(program=program).first()
        assert question.heading == question.wording("fr").heading
        assert question.wording("en").heading.lang == "en"


def test_every_text_of_a_kind_is_one_that_programs_have():
    names = {name for code in LISTS for name in program_kinds.kind_of(code).texts}
    assert names <= {*SET_UP_TEXTS, *DEFAULT_TEXTS}


def test_another_kind_starts_with_our_defaults():
    program = make("")
    assert (program.code_of_conduct, program.translations) == ("", {})
    assert not ProgramQuestion.objects.filter(program=program).exists()
    assert texts_with_defaults.own_texts(program, DEFAULT_TEXTS) == {}


def test_what_a_program_says_already_stays():
    program = create_program(
        Program(name="Own", purpose="p", code_of_conduct="Be kind."), template="hr"
    )
    assert program.code_of_conduct == "Be kind."
    assert "code_of_conduct" not in program.translations


def test_a_chair_starts_a_company_program(as_user, cleo):
    data = {
        "name": "Mill mentoring", "template": "company", "language": "fr",
        "time_zone": "America/Toronto", "contact_email": "hello@example.org",
    }  # fmt: skip
    as_user(cleo).post(ADD, data)
    program = Program.objects.get(name="Mill mentoring")
    assert not program.policy.same_employer_blocked
    assert program.policy.pulse_every_days == 90
    texts = agreement_texts.wordings(program)
    assert "hors de votre" not in texts["fr"]["agreement_promises"]
    assert "not a position or a promotion" in texts["en"]["agreement_promises"]


def test_the_page_of_kinds_says_what_each_starts_with(as_user, cleo, program):
    page = as_user(cleo).get(reverse("admin:programs_kinds")).content.decode()
    for label in LISTS.values():
        assert str(label) in page
    assert "(otherwise 60)" in page
    assert "Which part of the company do you work in?" in page
    with override("fr"):
        french = str(LISTS["company"])
    cleo.language = "fr"
    cleo.save()
    page = as_user(cleo).get(
        reverse("admin:programs_kinds"), headers={"Accept-Language": "fr"}
    ).content.decode()  # fmt: skip
    assert french in page
    assert "Dans quelle partie de l&#x27;entreprise" in page
