"""The program's own texts in agreements: frozen, chosen again, shown when they have changed."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import translation

from access.exceptions import ActionNotAllowed
from agreements import amending, drafting, privacy, renewal, text, wording, wording_choice
from agreements.models import AgreementText, AgreementVersion, AgreementWording, Signature
from matches import endings
from programs.models import AGREEMENT_TEXTS
from programs.program_texts import newest_of, save_text
from testkit import agreements as make
from testkit import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NEW = "If someone is in danger, we call for help.\nThe law comes first."
FRENCH = "Si une personne est en danger, nous appelons à l'aide."


@pytest.fixture
def chair(match):
    return factories.member("Kim Osei", program=match.program, role="chair")


def change(match, chair, words=NEW, name="agreement_limits", language="en"):
    newest = newest_of(match.program, name, language)
    save_text(match.program, name, language, words, by=chair, seen=newest.pk if newest else 0)


def printed(version, language="en"):
    with translation.override(language):
        parts = text.by_part(text.content_for_record(version))
    return {part.code: "\n".join(part.lines) for part in parts if part.lang}


def choose(version, by, language="en", **given):
    sent = {
        "seen": wording.newest(version.program).sha256,
        "expected_revision": version.revision,
        **given,
    }
    return wording_choice.choose(version, language=language, by=by, **sent)


def url(match, name="wording-update"):
    return reverse(f"agreements:{name}", args=[match.public_id])


def shown(response):
    return " ".join(response.content.decode().split())


# --- what is frozen


def test_an_agreement_begins_with_the_products_wording_and_the_names(match, ben):
    version = make.draft(match)
    assert version.wording.number == 1
    assert version.wording_language == "en"
    found = printed(version)
    assert list(found) == [*wording.BEFORE_PARTS, *wording.AFTER_PARTS]
    assert "between Ben Okoro, mentee, and Ada Brook, mentor" in found["agreement_introduction"]
    assert "{" not in "".join(found.values())


@pytest.mark.parametrize("write", [make.draft, make.shared, make.signed])
def test_what_the_committee_changes_later_is_not_in_it(write, match, chair):
    version = write(match)
    before = printed(version)
    change(match, chair)
    version = AgreementVersion.objects.get(pk=version.pk)
    assert printed(version) == before
    assert wording.is_outdated(version)


def test_the_signed_record_has_the_programs_text_and_its_language(match, chair, ben):
    change(match, chair)
    version = make.signed(match)
    record = AgreementText.system.get(version=version).signed_text
    assert "language of the program's text:\n  en\n" in record
    assert "agreement_limits: fixed:\n  If someone is in danger, we call for help.\n" in record
    assert {row.sha256 for row in Signature.objects.all()} == {text.sha256(record)}
    with translation.override("fr"):
        assert text.canonical(text.content_for_record(version)) == record


def test_two_pairs_share_a_wording_and_a_new_one_gets_the_next_number(match, cohort, chair):
    other = factories.match(factories.person(), factories.person(), cohort)
    first, second = make.draft(match), make.draft(other)
    assert first.wording == second.wording
    change(match, chair)
    third = make.draft(factories.match(factories.person(), factories.person(), cohort))
    assert (third.wording.number, AgreementWording.objects.count()) == (2, 2)


def test_a_text_that_is_put_back_is_the_first_wording_again(match, cohort, chair):
    first = make.draft(match).wording
    change(match, chair)
    change(match, chair, str(AGREEMENT_TEXTS["agreement_limits"].default))
    second = make.draft(factories.match(factories.person(), factories.person(), cohort))
    assert second.wording == first


def test_the_pair_starts_from_the_programs_texts(match, chair, ben, as_user):
    change(match, chair, "We never name clients.", name="agreement_confidentiality")
    page = reverse("agreements:part-update", args=[match.public_id, "confidentiality"])
    assert "We never name clients." in shown(as_user(ben).get(page))
    make.draft(match)
    assert "We never name clients." not in shown(as_user(ben).get(page)), "what they wrote stays"


# --- two languages


def test_an_agreement_has_the_language_of_who_begins_it(match, ben, ada, as_user):
    type(ben).objects.filter(pk=ben.pk).update(language="fr")
    match.mentee.person.refresh_from_db()
    version = make.shared(match)
    assert version.wording_language == "fr"
    for language in ("en", "fr"):
        assert "entente" in printed(version, language)["agreement_introduction"]
    page = shown(as_user(ada).get(url(match, "agreement-review")))
    assert "Read the program's text in English" in page
    assert 'lang="fr"' in page
    assert "whoever can help" in page
    own = shown(as_user(ben).get(url(match, "agreement-review")))
    assert "whoever can help" not in own


def test_french_writes_the_language_of_an_agreement_small(match, ben, ada, as_user):
    make.signed(match)
    type(ben).objects.filter(pk=ben.pk).update(language="fr")
    assert "Lire le texte du programme en français" in shown(
        as_user(ben).get(url(match, "agreement-review"))
    )
    printed_page = shown(as_user(ben).get(url(match, "agreement-print")))
    assert "texte 1, anglais" in printed_page


def test_a_text_without_a_translation_is_read_in_the_programs_language(match, chair, ben):
    type(ben).objects.filter(pk=ben.pk).update(language="fr")
    match.mentee.person.refresh_from_db()
    change(match, chair)
    version = make.draft(match)
    limits = version.wording.text("agreement_limits", "fr")
    assert (str(limits), limits.lang) == (NEW, "en")
    change(match, chair, FRENCH, language="fr")
    choose(version, ben, "fr")
    assert version.wording.text("agreement_limits", "fr") == FRENCH


# --- taking the newest wording


def test_either_takes_the_newest_wording_and_both_sign_again(match, chair, ada, ben):
    version = make.sign(make.shared(match), ada)
    change(match, chair)
    assert choose(version, ben)
    version.refresh_from_db()
    assert printed(version)["agreement_limits"] == NEW
    assert not Signature.objects.valid().exists()
    assert AgreementText.system.get(version=version).signed_text == ""
    make.sign(version, ben, ada)
    assert version.state == "signed"


def test_taking_it_twice_changes_nothing_the_second_time(match, chair, ben):
    version = make.shared(match)
    change(match, chair)
    assert choose(version, ben)
    revision = version.revision
    assert not choose(version, ben)
    assert version.revision == revision


@pytest.mark.parametrize("person", ["dan", "cleo"])
def test_no_one_else_takes_it(person, match, chair, request):
    version = make.shared(match)
    change(match, chair)
    with pytest.raises(ActionNotAllowed, match="Only the two people"):
        choose(version, request.getfixturevalue(person))


def test_it_is_not_taken_in_a_wrong_state(match, chair, ben, ada):
    version = make.signed(match)
    change(match, chair)
    with pytest.raises(ActionNotAllowed, match="both signed"):
        choose(version, ben)
    new = amending.amend(match, by=ben)
    endings.end(match, by=ada, kind="choice")
    new.agreement.match.refresh_from_db()
    with pytest.raises(ActionNotAllowed, match="ended"):
        choose(new, ben, "fr")


def test_what_changed_meanwhile_is_not_taken_unread(match, chair, ben, ada):
    version = make.shared(match)
    change(match, chair)
    seen = wording.newest(match.program).sha256
    change(match, chair, "Another text.")
    with pytest.raises(ActionNotAllowed, match="read it again"):
        choose(version, ben, seen=seen)
    read = version.revision
    drafting.save_part(match, "term", {**make.TERM, "term_months": 18}, expected_revision=1, by=ada)
    with pytest.raises(ActionNotAllowed, match="agreement has changed"):
        choose(version, ben, expected_revision=read)
    with pytest.raises(ActionNotAllowed, match="languages of this site"):
        choose(version, ben, "xx")


def test_the_page_shows_the_difference_and_saves(match, chair, ben, as_user):
    version, client = make.shared(match), as_user(ben)
    assert "What is different" not in shown(client.get(url(match)))
    change(match, chair)
    assert "The program has changed its text" in shown(client.get(url(match, "agreement-detail")))
    page = client.get(url(match))
    assert "<ins>call for help.</ins>" in shown(page) or "<ins>" in shown(page)
    form = page.context["form"]
    sent = {name: form.initial[name] for name in ("language", "seen", "expected_revision")}
    client.post(url(match), {**sent, "language": "fr"})
    version.refresh_from_db()
    assert (version.wording.number, version.wording_language) == (2, "fr")
    page = shown(client.get(url(match, "agreement-detail")))
    assert "The program has changed its text" not in page
    assert client.post(url(match), {**sent, "language": "xx"}).status_code == 200


def test_a_signed_agreement_has_no_such_page(match, ben, as_user):
    make.signed(match)
    answer = as_user(ben).get(url(match), follow=True)
    assert "To change it, start a new version." in shown(answer)


# --- a new version


def test_a_new_version_has_the_newest_wording_and_says_so(match, chair, ben, ada, as_user):
    first = make.signed(match)
    change(match, chair)
    ask = shown(as_user(ben).get(url(match, "agreement-amend")))
    assert "The program has changed its text" in ask
    new = amending.amend(match, by=ben)
    assert (first.wording.number, new.wording.number) == (1, 2)
    drafting.share(new, by=ben)
    for page in ("agreement-review", "agreement-sign"):
        seen = shown(as_user(ada).get(url(match, page)))
        assert "The program has changed its own text" in seen
        assert "Limits of confidentiality that always apply" in seen
        assert "<del>" in seen
    make.sign(new, ben, ada)
    old = as_user(ada).get(f"{url(match, 'agreement-print')}?version=1")
    assert "whoever can help" in shown(old), "a retired wording stays readable"
    assert "Read version 1, signed on" in shown(as_user(ada).get(url(match, "agreement-detail")))


def test_a_longer_term_has_the_newest_wording_and_says_so_before(match, chair, ben, as_user):
    make.signed(match)
    change(match, chair)
    page = shown(as_user(ben).get(url(match, "agreement-renew")))
    assert "The program has changed its text" in page
    match.refresh_from_db()
    assert renewal.propose(match, months=6, by=ben).wording.number == 2


def test_an_unchanged_wording_is_no_news(match, ben, ada, as_user):
    make.signed(match)
    assert "changed its text" not in shown(as_user(ben).get(url(match, "agreement-amend")))
    drafting.share(amending.amend(match, by=ben), by=ben)
    assert "changed its own text" not in shown(as_user(ada).get(url(match, "agreement-review")))


# --- erasure, export, committee


def test_names_are_not_kept_in_wordings_and_are_erased_where_they_are_filled_in(match, ben, ada):
    version = make.signed(match)
    assert "Ben Okoro" not in str(version.wording.texts)
    privacy.erase(ben)
    assert "Ben Okoro" not in AgreementText.system.get(version=version).signed_text


def test_the_export_has_the_programs_text(match, ben):
    make.signed(match)
    words = privacy.export(ben)["versions"][0]["text"]
    assert "What we both promise" in {row["what"] for row in words}


def test_the_committee_reads_wordings_and_changes_none(match, chair, as_user, cohort):
    row = make.draft(match).wording
    list_page = reverse("admin:agreements_agreementwording_changelist")
    assert "Wording 1" in shown(as_user(chair).get(list_page))
    page = reverse("admin:agreements_agreementwording_change", args=[row.pk])
    assert "whoever can help" in shown(as_user(chair).get(page))
    assert as_user(chair).post(page, {"number": 9}).status_code == 403
    outsider = factories.member(program=factories.program(), role="chair")
    assert as_user(outsider).get(page).status_code in {302, 404}


# --- agreements from before


def test_agreements_from_before_keep_the_text_that_each_read(match, ben, monkeypatch):
    version = make.signed(match)
    record = AgreementText.system.get(version=version).signed_text
    migration = importlib.import_module("agreements.migrations.0017_wording_of_agreements")
    old = AgreementWording.objects.create(
        program=match.program,
        number=7,
        sha256="old",
        texts={
            language: {name: [language, words] for name, words in texts.items()}
            for language, texts in migration.TEXTS.items()
        },
    )
    AgreementVersion.objects.update(wording=old, wording_language="")
    version = AgreementVersion.objects.get(pk=version.pk)
    assert list(printed(version)) == ["agreement_limits", "agreement_committee"]
    assert "whoever can help" in printed(version)["agreement_limits"]
    assert "en danger" in printed(version, "fr")["agreement_limits"]
    assert AgreementText.system.get(version=version).signed_text == record
    for name, words in migration.TEXTS["en"].items():
        default = str(AGREEMENT_TEXTS[name].default)
        assert words == default or default == "{committee_reads}"
    migration.keep_texts(apps, None)
    assert AgreementWording.objects.count() == 2, "who has a wording keeps it"


def test_a_draft_shared_before_shows_no_false_changes(match, ben, as_user):
    version = make.shared(match)
    kept = AgreementText.system.get(version=version)
    kept.shared_snapshot = {
        language: {code: row for code, row in rows.items() if not code.startswith("fixed")}
        for language, rows in kept.shared_snapshot.items()
    }
    kept.save()
    assert as_user(ben).get(url(match, "agreement-review")).context["changes"] == []
