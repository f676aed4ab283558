"""Why an e-mail was not sent is stored as a code and shown in the reader's language."""

import ast

import pytest
from django.utils import translation

from mentoring.tests.test_architecture import name, product_code
from notifications import email_preview, reasons
from notifications.kinds import Cancel


def reason_arguments():
    """Every expression that becomes a reason: (file, line, expression)."""
    for path in product_code():
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = {word.arg: word.value for word in node.keywords}
            if called == "Cancel":
                yield path, node.lineno, node.args[0] if node.args else given["reason"]
            elif called == "cancel_about":
                yield path, node.lineno, given["why"]


def test_every_reason_is_registered_and_not_a_sentence():
    written = [
        f"{name(path)}:{line}"
        for path, line, value in reason_arguments()
        if isinstance(value, ast.Constant | ast.JoinedStr)
    ]
    assert written == []


def test_every_reason_has_words_in_each_language():
    for code in reasons.REASONS:
        assert code == code.lower()
        assert " " not in code
        with translation.override("en"):
            english = reasons.words_of(code)
        with translation.override("fr"):
            assert reasons.words_of(code) != english, code


def test_a_code_has_one_meaning():
    with pytest.raises(ValueError, match="two reasons"):
        reasons.reason(reasons.EXPIRED, "something else")


def test_an_unknown_reason_is_shown_as_it_is_stored():
    assert reasons.words_of("decided long ago") == "decided long ago"


@pytest.mark.django_db
def test_the_preview_gives_the_reason_in_the_language_of_its_reader(sample, ada):
    ada.language = "en"
    ada.save()
    row = sample.enqueue(ada)
    sample.answer = Cancel(reasons.ACCOUNT_CLOSED)
    with translation.override("fr"):
        words = reasons.words_of(reasons.ACCOUNT_CLOSED)
        assert words in email_preview.render(row).text
