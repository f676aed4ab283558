"""Editing the texts of the agreement: placeholders, required texts, languages, the preview."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from access.exceptions import ActionNotAllowed
from programs import agreement_texts, program_texts, texts_with_defaults
from programs.models import AGREEMENT_TEXTS, TextVersion
from programs.program_texts import TextChanged, save_text
from testkit import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
REQUIRED = [name for name, kind in AGREEMENT_TEXTS.items() if kind.is_required]
INTRODUCTION = "Between {mentee} and {mentor}, in {program}."


@pytest.fixture
def program(db):
    return factories.program(language="en", name="Bridge")


@pytest.fixture
def kim(program):
    return factories.member("Kim Osei", program=program, role="chair")


def seen(program, name, language="en"):
    found = program_texts.newest_of(program, name, language)
    return found.pk if found else 0


def save(program, kim, name, text, language="en"):
    return save_text(program, name, language, text, by=kim, seen=seen(program, name, language))


def text(program, name, language="en"):
    return agreement_texts.wordings(program)[language][name]


def page(program, name, language="en"):
    return reverse("admin:programs_text", args=[program.pk, name, language])


def shown(response):
    return " ".join(response.content.decode().split())


def test_the_products_wording_counts_in_every_language_until_there_is_another(program, kim):
    assert "danger" in text(program, "agreement_limits")
    assert text(program, "agreement_limits", "fr").lang == "fr"
    assert save(program, kim, "agreement_limits", "Safety first.")
    assert text(program, "agreement_limits") == "Safety first."
    assert text(program, "agreement_limits", "fr").lang == "en", "never two different texts"
    assert save(program, kim, "agreement_limits", "La sécurité d'abord.", "fr")
    assert text(program, "agreement_limits", "fr") == "La sécurité d'abord."


@pytest.mark.parametrize("name", REQUIRED)
def test_a_required_text_cannot_be_emptied(name, program, kim):
    with pytest.raises(ValidationError, match="can't be empty"):
        save(program, kim, name, " \n ")
    default = texts_with_defaults.default_of(name, "fr", program)
    assert save(program, kim, name, f"{default} Oui.", "fr")
    assert save(program, kim, name, "", "fr"), "in another language it falls back"
    assert text(program, name, "fr").lang == "fr"


def test_a_text_that_is_not_required_can_be_left_out(program, kim):
    assert save(program, kim, "agreement_promises", "")
    assert text(program, "agreement_promises") == ""
    assert text(program, "agreement_promises", "fr") == ""


@pytest.mark.parametrize(
    ("name", "words", "why"),
    [
        ("agreement_introduction", f"{INTRODUCTION} {{carer}}", "“{carer}” is not a placeholder"),
        ("agreement_introduction", "Between {mentee} and {mentor}.", "Put {program} back"),
        ("agreement_introduction", f"{INTRODUCTION} {{", "“{” is not a placeholder"),
        ("agreement_introduction", f"{INTRODUCTION} {{mentee }}", "is not a placeholder"),
        ("agreement_committee", "The committee reads all.", "Put {committee_reads} back"),
        ("agreement_limits", "Ask {mentor}.", "this text has no placeholders"),
        ("agreement_feedback", "Kindly}", "this text has no placeholders"),
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_placeholders_that_are_unknown_or_lost_are_refused(
    language, name, words, why, program, kim
):
    with pytest.raises(ValidationError) as refused:
        save(program, kim, name, words, language)
    assert why in " ".join(refused.value.messages)
    assert not TextVersion.objects.exists()


def test_what_is_filled_in_is_not_read_again(program, kim):
    type(program).objects.filter(pk=program.pk).update(name="{mentee} Club")
    program.refresh_from_db()
    assert save(program, kim, "agreement_introduction", INTRODUCTION)
    words = text(program, "agreement_introduction")
    assert words == "Between {mentee} and {mentor}, in (mentee) Club."


@pytest.mark.parametrize("role", ["reader", "matcher", "carer"])
def test_only_a_chair_edits(role, program, as_user):
    member = factories.member(program=program, role=role)
    with pytest.raises(ActionNotAllowed):
        save(program, member, "agreement_limits", "Safety first.")
    answer = as_user(member).get(page(program, "agreement_limits"))
    assert "<textarea" not in shown(answer)
    assert "whoever can help" in shown(answer)


def test_saving_the_products_wording_with_other_line_ends_is_no_change(program, kim, as_user):
    default = texts_with_defaults.default_of("agreement_limits", "en", program)
    assert not save(program, kim, "agreement_limits", default.replace("\n", "\r\n"))
    assert save(program, kim, "agreement_limits", "One.\r\nTwo.")
    assert not save(program, kim, "agreement_limits", "One.\nTwo.")
    assert TextVersion.objects.count() == 1


def test_two_members_see_each_others_text(program, kim):
    save(program, kim, "agreement_limits", "Safety first.")
    with pytest.raises(TextChanged):
        save_text(program, "agreement_limits", "en", "Other.", by=kim, seen=0)


def test_versions_are_kept_and_put_back_and_ours_is_a_click_away(program, kim, as_user):
    client, name = as_user(kim), "agreement_limits"
    for words in ("First.", "Second."):
        save(program, kim, name, words)
    first = TextVersion.objects.get(text="First.")
    url = reverse("admin:programs_text_version", args=[program.pk, name, "en", first.pk])
    assert "What would change" in shown(client.get(url))
    client.post(url, {"seen": seen(program, name)})
    assert text(program, name) == "First."
    edit = client.get(page(program, name))
    assert "Use our wording again" in shown(edit)
    client.post(
        page(program, name), {"text": edit.context["our_wording"], "seen": seen(program, name)}
    )
    assert "whoever can help" in text(program, name)


def test_the_list_has_every_text_and_what_is_missing(program, kim, as_user):
    url = reverse("admin:programs_texts", args=[program.pk])
    answer = shown(as_user(kim).get(url))
    for kind in AGREEMENT_TEXTS.values():
        assert str(kind.label) in answer
    before = answer.count("missing, shown in English")
    save(program, kim, "agreement_limits", "Safety first.")
    assert shown(as_user(kim).get(url)).count("missing, shown in English") == before + 1


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_preview_shows_the_whole_agreement(language, program, kim, as_user):
    url = reverse("admin:programs_agreement_preview", args=[program.pk, language])
    answer = shown(as_user(kim).get(url))
    assert "(name of the mentee)" in answer
    assert "Bridge" in answer
    assert "{" not in answer[answer.index('class="module"') : answer.index("</section>")]
    assert as_user(kim).get(url.replace(f"/{language}/", "/xx/")).status_code == 404


def test_a_text_is_previewed_before_it_is_saved(program, kim, as_user):
    sent = {"text": "Safety comes first.", "seen": "0", "preview": "Preview"}
    answer = as_user(kim).post(page(program, "agreement_limits"), sent)
    assert "Preview, not saved yet" in shown(answer)
    assert '<p lang="en">Safety comes first.</p>' in shown(answer)
    assert not TextVersion.objects.exists()
    lost = {**sent, "text": "We begin."}
    answer = as_user(kim).post(page(program, "agreement_introduction"), lost)
    assert "Put {mentee}, {mentor}, {program} back" in shown(answer)


def test_reading_every_text_takes_one_query(program, kim, django_assert_num_queries):
    for name in ("agreement_limits", "agreement_promises"):
        for language in ("en", "fr"):
            save(program, kim, name, f"{name} {language}", language)
            save(program, kim, name, f"{name} {language} again", language)
    with django_assert_num_queries(1):
        found = agreement_texts.wordings(program)
    assert found["fr"]["agreement_limits"] == "agreement_limits fr again"
