"""A program's own texts of e-mails: draft, versions, two members at once, a newer release."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from access.exceptions import ActionNotAllowed
from programs import email_texts
from programs.email_texts import TextsChanged
from programs.models import EmailText
from testkit import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
KIND, EN = "agreement-to-sign", "en"
GREETING = {"greeting": "Dear {name},"}


@pytest.fixture
def program(db):
    return factories.program(language="en")


@pytest.fixture
def kim(program):
    return factories.member("Kim Osei", program=program, role="chair")


def stamp(program, kind=KIND, language=EN):
    return email_texts.versions_of(program, kind, language).stamp


def draft(program, by, texts=GREETING, language=EN):
    return email_texts.save_draft(
        program, KIND, language, texts, by=by, seen=stamp(program, language=language)
    )


def publish(program, by, language=EN):
    return email_texts.publish(
        program, KIND, language, by=by, seen=stamp(program, language=language)
    )


def used(program, language=EN):
    return email_texts.own_texts(program.pk, KIND, language)


def test_a_draft_counts_when_it_is_published(program, kim):
    draft(program, kim)
    assert used(program) == {}
    row = publish(program, kim)
    assert (row.number, row.by, used(program)) == (1, kim, GREETING)
    assert not email_texts.versions_of(program, KIND, EN).draft


def test_each_language_and_program_has_its_own(program, kim):
    draft(program, kim)
    publish(program, kim)
    assert used(program, "fr") == {}
    assert used(factories.program()) == {}


def test_what_says_the_same_as_ours_is_not_kept(program, kim):
    assert draft(program, kim, {"greeting": " Hello {name}, "}) is None
    assert draft(program, kim, {"greeting": ""}) is None
    assert not EmailText.objects.exists()


def test_saving_again_replaces_the_draft(program, kim):
    draft(program, kim)
    draft(program, kim, {"greeting": "Hi {name},"})
    row = EmailText.objects.get()
    assert (row.texts, row.number) == ({"greeting": "Hi {name},"}, None)
    assert draft(program, kim, {"greeting": "Hi {name},"}) == row
    assert draft(program, kim, {}) is None
    assert not EmailText.objects.exists()


def test_every_error_is_said_at_its_text(program, kim):
    wrong = {"greeting": "{{ settings.SECRET_KEY }}", "signed-mentoring-agreement": "Signed!"}
    with pytest.raises(ValidationError) as error:
        draft(program, kim, wrong)
    found = error.value.message_dict
    assert set(found) == set(wrong)
    assert found["greeting"] == [
        "“{{ settings.SECRET_KEY }}” is not a placeholder of this text. It has these: {name}, "
        "{recipient}, {program_name}."
    ]
    assert "Put {name} back" in found["signed-mentoring-agreement"][0]
    assert not EmailText.objects.exists()


def test_a_text_about_a_number_needs_both_forms(program, kim):
    seen = stamp(program, "agreement-comment")
    texts = {"comment-agreement-waits": "One of {name}"}
    with pytest.raises(ValidationError) as error:
        email_texts.save_draft(program, "agreement-comment", EN, texts, by=kim, seen=seen)
    assert list(error.value.message_dict) == ["comment-agreement-waits:several"]


def test_back_to_ours_and_to_an_older_version(program, kim):
    draft(program, kim)
    publish(program, kim)
    assert email_texts.use_ours(program, KIND, EN, by=kim, seen=stamp(program)).number == 2
    assert used(program) == {}
    email_texts.use_again(program, KIND, EN, 1, by=kim, seen=stamp(program))
    assert used(program) == GREETING
    assert [row.number for row in EmailText.objects.of(program, KIND, EN)] == [3, 2, 1]


def test_what_can_be_done_once_is_not_done_twice(program, kim):
    with pytest.raises(ActionNotAllowed):
        publish(program, kim)
    with pytest.raises(ActionNotAllowed):
        email_texts.discard(program, KIND, EN, by=kim, seen=stamp(program))
    with pytest.raises(ActionNotAllowed):
        email_texts.use_ours(program, KIND, EN, by=kim, seen=stamp(program))
    with pytest.raises(ActionNotAllowed):
        email_texts.use_again(program, KIND, EN, 7, by=kim, seen=stamp(program))
    draft(program, kim)
    publish(program, kim)
    with pytest.raises(ActionNotAllowed):
        email_texts.use_again(program, KIND, EN, 1, by=kim, seen=stamp(program))


@pytest.mark.parametrize("role", ["reader", "matcher", "carer"])
def test_only_chairs_write(program, role):
    member = factories.member("Pat", program=program, role=role)
    with pytest.raises(ActionNotAllowed):
        draft(program, member)


def test_the_chair_of_another_program_does_not_write(program):
    other = factories.member("Lou", program=factories.program(), role="chair")
    with pytest.raises(ActionNotAllowed):
        draft(program, other)


@pytest.mark.parametrize(
    ("kind", "language"),
    [("account", "en"), ("opening-confirm", "en"), ("no-such-kind", "en"), (KIND, "de")],
)
def test_what_is_fixed_is_not_written(program, kim, kind, language):
    with pytest.raises(ActionNotAllowed):
        email_texts.save_draft(program, kind, language, GREETING, by=kim, seen="0.")


def test_who_was_slower_changes_nothing(program, kim):
    first = stamp(program)
    draft(program, kim)
    for act in (
        lambda: email_texts.save_draft(program, KIND, EN, {}, by=kim, seen=first),
        lambda: email_texts.publish(program, KIND, EN, by=kim, seen=first),
        lambda: email_texts.discard(program, KIND, EN, by=kim, seen=first),
    ):
        with pytest.raises(TextsChanged) as error:
            act()
        assert error.value.newest.by == kim
    assert EmailText.objects.get().texts == GREETING


def test_a_newer_release_is_told(program, kim):
    draft(program, kim)
    row = publish(program, kim)
    assert email_texts.moved_defaults(row) == {}
    row.defaults = {"greeting": "Good day {name},"}
    row.texts = {**GREETING, "gone": "x"}
    assert email_texts.moved_defaults(row) == {"greeting": ("Good day {name},", "Hello {name},")}
    row.defaults = {"greeting": "Hello {name},", "gone": "Was here"}
    assert email_texts.moved_defaults(row) == {"gone": ("Was here", "")}


def test_the_database_keeps_one_draft_and_each_number_once(program, kim):
    factories.email_text(program, number=None)
    factories.email_text(program)
    for number in (None, 1, 0):
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.email_text(program, number=number)
