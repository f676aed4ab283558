"""What a program calls its roles: the grammar, who may change it, and what follows."""

from __future__ import annotations

import re
import threading

import polib
import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.utils import timezone
from django.utils.translation import (
    gettext,
    gettext_lazy,
    ngettext,
    override,
    pgettext,
)

from access.exceptions import ActionNotAllowed
from agreements import wording
from learning import seeding, touch_seeding
from learning.models import LibraryItem, TouchText
from programs import agreement_texts, program_kinds, role_naming, texts_with_defaults
from programs.models import Program
from programs.models.role_names import (
    LENGTH,
    WANTED,
    check_name,
    check_names,
    words_by_language,
)
from programs.role_names.rows import program_of
from programs.role_names.speaking import speak_for, speaking_for, speaking_later
from programs.role_names.words import Name, RoleWords, names_a_role, say
from programs.seeds import LISTS
from testkit import factories

pytestmark = pytest.mark.django_db
CATALOGUE = settings.BASE_DIR / "locale" / "fr" / "LC_MESSAGES" / "django.po"
NO_CONTEXT, A_MENTOR = "that no catalogue has", "a mentor"
NAMES = {
    "mentor": {
        "en": {"one": "an ally", "many": "allies"},
        "fr": {"one": "un accompagnateur", "many": "accompagnateurs"},
    },
    "mentee": {
        "en": {"one": "a new volunteer", "many": "new volunteers"},
        "fr": {"one": "une alliée", "many": "alliées"},
    },
}
OTHERS = {
    "mentor": {
        "en": {"one": "a buddy", "many": "buddies"},
        "fr": {"one": "un bénévole", "many": "bénévoles"},
    },
    "mentee": {
        "en": {"one": "an old friend", "many": "old friends"},
        "fr": {"one": "une recrue", "many": "recrues"},
    },
}
# Explains which of our words a name replaces, on the page that says ours.
OURS = WANTED["une",]
ENGLISH = RoleWords(
    "en", Name("an", "ally", "allies"), Name("a", "new volunteer", "new volunteers")
)
FRENCH = RoleWords(
    "fr", Name("un", "accompagnateur", "accompagnateurs"), Name("une", "alliée", "alliées")
)
CONSONANTS = RoleWords("fr", Name("un", "héros", "héros"), Name("une", "recrue", "recrues"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I would like to be a mentor", "I would like to be an ally"),
        ("A mentor helps.", "An ally helps."),
        ("MENTOR", "ALLY"),
        ("Mentors and mentees", "Allies and new volunteers"),
        ("the mentor's page, the mentees' pages", "the ally's page, the new volunteers' pages"),
        ("a mentoring agreement for a mentorship", "a mentoring agreement for a mentorship"),
        ("%(mentor)s is a mentee of {mentor}", "%(mentor)s is a new volunteer of {mentor}"),
        ("a good mentor", "a good ally"),
        ("mentor@example.org/mentee", "mentor@example.org/mentee"),
        ("tormentor", "tormentor"),
    ],
)
def test_english(text, said):
    assert say(text, ENGLISH) == said


@pytest.mark.parametrize(
    ("text", "said", "with_consonants"),
    [
        ("le mentor", "l'accompagnateur", "le héros"),
        ("Le mentor d'un duo", "L'accompagnateur d'un duo", "Le héros d'un duo"),
        ("du mentor", "de l'accompagnateur", "du héros"),
        ("au mentor suivant", "à l'accompagnateur suivant", "au héros suivant"),
        ("pas encore de mentor", "pas encore d'accompagnateur", "pas encore de héros"),
        ("cercle de mentors", "cercle d'accompagnateurs", "cercle de héros"),
        ("ce mentor", "cet accompagnateur", "ce héros"),
        ("les mentors", "les accompagnateurs", "les héros"),
        ("aux mentors", "aux accompagnateurs", "aux héros"),
        ("de la personne mentorée", "de l'alliée", "de la recrue"),
        ("La personne mentorée", "L'alliée", "La recrue"),
        ("à titre de personne mentorée", "à titre d'alliée", "à titre de recrue"),
        ("Deux personnes mentorées", "Deux alliées", "Deux recrues"),
        ("Personnes mentorées", "Alliées", "Recrues"),
        ("sa personne mentorée", "son alliée", "sa recrue"),
        ("de la personne que vous mentorez", "de votre alliée", "de votre recrue"),
        ("La personne que vous mentorez", "Votre alliée", "Votre recrue"),
        ("une entente de mentorat", "une entente de mentorat", "une entente de mentorat"),
        ("%(mentee)s et {mentor}", "%(mentee)s et {mentor}", "%(mentee)s et {mentor}"),
    ],
)  # fmt: skip
def test_french(text, said, with_consonants):
    assert say(text, FRENCH) == said
    assert say(text, CONSONANTS) == with_consonants


def test_a_plural_without_s_has_an_apostrophe_and_s():
    words = RoleWords("en", Name("a", "guide", "people who guide"))
    assert say("the mentors' circle", words) == "the people who guide's circle"


def test_a_role_without_a_name_keeps_ours():
    assert say("mentor and mentee", RoleWords("en", Name("a", "buddy", "buddies"))) == (
        "buddy and mentee"
    )


# --- texts of the catalogues


@pytest.fixture
def program():
    return factories.program(role_names=NAMES)


def leftovers(text: str) -> list[str]:
    """Return the product's names of the roles, and articles that do not fit ours."""
    rest = re.sub(r"%\(\w+\)s|\{\w+\}", "", text)
    return re.findall(
        r"\bmentors?\b|\bmentees?\b|mentorée?s?\b|vous mentorez"
        r"|\ba (?:ally|old)\b|\ban (?:new|buddy)\b"
        r"|\b(?:le|la|de|du|au|ce|que|sa|ma) (?:accompagnateur|alliée)|\bl'(?:recrue|bénévole)"
        r"|\bd'(?:recrue|bénévole)|\bcet bénévole",
        rest,
        re.IGNORECASE,
    )


def product_texts(language: str) -> list[str]:
    """Return every text of the product in a language."""
    entries = [entry for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete]
    if language == "en":
        forms = [(entry.msgid, entry.msgid_plural) for entry in entries]
    else:
        forms = [(entry.msgstr, *entry.msgstr_plural.values()) for entry in entries]
    return [text for found in forms for text in found if text]


@pytest.mark.parametrize("names", [NAMES, OTHERS])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_text_of_the_product_names_the_roles_as_the_program_does(names, language):
    words = words_by_language(names)[language]
    replaced = {text: say(text, words) for text in product_texts(language) if text != OURS}
    assert sum(text != said for text, said in replaced.items()) > 250
    assert {said: wrong for said in replaced.values() if (wrong := leftovers(said))} == {}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_text_comes_out_of_the_catalogue_as_its_words_say(program, language):
    words = words_by_language(program.role_names)[language]
    with override(language):
        for entry in polib.pofile(str(CATALOGUE)):
            if entry.obsolete or not names_a_role(entry.msgid + entry.msgstr):
                continue
            for count in (1, 5) if entry.msgid_plural else ():
                forms = entry.msgid, entry.msgid_plural, count
                with speaking_for(None):
                    ours = ngettext(*forms)
                with speaking_for(program):
                    assert ngettext(*forms) == say(ours, words)
            if not entry.msgctxt and not entry.msgid_plural:
                with speaking_for(None):
                    ours = gettext(entry.msgid)
                with speaking_for(program):
                    assert gettext(entry.msgid) == say(ours, words)


def test_no_text_uses_mentor_as_a_verb():
    verbs = re.compile(r"\b(?:you|to|we|they|can|will) mentor\b", re.IGNORECASE)
    assert [text for text in product_texts("en") if verbs.search(text)] == []


def test_every_way_to_a_text_is_covered_and_values_stay(program):
    lazy = gettext_lazy("your mentor")
    template = Template(
        '{% load i18n %}{% translate "your mentee" %}, '
        "{% blocktranslate %}Meet {{ name }}, your mentor{% endblocktranslate %}"
    )
    with override("en"), speaking_for(program):
        assert str(lazy) == "your ally"
        assert pgettext(NO_CONTEXT, A_MENTOR) == "an ally"
        assert template.render(Context({"name": "A mentor"})) == (
            "your new volunteer, Meet A mentor, your ally"
        )
        with override("fr"):
            assert str(lazy) == "votre accompagnateur"
    with override("en"):
        assert str(lazy) == "your mentor"


def listen_and_fail(program, heard):
    with speaking_for(program):
        thread = threading.Thread(target=lambda: heard.append(gettext("your mentor")))
        thread.start()
        thread.join()
        with speaking_for(None):
            heard.append(gettext("your mentor"))
        heard.append(gettext("your mentor"))
        raise RuntimeError


def test_a_program_stops_speaking_after_an_error_and_in_other_threads(program):
    heard = []
    with override("en"):
        with pytest.raises(RuntimeError):
            listen_and_fail(program, heard)
        heard.append(gettext("your mentor"))
    assert heard == ["your mentor", "your mentor", "your ally", "your mentor"]


def test_a_program_is_looked_for_once_and_only_for_a_text_with_a_role(program):
    asked = []

    def find():
        asked.append(1)
        return program

    with override("en"), speaking_later(find):
        gettext("Home")
        assert asked == []
        assert [gettext("your mentor"), gettext("your mentee")] == [
            "your ally",
            "your new volunteer",
        ]
        assert asked == [1]
        speak_for(None)
        assert gettext("your mentor") == "your mentor"


def test_a_row_leads_to_its_program(program):
    cohort = factories.cohort(program=program)
    match = factories.match(factories.person("Ben"), factories.person("Ada"), cohort)
    assert program_of(match) == program
    assert program_of(match.mentee) == program
    assert program_of(match.mentee.cohort) == program
    assert program_of(match.mentee.person) is None
    assert program_of(None) is None


# --- the words of a program


@pytest.mark.parametrize(
    ("role", "language", "one", "many", "field"),
    [
        ("mentor", "en", "buddy", "buddies", "one"),
        ("mentor", "en", "a buddy", "", "many"),
        ("mentor", "en", "", "buddies", "one"),
        ("mentor", "fr", "une alliée", "alliées", "one"),
        ("mentee", "fr", "un ami", "amis", "one"),
        ("mentee", "en", "a <b>friend</b>", "friends", "one"),
        ("mentee", "en", "a friend", "friends {x}", "many"),
        ("mentee", "en", "a " + "x" * LENGTH, "friends", "one"),
    ],
)
def test_a_name_that_does_not_fit_is_refused(role, language, one, many, field):
    with pytest.raises(ValidationError) as refused:
        check_name(role, language, one, many)
    assert list(refused.value.message_dict) == [field]


@pytest.mark.parametrize(
    "one",
    ["a <b>friend</b>", "a friend & ally", "a %s", "a {x}", 'a "friend"', "a " + "x" * LENGTH],
)
def test_whoever_renames_saves_no_markup_or_placeholder(program, one):
    chair = factories.member(program=program, role="chair")
    wrong = {**NAMES, "mentee": {"en": {"one": one, "many": "friends"}}}
    with pytest.raises(ValidationError):
        role_naming.rename(program, wrong, by=chair, at=timezone.now())
    assert Program.objects.get().role_names == NAMES


def test_both_roles_have_different_names():
    same = {"mentor": {"en": {"one": "a peer", "many": "peers"}}}
    check_names(same)
    with pytest.raises(ValidationError, match="different names"):
        check_names({**same, "mentee": {"en": {"one": "a Peer", "many": "Peers"}}})
    with pytest.raises(ValidationError, match="different names"):
        check_names({"mentor": {"en": {"one": "a mentee", "many": "mentees"}}})


@pytest.mark.parametrize("code", LISTS)
def test_the_names_of_each_kind_of_program_fit(code):
    names = program_kinds.kind_of(code).role_names
    check_names(names)
    for role, said in names.items():
        for language, forms in said.items():
            check_name(role, language, **forms)


@pytest.mark.parametrize("code", ["volunteers", "community"])
def test_kinds_of_program_with_names_have_both_roles_in_each_language(code):
    names = program_kinds.kind_of(code).role_names
    assert {role: sorted(said) for role, said in names.items()} == {
        "mentor": ["en", "fr"],
        "mentee": ["en", "fr"],
    }


def test_our_wording_of_a_text_has_the_names_whoever_reads_it(program):
    with speaking_for(None):
        text = texts_with_defaults.default_of("agreement_introduction", "fr", program)
        assert "{mentee}, alliée, et {mentor}, accompagnateur" in text
        assert "accompagnateur" in str(
            agreement_texts.wordings(program)["fr"]["agreement_introduction"]
        )


def test_an_agreement_keeps_the_names_that_it_was_written_with(program):
    chair = factories.member(program=program, role="chair")
    kept = wording.freeze(program, at=timezone.now())
    role_naming.rename(program, OTHERS, by=chair, at=timezone.now())
    assert "ally" in str(kept.text("agreement_introduction", "en"))
    assert "buddy" in str(
        wording.newest(Program.objects.get()).text("agreement_introduction", "en")
    )


def test_only_a_chair_renames_and_twice_is_once(program):
    chair = factories.member(program=program, role="chair")
    reader = factories.member(program=program, role="reader")
    with pytest.raises(ActionNotAllowed):
        role_naming.rename(program, OTHERS, by=reader, at=timezone.now())
    assert role_naming.rename(program, OTHERS, by=chair, at=timezone.now())
    assert not role_naming.rename(program, OTHERS, by=chair, at=timezone.now())
    assert Program.objects.get().role_names == OTHERS


def test_library_and_short_texts_follow_unless_they_were_changed(program):
    chair = factories.member(program=program, role="chair")
    seeding.load(program)
    touch_seeding.load(program, at=timezone.now())
    item = LibraryItem.objects.get(program=program, code="boundaries")
    touch = TouchText.objects.get(program=program, role="mentee", month=1)
    assert item.summaries["en"].startswith("What an ally is not")
    assert touch.version.titles["fr"] == "Vous menez, et c'est un cadeau pour votre accompagnateur"
    LibraryItem.objects.filter(pk=item.pk).update(titles={"en": "Our own, for an ally"})
    role_naming.rename(program, {}, by=chair, at=timezone.now())
    item.refresh_from_db()
    assert item.titles == {"en": "Our own, for an ally"}
    assert item.summaries["en"].startswith("What a mentor is not")
    touch = TouchText.objects.get(pk=touch.pk)
    assert touch.version.number == 2
    assert touch.version.titles["en"] == "You lead, and that is a gift to your mentor"
