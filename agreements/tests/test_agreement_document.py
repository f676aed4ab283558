"""The PDF of an agreement: the words of the page, tagged, for those who may read them."""

from __future__ import annotations

import html
import io
import re

import pytest
from django.urls import reverse
from pypdf import PdfReader

from access.exceptions import ActionNotAllowed
from agreements import agreement_document, amending, drafting
from matches import endings
from programs.tagged_pdf import spelled
from testkit import agreements as make

pytestmark = pytest.mark.django_db
SPACE = re.compile(r"\s+")
LONG = " ".join(f"word{n}" for n in range(600))
CONTENTS = {
    "plain": {},
    "long": {"confidentiality": {"confidentiality": LONG}},
    "lines": {"confidentiality": {"feedback": "First.\n\nSecond,\nthird."}},
    "accents": {"activities": {"activities": ["Déjà vu à l’œuvre – Łódź, naïveté, ÀÉÎÕÜ"]}},
    "right to left": {"activities": {"activities": ["שלום", "العربية"]}},
    "markup": {"activities": {"activities": ['#import "x" *b* _i_ $1$ <a> @b `c` \\ "q" //']}},
    "many goals": {
        "goals": {
            "goals": [
                {"key": "", "text": f"Goal no. {n}", "measure": f"Seen {n}"} for n in range(5)
            ]
        }
    },
    "no reason": {"term": {"short_term_reason": ""}},
}


def url(name, match, version=""):
    found = reverse(f"agreements:{name}", args=[match.public_id])
    return f"{found}?version={version}" if version else found


def words(text):
    return SPACE.sub(" ", text).strip()


def reader_of(response):
    assert response["Content-Type"] == "application/pdf"
    return PdfReader(io.BytesIO(response.content))


def printed(reader):
    return words(" ".join(page.extract_text() for page in reader.pages))


def shown(page):
    text = html.unescape(page.content.decode())
    title = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.S)[1]
    body = text[text.index('<article id="document">') : text.index("</article>")]
    return words(re.sub(r"<[a-z/][^>]*>", " ", f"{title} {body}"))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("content", CONTENTS)
def test_the_pdf_has_the_words_of_the_page_and_is_tagged(content, language, match, ben, as_user):
    type(ben).objects.filter(pk=ben.pk).update(language=language, name="Zoé Łukasz O’Neil")
    match.mentee.person.refresh_from_db()
    make.signed(match, **CONTENTS[content])
    client = as_user(ben)
    reader = reader_of(client.get(url("agreement-pdf", match)))
    page = client.get(url("agreement-print", match))
    document = page.context["document"]
    assert printed(reader) == words(" ".join(document.texts))
    if content != "markup":  # whose words look like tags
        assert shown(page) == printed(reader)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]
    assert root["/Lang"].startswith(language)
    assert reader.metadata.title == document.title
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid:part" in reader.xmp_metadata.stream.get_data().decode()


def test_both_have_the_pdf_at_once_and_after_the_end(match, ada, ben, dan, cleo, as_user):
    version = make.shared(match)
    assert "Draft: not signed" in printed(reader_of(as_user(ben).get(url("agreement-pdf", match))))
    make.sign(version, ben, ada)
    for moment in ("signed", "ended"):
        for person in (ada, ben):
            text = printed(reader_of(as_user(person).get(url("agreement-pdf", match))))
            assert "Draft" not in text, moment
            assert "Ada Brook" in text
            assert "UTC" in text
        for other in (dan, cleo):
            assert as_user(other).get(url("agreement-pdf", match)).status_code == 404
        if moment == "signed":
            endings.end(match, by=ben, kind="choice")


def test_while_a_new_version_is_written_the_pdf_is_the_one_in_force(match, ben, as_user):
    make.signed(match)
    amending.amend(match, by=ben)
    drafting.save_part(match, "activities", {"activities": ["Read"]}, expected_revision=1, by=ben)
    client = as_user(ben)
    assert "Read one book" in printed(reader_of(client.get(url("agreement-pdf", match))))
    new = printed(reader_of(client.get(url("agreement-pdf", match, 2))))
    assert "Draft" in new
    assert "Read one book" not in new
    for none in ("9", "99999", "x"):
        assert client.get(url("agreement-pdf", match, none)).status_code in {200, 404}


def test_a_symbol_without_a_font_is_spelled_out(match, ben, as_user):
    make.signed(
        match, activities={"activities": ["Walk \U0001f33f with \U0001f469\u200d\U0001f4bb"]}
    )
    text = printed(reader_of(as_user(ben).get(url("agreement-pdf", match))))
    assert "Walk [herb] with [woman]" in text
    assert spelled("\u200d") == ""


def test_letters_without_a_font_are_refused_in_words(match, ben, as_user):
    make.signed(match, activities={"activities": ["\u4e2d\u6587"]})
    document = as_user(ben).get(url("agreement-print", match)).context["document"]
    with pytest.raises(ActionNotAllowed, match="Print the page instead"):
        agreement_document.pdf_of(document, author="P", zone="UTC")
    answer = as_user(ben).get(url("agreement-pdf", match), follow=True)
    assert "Print the page instead" in answer.content.decode()
