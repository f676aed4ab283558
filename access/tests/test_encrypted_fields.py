"""Encrypted columns: unreadable in the database, readable with every key, not searchable."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.exceptions import FieldError
from django.db import connection

from access.encrypted_fields import decrypt, encrypt
from applications.models import PrivateAnswers
from testkit import factories


def stored(answers):
    with connection.cursor() as cursor:
        cursor.execute("SELECT needs FROM applications_privateanswers WHERE id = %s", [answers.pk])
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_the_database_holds_no_plain_text(ben, cohort):
    answers = PrivateAnswers.objects.create(
        application=factories.application(ben, cohort), needs="quiet rooms"
    )
    assert "quiet" not in stored(answers)
    answers.refresh_from_db()
    assert answers.needs == "quiet rooms"


@pytest.mark.django_db
def test_nothing_written_stays_nothing(ben, cohort):
    answers = PrivateAnswers.objects.create(application=factories.application(ben, cohort))
    assert stored(answers) == ""


@pytest.mark.django_db
def test_an_encrypted_column_cannot_be_searched(ben):
    with pytest.raises(FieldError):
        PrivateAnswers.objects.visible_to(ben).filter(needs__contains="quiet")


def test_an_old_key_still_reads_and_the_new_one_writes(settings):
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.TEXT_KEYS = [old]
    text = encrypt("trust")
    settings.TEXT_KEYS = [new, old]
    assert decrypt(text) == "trust"
    settings.TEXT_KEYS = [new]
    with pytest.raises(InvalidToken):
        decrypt(text)


def test_plain_text_in_the_column_is_an_error_not_a_page():
    with pytest.raises(InvalidToken):
        decrypt("written by hand")
