"""The French catalogue is complete and fits its texts; people are addressed in their language."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import allauth
import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation
from django.utils.translation import trans_real

from applications.models import Application
from mentoring.management.commands.build_messages import compile_messages
from notifications.outbox import enqueue
from notifications.testing import deliver_due_emails
from testkit import factories

from .source_texts import source_texts, texts_of_python, texts_of_template

FRENCH = Path(settings.BASE_DIR) / "locale" / "fr" / "LC_MESSAGES" / "django.po"
ENGLISH = FRENCH.parents[2] / "en" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdif]|{\w*}")
MARKERS = {
    "_",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
    "npgettext",
}


@pytest.fixture(scope="module")
def french():
    return polib.pofile(str(FRENCH))


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    """Compile the catalogue, which a clean clone lacks, and forget one loaded before."""
    call_command("build_messages", verbosity=0)
    trans_real._translations.clear()
    trans_real._default = None


def texts_of(catalogue):
    return {(entry.msgctxt or "", entry.msgid, entry.msgid_plural) for entry in catalogue}


def pairs_of_texts(entry):
    """Return each text with its translation.

    French uses the first plural form for 0 and 1, the second for the rest.
    """
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    return [(entry.msgid, entry.msgstr_plural[0]), (entry.msgid_plural, entry.msgstr_plural[1])]


def broken(entry):
    return [
        said
        for text, said in pairs_of_texts(entry)
        if Counter(PLACEHOLDER.findall(text)) != Counter(PLACEHOLDER.findall(said))
    ]


def formatted_calls(source):
    """The lines on which gettext is given a text that no catalogue can hold."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in MARKERS and any(
                isinstance(argument, ast.JoinedStr) for argument in node.args
            ):
                yield node.lineno


def modules():
    apps = [path.parent for path in Path(settings.BASE_DIR).glob("*/__init__.py")]
    return [path for app in apps for path in app.rglob("*.py") if "migrations" not in path.parts]


def test_the_catalogue_compiles(tmp_path):
    copy = tmp_path / "django.po"
    copy.write_bytes(FRENCH.read_bytes())
    assert compile_messages(copy)
    assert (
        polib.mofile(str(copy.with_suffix(".mo"))).find("Skip to the content").msgstr
        == "Aller au contenu"
    )


def test_a_translation_has_exactly_the_placeholders_of_its_text(french):
    assert [said for entry in french.translated_entries() for said in broken(entry)] == []


def test_a_lost_or_strange_placeholder_is_found():
    assert broken(polib.POEntry(msgid="Hello %(name)s", msgstr="Bonjour"))
    assert broken(polib.POEntry(msgid="Hello %(name)s", msgstr="Bonjour %(nom)s"))


def test_a_plural_without_a_placeholder_of_its_singular_is_no_format(french):
    """`msgfmt --check-format` refuses it otherwise; the comment above the text says so."""
    unlike = [
        entry
        for entry in french
        if set(PLACEHOLDER.findall(entry.msgid)) - set(PLACEHOLDER.findall(entry.msgid_plural))
        and entry.msgid_plural
    ]
    assert unlike
    assert [entry.msgid for entry in unlike if "no-python-format" not in entry.flags] == []


def test_a_plural_has_both_of_its_forms_or_none(french):
    plurals = [entry for entry in french if entry.msgid_plural]
    assert plurals
    assert [entry.msgid for entry in plurals if set(entry.msgstr_plural) != {0, 1}] == []
    assert [
        entry.msgid
        for entry in plurals
        if len({bool(said) for said in entry.msgstr_plural.values()}) != 1
    ] == []


def test_a_text_has_one_plural(french):
    """Its singular is the key of a text: of two entries with other plurals only one is used."""
    counts = Counter((entry.msgctxt, entry.msgid) for entry in french)
    assert [key for key, count in counts.items() if count > 1] == []


def test_every_text_of_the_product_is_in_french(french):
    """Run `manage.py makemessages -l fr --no-location` when this fails, then translate."""
    catalogue = texts_of(french)
    assert source_texts() - catalogue == set()
    assert texts_of(polib.pofile(str(ENGLISH))) - catalogue == set()
    # What is more words a text of the library in our own way.
    library = Path(allauth.__file__).parent / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    assert catalogue - source_texts() - texts_of(polib.pofile(str(library))) == set()
    assert [entry.msgid for entry in french.untranslated_entries()] == []
    assert [entry.msgid for entry in french if entry.fuzzy or entry.obsolete] == []


def test_a_space_before_a_sign_keeps_the_line_together(french):
    """French sets a space before a colon and inside quotation marks; a line must not end there."""
    breaks = re.compile(r" [:»!?](?=\s|$|\W)|« ")
    loose = [
        text
        for entry in french
        for _english, text in pairs_of_texts(entry)
        if breaks.search(PLACEHOLDER.sub("x", text))
    ]
    assert loose == []


def french_of(french):
    """Return each French text, its placeholders replaced by a letter."""
    texts = (text for entry in french for _english, text in pairs_of_texts(entry))
    return [PLACEHOLDER.sub("x", text) for text in texts]


def test_signs_are_set_as_in_canadian_french(french):
    """A space before a colon, none before other signs, and no English quotation marks."""
    wrong = re.compile(r"\w:(?=\s|$)|\s[?!](?=\s|$)|[“”]")
    assert [text for text in french_of(french) if wrong.search(text)] == []


def test_no_name_follows_a_word_that_elides(french):
    """Before a name that begins with a vowel it would be "d'Amina", not "de Amina"."""
    names = (
        "name|names|carer|carers|deputy|mentee|mentor|member|partner|match|who|program|cohort|town"
    )
    said = re.compile(rf"\b(de|que|jusque|lorsque|puisque|parce que) %\(({names})\)s", re.I)
    texts = [text for entry in french for _english, text in pairs_of_texts(entry)]
    assert [text for text in texts if said.search(text)] == []


# The gender of what a state is said of; a proposal's is said of its pair, and "Présentés" of both.
MASCULINE = {
    "CheckIn", "Adjustment", "Survey", "Event", "PartComment", "Goal", "Match", "Pair",
    "PairMeetings", "Notification", "Proposal",
}  # fmt: skip
FEMININE = {
    "AccountMerge", "AccountRecovery", "Concern", "Meeting", "ContactRequest", "SupportRequest",
    "Announcement",
    "AgreementVersion", "Round", "RoundJob", "RosterJob", "Offer", "PairRequest", "Application",
    "SignUp", "InterviewAppointment",
}  # fmt: skip


def test_french_elides_before_a_vowel(french):
    said = re.compile(
        r"\b(?:que|lorsque|puisque|jusque) (?:une?|ils?|elles?|on|à)\b", re.IGNORECASE
    )
    texts = (text for entry in french for pair in pairs_of_texts(entry) for text in pair[1:])
    assert [text for text in (*texts, *french_of_seeds()) if said.search(text)] == []


def test_a_share_is_said_without_words_that_agree_with_its_number(french):
    """English counts the whole, "1 of 2 goals reached"; French would count the part."""
    said = re.compile(
        r"%\((?:done|reached|ticked)\)s \w+s sur|sur %\(\w+\)s (?:atteint|fait|terminé)",
    )
    texts = (text for entry in french for pair in pairs_of_texts(entry) for text in pair[1:])
    assert [text for text in texts if said.search(text)] == []


def test_states_agree_with_what_they_are_said_of():
    wrong = []
    for model in apps.get_models():
        choices = next((f.choices for f in model._meta.fields if f.name == "state"), None)
        if not choices or model.__module__.startswith(("django", "allauth")):
            continue
        name = model.__name__
        assert name in MASCULINE | FEMININE, f"say which gender {name} has in French"
        ends = r"(é|u|ert)$" if name in FEMININE else r"(ée|ue|erte)$"
        with translation.override("fr"):
            first_words = [str(label).split(",")[0].split()[0] for _value, label in choices]
        wrong += [(name, word) for word in first_words if re.search(ends, word)]
    assert wrong == []


def test_apostrophes_are_written_in_one_way(french):
    curly = [text for entry in french for _english, text in pairs_of_texts(entry) if "’" in text]
    assert curly == []


def french_of_seeds():
    """What our library, short texts and programs say in French."""
    found = (path.read_text() for path in Path(settings.BASE_DIR).glob("*/seeds/*.toml"))
    return [line for text in found for line in text.splitlines()]


def test_french_speaks_to_a_pair_without_gender(french):
    both = r"tous (les )?deux|toutes les deux(?! semaines)"
    said = re.compile(rf"{both}|(l'un|chacun) de vous|vous seule?s?\b", re.IGNORECASE)
    texts = (text for entry in french for pair in pairs_of_texts(entry) for text in pair[1:])
    assert [text for text in (*texts, *french_of_seeds()) if said.search(text)] == []


def test_french_tells_the_gender_of_no_reader(french):
    """Neither of a reader, nor of their mentor, nor of the committee that writes."""
    agrees = r"(heureux|heureuse|contente?|ravie?|franche?|désolée?|fière?)"
    said = re.compile(
        rf"\bvous a choisie?\b|\b(serez|êtes|suis|puis-je être|votre mentor en est) {agrees}\b"
        rf"|^{agrees} (que|d'|de)\b"
        r"|\bmon partenaire\b|\bvous aimeriez être présentée?\b|\bencore certaine?\?",
        re.IGNORECASE,
    )
    texts = (text for entry in french for pair in pairs_of_texts(entry) for text in pair[1:])
    assert [text for text in (*texts, *french_of_seeds()) if said.search(text)] == []


def test_a_text_that_is_not_translated_would_be_found():
    assert list(texts_of_python('_("Hello"); ngettext("a", "b", n); pgettext("day", "Mon")')) == [
        ("", "Hello", ""),
        ("", "a", "b"),
        ("day", "Mon", ""),
    ]
    template = (
        "{% translate 'Hi' %}{% blocktranslate count n=n %}a{% plural %}b{% endblocktranslate %}"
    )
    assert set(texts_of_template(template)) == {("", "Hi", ""), ("", "a", "b")}


def test_the_catalogue_names_no_place_on_a_machine(french):
    assert [entry.msgid for entry in french if entry.occurrences] == []


def test_no_text_is_formatted_before_it_is_translated():
    wrong = [
        f"{path}:{line}"
        for path in modules()
        for line in formatted_calls(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_a_formatted_text_would_be_found():
    assert list(formatted_calls('print(_(f"Hello {name}"))')) == [1]


WELCOME = {"en": "Mentoring programs", "fr": "Programmes de mentorat"}
HOME = {"en": "<h1>Welcome</h1>", "fr": "<h1>Bienvenue</h1>"}
APPLY = {"en": "Before you start", "fr": "Avant de commencer"}
SKIP = {"en": "Skip to the content", "fr": "Aller au contenu"}


def assert_speaks(response, language, words):
    other = {"en": "fr", "fr": "en"}[language]
    page = response.content.decode()
    assert f'<html lang="{language}"' in page
    for texts in words:
        assert texts[language] in page
        assert texts[other] not in page


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_home_page_speaks_the_persons_language(as_user, cohort, language):
    person = factories.person(language=language)
    assert_speaks(as_user(person).get("/home/"), language, [SKIP, HOME])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_visitor_is_welcomed_in_the_language_of_the_browser(client, db, language):
    assert_speaks(client.get("/", headers={"accept-language": language}), language, [SKIP, WELCOME])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_application_speaks_the_persons_language(as_user, cohort, language):
    person = factories.person(language=language)
    page = as_user(person).get(f"/apply/{cohort.slug}/mentee/")
    assert_speaks(page, language, [SKIP, APPLY])


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("en", "We have your application, Ada", "whatever the decision"),
        ("fr", "Nous avons reçu votre candidature, Ada", "quelle que soit la décision"),
    ],
)
def test_a_letter_speaks_the_persons_language(cohort, language, subject, words):
    ada = factories.person("Ada Brook", language=language)
    sent = factories.application(
        ada, cohort, state=Application.State.SUBMITTED, review_started_at=None
    )
    with translation.override(
        {"en": "fr", "fr": "en"}[language]
    ):  # the sender's language says nothing
        enqueue("application-received", to=ada, about=sent)
        deliver_due_emails()
    [letter] = [message for message in mail.outbox if message.to == [ada.email]]
    assert letter.subject == subject
    assert words in letter.body


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["announcements_announcement", "checkins_adjustment", "events_event", "programs_topic"],
)
def test_french_writes_a_language_small_within_a_label(as_user, program, cohort, cleo, name):
    type(cleo).objects.filter(pk=cleo.pk).update(language="fr")
    url = reverse(f"admin:{name}_add")
    page = as_user(cleo).get(url, {"program": program.pk}).content.decode()
    assert "en français" in page
    assert re.findall(r"\ben (?:Anglais|Français)\b", page) == []
