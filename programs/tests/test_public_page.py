"""A program's public page says what people get, who decides and when; its poster leads there."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from programs import setup_checklist
from testkit import factories

pytestmark = pytest.mark.django_db

TEXTS = {
    "mentee_benefits": "A year of good questions\n\nA wider network",
    "mentor_benefits": "A fresh look at your work",
    "selection": "Two members read each application.",
    "other_help": "A career service",
    "faq": "What does it cost?\nNothing.\n\nHow long does it take?\nA year.\nOr less.",
}


@pytest.fixture
def open_program(db):
    program = factories.program(is_public=True, **TEXTS)
    factories.cohort(program=program)
    return program


def page_of(client, program, name="program-detail"):
    return client.get(reverse(f"programs:{name}", args=[program.slug]))


def test_the_page_shows_what_the_committee_wrote(client, open_program):
    text = page_of(client, open_program).content.decode()
    for words in (
        "<li>A year of good questions</li>",
        "<li>A wider network</li>",
        "<li>A fresh look at your work</li>",
        "Two members read each application.",
        "<summary>How long does it take?</summary><p>A year.<br>Or less.</p>",
    ):
        assert words in text


def test_the_list_of_programs_is_in_the_language_of_the_reader(client, open_program):
    factories.program(
        is_public=True, purpose="To cook.", translations={"purpose": {"fr": "Cuire."}}
    )
    page = client.get(reverse("programs:welcome"), headers={"accept-language": "fr"})
    assert '<p lang="fr">Cuire.</p>' in page.content.decode()
    assert '<p lang="en">To grow.</p>' in page.content.decode()  # not translated


def test_a_program_without_these_texts_has_no_empty_headings(client):
    program = factories.program(is_public=True)
    text = page_of(client, program).content.decode()
    for heading in ("What mentees get from it", "Who decides, and how", "Questions and answers"):
        assert heading not in text


def test_a_question_needs_an_answer(open_program):
    open_program.faq = "What does it cost?\n\nHow long?\nA year."
    with pytest.raises(ValidationError) as refused:
        open_program.full_clean()
    assert refused.value.message_dict == {
        "faq": ["“What does it cost?” has no answer. Write it on the next line."]
    }


def test_the_poster_leads_to_the_page(client, open_program, settings):
    page = page_of(client, open_program, "poster").content.decode()
    address = reverse("programs:program-detail", args=[open_program.slug])
    assert f"{settings.BASE_URL}{address}" in page
    picture = page_of(client, open_program, "poster-code")
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<?xml")
    assert b"style=" not in picture.content


@pytest.mark.parametrize("name", ["poster", "poster-code"])
def test_a_hidden_program_has_a_poster_for_its_committee_only(name, client, as_user, open_program):
    type(open_program).objects.filter(pk=open_program.pk).update(is_public=False)
    chair = factories.member("Cleo", program=open_program)
    assert page_of(client, open_program, name).status_code == 404
    assert page_of(as_user(factories.person("Dan")), open_program, name).status_code == 404
    assert page_of(as_user(chair), open_program, name).status_code == 200


def test_each_step_leads_to_its_field(as_user, open_program):
    """A link with `#id_…` opens a page that has this field; one to a form opens the form."""
    chair = factories.member("Cleo", program=open_program)
    client = as_user(chair)
    for item in setup_checklist.checklist(open_program):
        address, _hash, field = item.url.partition("#")
        page = client.get(address)
        assert page.status_code == 200, item.url
        if field:
            assert f'id="{field}"' in page.content.decode(), item.url


def test_steps_are_done_only_when_they_are(open_program):
    def done():
        return {str(item.label): item.is_done for item in setup_checklist.checklist(open_program)}

    label = "Say what people get from it"
    assert done()[label]
    open_program.mentor_benefits = " \n"
    assert not done()[label]
    assert done()["Answer the questions that people ask"]
    open_program.faq = "What does it cost?"
    assert not done()["Answer the questions that people ask"]
    assert list(done())[-1] == "Make the page public"


def test_an_address_without_other_help_is_one_step_done(open_program):
    open_program.contact_email, open_program.other_help = "hello@example.org", ""
    done = {str(item.label): item.is_done for item in setup_checklist.checklist(open_program)}
    assert done["Enter a contact address"]
    assert not done["Say what other help there is"]


def test_a_public_program_says_what_else_helps(open_program):
    open_program.other_help = " \n"
    with pytest.raises(ValidationError, match="Enter at least one line"):
        open_program.full_clean()
    open_program.is_public = False
    open_program.full_clean()


def test_an_older_program_without_other_help_names_what_there_is_everywhere(open_program):
    open_program.other_help = ""
    assert open_program.other_help_lines[0].startswith("Your public library")
