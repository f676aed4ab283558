"""Texts of a program in each language: what is missing, versions, two members at once."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from access.exceptions import ActionNotAllowed
from programs import program_texts
from programs.models import SET_UP_TEXTS, Program, TextVersion
from programs.program_texts import TextChanged, save_text
from testkit import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
CONTACT = {"contact_email": "c@example.org"}


@pytest.fixture
def program(db):
    return factories.program(
        is_public=True,
        language="en",
        purpose="To grow together.",
        mentee_benefits="A year of good questions",
        faq="What does it cost?\nNothing.",
        other_help="The library",
        **CONTACT,
    )


@pytest.fixture
def kim(program):
    return factories.member("Kim Osei", program=program, role="chair")


def fresh(program):
    return Program.objects.get(pk=program.pk)


def newest(program, name, language="en"):
    found = program_texts.newest_of(program, name, language)
    return found.pk if found else 0


def text_of(response):
    return " ".join(response.content.decode().split())


def page(program, name="faq", language="fr"):
    return reverse("admin:programs_text", args=[program.pk, name, language])


# --- languages


def test_readers_read_their_language_and_else_the_programs(program, cleo, kim):
    save_text(program, "mentee_benefits", "fr", "Une année de questions", by=kim, seen=0)
    with translation.override("fr"):
        assert fresh(program).benefits["mentee"] == ["Une année de questions"]
        assert fresh(program).other_help_lines == ["The library"]
        assert fresh(program).texts["other_help"].lang == "en"
        assert fresh(program).is_partly_untranslated
    with translation.override("en"):
        assert fresh(program).benefits["mentee"] == ["A year of good questions"]
        assert not fresh(program).is_partly_untranslated


def test_the_public_page_says_that_a_text_is_not_translated(client, program, kim):
    note = "has not translated all of its texts"
    url = reverse("programs:program-detail", args=[program.slug])
    with translation.override("fr"):
        said = translation.gettext(
            "The committee has not translated all of its texts yet. "
            "Some are in the program's own language."
        )
    french = {"accept-language": "fr"}
    text = text_of(client.get(url, headers=french))
    assert said.replace("'", "&#x27;") in text or said in text
    assert '<p class="wm-lead" lang="en">To grow together.</p>' in text
    assert note not in text_of(client.get(url))
    for name in SET_UP_TEXTS:
        if getattr(program, name):
            words = "Quoi?\nRien." if name == "faq" else "En français"
            save_text(fresh(program), name, "fr", words, by=kim, seen=0)
    text = text_of(client.get(url, headers=french))
    assert 'lang="fr">En français</p>' in text
    assert "<summary>Quoi?</summary>" in text
    assert said not in text


def test_a_translation_that_is_emptied_falls_back(program, kim):
    save_text(program, "other_help", "fr", "La bibliothèque", by=kim, seen=0)
    save_text(program, "other_help", "fr", " ", by=kim, seen=newest(program, "other_help", "fr"))
    with translation.override("fr"):
        assert fresh(program).other_help_lines == ["The library"]
    assert TextVersion.objects.filter(language="fr").count() == 2


def test_a_required_text_may_be_missing_in_another_language_only(program, kim):
    save_text(program, "purpose", "fr", "Grandir ensemble.", by=kim, seen=0)
    save_text(program, "purpose", "fr", "", by=kim, seen=newest(program, "purpose", "fr"))
    with translation.override("fr"):
        assert fresh(program).texts["purpose"] == "To grow together."
    with pytest.raises(ValidationError):
        save_text(program, "purpose", "en", "", by=kim, seen=0)


@pytest.mark.parametrize(
    ("language", "note"),
    [("en", "Call 911 first, then call us."), ("fr", "Le 911, puis appelez-nous.")],
)
def test_a_text_that_says_to_call_us_needs_our_number(program, kim, language, note):
    assert not program.contact_phone
    with pytest.raises(ValidationError, match="Enter your number"):
        save_text(program, "emergency_note", language, note, by=kim, seen=0)
    Program.objects.filter(pk=program.pk).update(contact_phone="+1 416 555 0101")
    assert save_text(program, "emergency_note", language, note, by=kim, seen=0)


def test_a_text_is_not_refused_for_what_another_text_says(program, kim):
    Program.objects.filter(pk=program.pk).update(faq="A question without an answer")
    assert save_text(program, "emergency_note", "en", "Call 911.", by=kim, seen=0)
    with pytest.raises(ValidationError, match="Add the phone number"):
        save_text(
            program, "emergency_note", "en", "Call.", by=kim, seen=newest(program, "emergency_note")
        )


def test_the_list_says_which_language_is_missing(as_user, program, kim):
    url = reverse("admin:programs_texts", args=[program.pk])
    text = text_of(as_user(kim).get(url))
    written = [name for name in SET_UP_TEXTS if getattr(program, name)]
    assert text.count("missing, shown in English") == len(written)
    save_text(program, "faq", "fr", "Quoi?\nRien.", by=kim, seen=0)
    assert text_of(as_user(kim).get(url)).count("missing, shown in English") == len(written) - 1


def test_the_rules_of_a_text_hold_in_every_language(as_user, program, kim):
    with pytest.raises(ValidationError):
        save_text(program, "faq", "fr", "Une question sans réponse?", by=kim, seen=0)
    with pytest.raises(ValidationError):
        save_text(program, "purpose", "en", "", by=kim, seen=0)
    answer = as_user(kim).post(page(program), {"text": "Seule?", "seen": "0"})
    assert "“Seule?” has no answer. Write it on the next line." in text_of(answer)
    assert not TextVersion.objects.exists()


# --- who may


@pytest.mark.parametrize("role", ["reader", "matcher", "carer"])
def test_others_than_chairs_read_only(as_user, program, role):
    member = factories.member(program=program, role=role)
    with pytest.raises(ActionNotAllowed):
        save_text(program, "faq", "fr", "Quoi?\nRien.", by=member, seen=0)
    answer = as_user(member).get(page(program))
    assert answer.status_code == 200
    assert "<textarea" not in text_of(answer)
    as_user(member).post(page(program), {"text": "Quoi?\nRien.", "seen": "0"})
    assert not TextVersion.objects.exists()


@pytest.mark.parametrize(("name", "language"), [("name", "fr"), ("faq", "xx"), ("pk", "en")])
def test_what_is_no_text_is_not_found(as_user, program, kim, name, language):
    assert as_user(kim).get(page(program, name, language)).status_code == 404


# --- versions


def test_every_change_is_kept_with_who_and_when(as_user, program, kim):
    save_text(program, "faq", "en", "How long?\nA year.", by=kim, seen=0)
    rows = TextVersion.objects.filter(name="faq").order_by("pk")
    assert [(row.text, row.by) for row in rows] == [
        ("What does it cost?\nNothing.", None),
        ("How long?\nA year.", kim),
    ]
    assert [row.at is None for row in rows] == [True, False]
    assert fresh(program).faq == "How long?\nA year."
    text = text_of(as_user(kim).get(page(program, "faq", "en")))
    assert "from the beginning" in text
    assert "Kim Osei" in text


def test_saving_the_same_twice_keeps_one_version(program, kim):
    assert save_text(program, "purpose", "fr", "Grandir", by=kim, seen=0)
    assert not save_text(program, "purpose", "fr", "Grandir ", by=kim, seen=0)
    assert TextVersion.objects.count() == 1


def test_an_older_version_is_put_back_after_a_look(as_user, program, kim):
    save_text(program, "other_help", "en", "A career service", by=kim, seen=0)
    older = TextVersion.objects.get(text="The library")
    url = reverse("admin:programs_text_version", args=[program.pk, "other_help", "en", older.pk])
    client, seen = as_user(kim), newest(program, "other_help")
    assert "What would change" in text_of(client.get(url))
    reader = factories.member(program=program, role="reader")
    assert "Put it back" not in text_of(as_user(reader).get(url))
    assert fresh(program).other_help == "A career service"
    for _time in range(2):
        client.post(url, {"seen": str(seen)})
        assert fresh(program).other_help == "The library"
        assert TextVersion.objects.filter(name="other_help").count() == 3
    assert "This is what the text says now." in text_of(client.get(url))


def test_a_version_is_not_put_back_over_a_newer_text(as_user, program, kim):
    save_text(program, "other_help", "en", "A career service", by=kim, seen=0)
    older, seen = TextVersion.objects.get(text="The library"), newest(program, "other_help")
    save_text(program, "other_help", "en", "A group", by=kim, seen=seen)
    url = reverse("admin:programs_text_version", args=[program.pk, "other_help", "en", older.pk])
    as_user(kim).post(url, {"seen": str(seen)})
    assert fresh(program).other_help == "A group"


# --- two members at once


def test_the_second_member_sees_the_difference_and_loses_nothing(as_user, program, cleo, kim):
    other = factories.member("Lou Marsh", program=program, role="chair")
    first, second = as_user(kim), as_user(other)
    first.post(page(program), {"text": "Combien?\nRien.", "seen": "0"})
    answer = second.post(page(program), {"text": "Combien?\nDix dollars.", "seen": "0"})
    text = text_of(answer)
    assert "Kim Osei changed this text on" in text
    assert "What is different" in text
    assert "Dix dollars." in text
    assert program_texts.text_of(fresh(program), "faq", "fr") == "Combien?\nRien."
    seen = answer.context["form"].data["seen"]
    second.post(page(program), {"text": "Combien?\nDix dollars.", "seen": seen})
    assert program_texts.text_of(fresh(program), "faq", "fr") == "Combien?\nDix dollars."
    assert TextVersion.objects.filter(text="Combien?\nRien.").exists()


def test_the_verb_refuses_what_was_read_too_long_ago(program, kim):
    save_text(program, "purpose", "fr", "Grandir", by=kim, seen=0)
    with pytest.raises(TextChanged) as refused:
        save_text(program, "purpose", "fr", "Apprendre", by=kim, seen=0)
    assert refused.value.newest.text == "Grandir"


def form_data(client, url):
    """Return what the browser would send of the program's page, unchanged."""
    page_of = client.get(url).context
    found = {}
    forms = [page_of["adminform"].form]
    for formset in page_of["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                found[field.html_name] = value
    return found


def test_the_form_of_the_program_keeps_versions_and_overwrites_nothing(as_user, program, kim):
    url, client = reverse("admin:programs_program_change", args=[program.pk]), as_user(kim)
    data = form_data(client, url)
    save_text(program, "audience", "en", "Everyone", by=kim, seen=0)
    answer = client.post(url, {**data, "audience": "Members"})
    assert "Kim Osei changed this text on" in text_of(answer)
    assert "It says now: “Everyone”" in text_of(answer)
    assert fresh(program).audience == "Everyone"
    seen = answer.context["adminform"].form.data["texts_seen"]
    again = client.post(url, {**data, "audience": "Members", "texts_seen": seen})
    assert again.status_code == 302, again.context["errors"]
    assert fresh(program).audience == "Members"
    rows = TextVersion.objects.filter(name="audience").order_by("pk")
    assert [row.text for row in rows] == ["Everyone", "Members"]


def test_who_changes_another_text_is_not_stopped(as_user, program, kim):
    url, client = reverse("admin:programs_program_change", args=[program.pk]), as_user(kim)
    data = form_data(client, url)
    save_text(program, "audience", "en", "Everyone", by=kim, seen=0)
    # The page still holds the older text. Its member has not touched it, so the newer one stays.
    answer = client.post(url, {**data, "other_help": "A group"})
    assert answer.status_code == 302
    assert (fresh(program).audience, fresh(program).other_help) == ("Everyone", "A group")
    assert TextVersion.objects.filter(name="audience").count() == 1


def test_other_help_of_a_public_program_is_not_emptied(program, kim):
    seen = newest(program, "other_help")
    with pytest.raises(ValidationError, match="Enter at least one line"):
        save_text(program, "other_help", "en", " ", by=kim, seen=seen)
    Program.objects.filter(pk=program.pk).update(is_public=False)
    assert save_text(fresh(program), "other_help", "en", " ", by=kim, seen=seen)
