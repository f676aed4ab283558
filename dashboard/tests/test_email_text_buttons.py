"""The words on a button of an e-mail: written, refused, sent in each language, back to ours."""

from __future__ import annotations

import pytest

from notifications import outbox
from notifications.testing import deliver_due_emails
from programs import email_texts
from programs.models import EmailText
from testkit import factories

from .test_email_text_pages import BUTTON, KIND, publish, save, stamp, text_of, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(cohort):
    return cohort.program


@pytest.fixture
def match(cohort, ada, ben):
    return factories.match(ben, ada, cohort)


@pytest.fixture
def kims(as_user, program):
    return as_user(factories.member("Kim Osei", program=program, role="chair"))


def test_the_words_on_a_button_in_each_language(kims, program, match):
    for language, words in (("en", "Get to know {name}"), ("fr", "Découvrir {name}")):
        seen = email_texts.versions_of(program, KIND, language).stamp
        page = kims.post(
            url(program, language=language), {BUTTON: words, "seen": seen}, follow=True
        )
        assert words.partition("{")[0] in text_of(page)
        seen = email_texts.versions_of(program, KIND, language).stamp
        kims.post(url(program, "publish", language=language), {"seen": seen})
    type(match.mentor.person).objects.filter(pk=match.mentor.person.pk).update(language="fr")
    for person in (match.mentee.person, match.mentor.person):
        outbox.enqueue(KIND, to=person, about=match)
    mails = {mail.to[0]: mail for mail in deliver_due_emails(reconcile=False)}
    to_mentee, to_mentor = mails[match.mentee.person.email], mails[match.mentor.person.email]
    for mail, words, ours in (
        (
            to_mentee,
            f"Get to know {match.mentor.person.first_name}",
            f"Meet {match.mentor.person.first_name}",
        ),
        (
            to_mentor,
            f"Découvrir {match.mentee.person.first_name}",
            f"Rencontrer {match.mentee.person.first_name}",
        ),
    ):
        html = mail.alternatives[0][0]
        assert f">{words}</a>" in html
        assert f"{ours}</a>" not in html
        after = mail.body.partition(words)[2]
        assert after.lstrip("\xa0 ").startswith(":\nhttp")


def test_back_to_our_button(kims, program, match):
    save(kims, program, "", **{BUTTON: "Say hello"})
    publish(kims, program)
    page = text_of(kims.get(url(program)))
    assert 'value="Say hello"' in page
    kims.post(url(program, "ours"), {"seen": stamp(program)})
    page = text_of(kims.get(url(program, "version", 1)))
    assert "<h3>Button</h3>" in page
    assert '<ins><span class="visually-hidden">added:</span> Say hello</ins>' in page
    outbox.enqueue(KIND, to=match.mentee.person, about=match)
    [mail] = deliver_due_emails(reconcile=False)
    assert "Say hello" not in mail.body + mail.alternatives[0][0]
    kims.post(url(program, "version", 1), {"seen": stamp(program)})
    outbox.enqueue(KIND, to=match.mentee.person, about=match, ordinal=2)
    [mail] = deliver_due_emails(reconcile=False)
    assert ">Say hello</a>" in mail.alternatives[0][0]


def test_what_is_wrong_with_a_button_stands_beside_it(kims, program):
    page = text_of(save(kims, program, "", **{BUTTON: "https://example.org/pay"}))
    assert "1 text can" in page
    assert "“https://example.org/pay” is an address." in page
    assert 'value="https://example.org/pay"' in page
    assert not EmailText.objects.exists()
