"""Every kind of e-mail in a program's own words: our words stay as they are, and each text counts.

A new kind declares its texts with `{% editable "name" %}` in its templates, or says in
`dashboard.email_vocabulary.FIXED_KINDS` why a committee can't write them.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template import Engine
from django.utils import translation
from django.utils.html import escape

from notifications import email_preview, outbox
from notifications.editable_texts.blocks import (
    Part,
    blocks_of,
    editable_blocks,
    has_button,
    is_editable,
)
from notifications.editable_texts.checking import LIMITS, check_text
from notifications.editable_texts.filling import fill, placeholders_in
from notifications.editable_texts.sample import conditions_of, render_sample
from notifications.editable_texts.vocabulary import FIXED_KINDS
from notifications.kinds import KINDS
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from testkit import factories

from .email_scenarios import SCENARIOS

EDITABLE = sorted(kind for kind in KINDS if kind not in FIXED_KINDS)
every_kind = pytest.mark.parametrize("kind", EDITABLE)
LANGUAGES = ("en", "fr")
FOLDER = Path(settings.BASE_DIR) / "templates/emails"
TAGS = re.compile(r'{% editable "[^"]*" %}\s*|\s*{% endeditable %}')
ADDRESS = re.compile(r"https?://\S+")
ROLES = re.compile(r"\b(?:mentors?|mentees?|mentorée?s?)\b", re.IGNORECASE)
MARK = re.compile(r"\[\[([\w:-]+)\]\]")
HOSTILE = {
    "a template": "{{ person.email }}",
    "a tag": "{% load i18n %}",
    "a strange placeholder": "Hello {password}",
    "half a placeholder": "Hello {name",
    "much too long": "x" * 10_000,
    "another scheme": "Look: http://example.org/",
    "a script as a link": "javascript://example.org/%0aalert(1)",
    "a control character": "Hello \x07",
    "a hidden direction": "Hello \u202e",
}


def marked(block, field: str) -> str:
    """Return a text that says where it belongs, with everything that the block can fill in."""
    return f"[[{field}]] " + " ".join(f"{{{name}}}" for name in block.placeholders)


def marked_texts(kind: str) -> dict[str, str]:
    return {
        field: marked(block, field)
        for block in editable_blocks(kind).values()
        for field in block.fields
    }


def is_refused(block, text: str) -> bool:
    try:
        check_text(block, block.fields[-1], text)
    except ValidationError:
        return True
    return False


def marks_of_html(email) -> set[str]:
    return set(MARK.findall(re.sub(r"<title>.*?</title>", "", email.html, flags=re.S)))


def engine_without_tags() -> Engine:
    """Return an engine that reads our templates as if nothing in them could be edited."""
    sources = {
        f"emails/{path.relative_to(FOLDER)}": TAGS.sub("", path.read_text())
        for path in FOLDER.rglob("*.*")
    }
    usual = Engine.get_default()
    return Engine(
        loaders=[("django.template.loaders.locmem.Loader", sources)],
        builtins=usual.builtins,
        libraries=usual.libraries,
        string_if_invalid=usual.string_if_invalid,
    )


# --- what is declared


@every_kind
def test_a_kind_declares_what_a_committee_may_write(kind):
    blocks = editable_blocks(kind)
    assert blocks, f"{kind}: use {{% editable %}} in its templates, or add it to FIXED_KINDS"
    for block in blocks.values():  # raises UnknownExpression where words are missing
        assert block.placeholders or block.is_button
        for language in LANGUAGES:
            for field, ours in block.defaults(language).items():
                check_text(block, field, ours)


@every_kind
def test_the_page_can_say_when_each_part_is_there(kind):
    """Also of the fixed parts, which the page of the texts shows between those to write."""
    for block in blocks_of(kind):
        assert block.when is not None  # raises UnknownExpression where words are missing


def test_nothing_that_is_fixed_is_edited():
    assert set(FIXED_KINDS) <= set(KINDS)
    assert not any(is_editable(kind) for kind in FIXED_KINDS)
    assert not is_editable("account")


@every_kind
def test_text_and_html_have_the_same_texts(kind):
    """A committee writes a text once; both parts of the e-mail say it."""
    sample_of = {block.conditions for block in editable_blocks(kind).values()}
    for conditions in sample_of:
        holds = [part for one in conditions for part in one.split(" and ")]
        email = render_sample(kind, "en", marked_texts(kind), program_name="P", holds=holds)
        assert set(MARK.findall(email.text)) == marks_of_html(email)


@every_kind
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_counts_where_ours_stood(kind, language):
    for block in editable_blocks(kind).values():
        holds = [part for one in block.conditions for part in one.split(" and ")]
        field = block.fields[-1]  # a sample is about several
        email = render_sample(
            kind, language, {one: marked(block, one) for one in block.fields}, program_name="P",
            holds=holds,
        )  # fmt: skip
        where = email.subject if block.is_subject else email.text
        assert f"[[{field}]]" in where, block.name
        assert not placeholders_in(email.subject + email.text), block.name


@every_kind
def test_no_text_is_left_without_what_its_reader_needs(kind):
    for block in editable_blocks(kind).values():
        for field in block.fields:
            needed = block.needed(field)
            check_text(block, field, marked(block, field))
            for lost in needed:
                rest = marked(block, field).replace(f"{{{lost}}}", "")
                with pytest.raises(ValidationError, match=re.escape(f"{{{lost}}}")):
                    check_text(block, field, rest)


@every_kind
def test_hostile_texts_are_refused(kind):
    for block in editable_blocks(kind).values():
        good = marked(block, block.fields[-1])
        for name, hostile in HOSTILE.items():
            assert is_refused(block, f"{good} {hostile}"), f"{block.name} takes {name}"
        if block.is_subject:
            with pytest.raises(ValidationError, match="one line"):
                check_text(block, block.fields[-1], f"{good}\nBcc: x@example.org")


@every_kind
def test_what_looks_like_html_is_text(kind):
    """Also in what is filled in; other alphabets and line breaks are kept."""
    own = {
        field: f"<script>alert(1)</script> {text} & наставник\nhttps://example.org/a?b=1&c=2."
        for field, text in marked_texts(kind).items()
    }
    email = render_sample(kind, "en", own, program_name="<b>P</b>")
    assert "<script" not in email.html
    assert "<b>" not in email.html
    assert "\n" not in email.subject
    if MARK.search(email.text):
        assert "<script>alert(1)</script>" in email.text
        assert "&lt;script&gt;" in email.html
        assert 'href="https://example.org/a?b=1&amp;c=2"' in email.html
        assert "наставник" in email.html


def test_a_text_from_an_older_release_never_shows_braces():
    own = {"greeting": "Hello {gone}"}
    email = render_sample("match-introduced", "en", own, program_name="P")
    assert email.text.startswith("Hello Maria,")


@pytest.mark.parametrize(
    "text", ["https://x.org/{name}", "HTTPS://x.org{name}", "https://x.org/?a=b,{name} {days}"]
)
def test_a_placeholder_beside_a_link_is_refused(text):
    block = editable_blocks("match-introduced")["greeting"]
    with pytest.raises(ValidationError, match=r"Put a space between the link and \{name\}"):
        check_text(block, "greeting", text)
    check_text(block, "greeting", "https://x.org/ {name}, https://x.org/")


@pytest.mark.parametrize("around", ['""', "''", "<>", "“”", "«»", "()", "& "])
def test_a_link_ends_before_what_stands_around_it(around):
    before, after = around
    html = fill(f"{before}https://x.org/a?b=1&c=2{after}", {}, is_html=True)
    link = "https://x.org/a?b=1&amp;c=2"
    assert html == f'{escape(before)}<a href="{link}">{link}</a>{escape(after)}'


def test_limits_are_said_with_their_numbers():
    block = editable_blocks("match-introduced")["greeting"]
    check_text(block, "greeting", "x" * LIMITS[Part.BODY])
    with pytest.raises(ValidationError, match="2001 characters"):
        check_text(block, "greeting", "x" * (LIMITS[Part.BODY] + 1))


def test_conditions_are_listed_once_in_words():
    words = conditions_of("agreement-to-sign")
    assert words["partner_has_signed"] == "when the other person has signed"
    assert all(words.values())
    assert blocks_of("agreement-to-sign")[0].is_subject


# --- buttons

FIXED_BUTTONS = {  # they are the answer, or they deny a signature
    "agreement-on-paper": "I did not sign this",
    "first-contact": "Yes, we have been in touch",
    "meeting-record": "Yes, we met",
}
BAD_BUTTONS = {
    "x" * 41: "It has 41 characters. Shorten it to 40 at most.",
    "Open\nthe round": "Write the words on the button in one line.",
    "???": "Say in words what the button does.",
    "{day}!": "Say in words what the button does.",
    "Open:": "Leave out the “:” at the end",
    "Open https://example.org now": "“https://example.org” is an address.",
    "Open www.example.org": "“www.example.org” is an address.",
    "EXAMPLE.ORG/pay": "“EXAMPLE.ORG/pay” is an address.",
    "Write to a@example.org": "“a@example.org” is an address.",
    "Open it, {recipient}": "“{recipient}” can't be filled in here.",
    "Open {program_name}": "“{program_name}” can't be filled in here.",
    "<a href=javascript://x>": "is an address.",
    "Open \u202e": "It contains an invisible control character.",
}


def button_of(kind):
    [block] = [one for one in editable_blocks(kind).values() if one.is_button]
    return block


@pytest.mark.parametrize("text", BAD_BUTTONS)
def test_a_bad_button_is_refused_with_its_reason(text):
    block = button_of("round-ready")
    with pytest.raises(ValidationError) as error:
        check_text(block, block.name, text)
    assert any(BAD_BUTTONS[text] in one for one in error.value.messages)


@pytest.mark.parametrize(
    "text",
    ["x" * 40, "See it!", "С чего начать?", "Ouvrir l'ordre du jour", "👋 Open", "ラウンドを開く"],
)
def test_a_good_button_is_taken(text):
    block = button_of("round-ready")
    check_text(block, block.name, text)


def test_only_what_ours_fills_in_is_filled_in_on_a_button():
    block = button_of("match-introduced")
    assert list(block.placeholders) == ["name"]
    check_text(block, block.name, "Get to know {name}")
    check_text(block, block.name, "Open our page")  # the text says the name
    with pytest.raises(ValidationError, match=r"It has these: \{name\}"):
        check_text(block, block.name, "Open, {recipient}")


@pytest.mark.parametrize("kind", FIXED_BUTTONS)
def test_a_button_that_is_an_answer_stays_ours(kind):
    fixed = [one for one in blocks_of(kind) if one.is_button and not one.name]
    assert [one.defaults("en")[""] for one in fixed] == [FIXED_BUTTONS[kind]]
    email = render_sample(
        kind, "en", {"button": "Mine"}, program_name="P", holds=["deniable_until"]
    )
    assert email.button == FIXED_BUTTONS[kind]


def test_no_colon_follows_a_question_in_the_plain_text():
    for words, line in (("Are you in?", "Are you in?\nhttps"), ("I am in", "I am in:\nhttps")):
        email = render_sample("round-ready", "en", {"button": words}, program_name="P")
        assert f"\n\n{line}" in email.text
        assert f">{words}</a>" in email.html


# --- what is sent


@every_kind
@pytest.mark.django_db
def test_our_words_are_sent_unchanged_until_a_program_writes_its_own(kind, monkeypatch):
    scenario = SCENARIOS[kind]
    case = scenario.make()
    Notification.system.filter(kind=kind, recipient=case.to).delete()
    about = type(case.about)._base_manager.get(pk=case.about.pk)
    outbox.enqueue(kind, to=case.to, about=about, ordinal=2)
    row = Notification.system.get(kind=kind, recipient=case.to, ordinal=2)
    for language in LANGUAGES:
        type(case.to).objects.filter(pk=case.to.pk).update(language=language)
        row = Notification.system.select_related("recipient").get(pk=row.pk)
        ours = email_preview.render(row)
        assert bool(ours.button) == has_button(kind)
        with monkeypatch.context() as patched:
            engine = engine_without_tags()
            patched.setattr(Engine, "get_default", lambda engine=engine: engine)
            assert email_preview.render(row) == ours
        theirs = email_preview.render(row, marked_texts(kind))
        assert set(MARK.findall(theirs.text)) == marks_of_html(theirs)
        assert MARK.findall(theirs.subject + theirs.text), kind
        assert not placeholders_in(MARK.sub("", theirs.text))
        ours_left = ADDRESS.sub("", MARK.sub("", f"{theirs.subject}\n{theirs.text}"))
        assert not ROLES.findall(ours_left), "a program can't name its roles otherwise here"
    assert translation.get_language() == "en"


@pytest.mark.django_db
def test_one_click_stops_as_before_whatever_a_button_says():
    case = SCENARIOS["contact-request"].make()
    Notification.system.all().delete()
    factories.email_text(case.about.match.program, "contact-request", texts={"button": "Stop"})
    outbox.enqueue("contact-request", to=case.to, about=case.about)
    [mail] = deliver_due_emails(reconcile=False)
    html = mail.alternatives[0][0]
    stop = mail.extra_headers["List-Unsubscribe"].strip("<>")
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert ">Stop</a>" in html
    assert stop not in html.partition(">Stop</a>")[0]
    for text in (mail.body, html):
        assert "Stop e-mails like this" in text
        assert stop in text
