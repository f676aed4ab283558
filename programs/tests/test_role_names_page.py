"""The page on which a chair says what the roles are called."""

from __future__ import annotations

import pytest
from django.urls import reverse

from programs.models import Program
from testkit import factories

from .test_role_names import NAMES, OTHERS

pytestmark = pytest.mark.django_db


def typed(names):
    return {
        f"{role}-{language}-{form}": said
        for role, by_language in names.items()
        for language, forms in by_language.items()
        for form, said in forms.items()
    }


def page(client, program, **sent):
    address = reverse("admin:programs_role_names", args=[program.pk])
    return client.post(address, sent) if sent else client.get(address)


def test_the_page_shows_sentences_then_saves(client):
    program = factories.program()
    client.force_login(factories.member(program=program, role="chair"))
    shown = page(client, program).content.decode()
    assert "This is my first time as a mentor" in shown
    tried = page(client, program, **typed(NAMES), preview="1").content.decode()
    assert "This is my first time as an ally" in tried
    assert "Demander plutôt à l&#x27;accompagnateur suivant" in tried
    assert "Two new volunteers can only swap if they have different allies." in tried
    assert Program.objects.get().role_names == {}
    assert page(client, program, **typed(NAMES)).status_code == 302
    assert Program.objects.get().role_names == NAMES
    assert (
        "Nothing has changed."
        in client.post(
            reverse("admin:programs_role_names", args=[program.pk]), typed(NAMES), follow=True
        ).content.decode()
    )


def test_the_page_says_what_does_not_fit(client):
    program = factories.program()
    client.force_login(factories.member(program=program, role="chair"))
    wrong = {**typed(NAMES), "mentor-fr-one": "une accompagnatrice", "mentee-en-one": "friend"}
    shown = page(client, program, **wrong).content.decode()
    assert "The name must be masculine in French" in shown
    assert "Begin with “a” or “an”: a buddy." in shown
    assert Program.objects.get().role_names == {}


def test_a_reader_sees_the_names_and_cannot_change_them(client):
    program = factories.program(role_names=NAMES)
    client.force_login(factories.member(program=program, role="reader"))
    assert "This is my first time as an ally" in page(client, program).content.decode()
    page(client, program, **typed(OTHERS))
    assert Program.objects.get().role_names == NAMES
