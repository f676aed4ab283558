"""Vocabulary in the admin: a name for each language, in a field of its own."""

from __future__ import annotations

from django.urls import reverse

from accounts.models import Language
from testkit import factories


def test_a_word_has_a_name_in_each_language(as_user, cleo):
    form = {"code": "tlh", "name_en": "Klingon", "name_fr": "klingon", "retired_on": ""}
    as_user(cleo).post(reverse("admin:accounts_language_add"), form)
    word = Language.objects.get(code="tlh")
    assert word.names == {"en": "Klingon", "fr": "klingon"}
    as_user(cleo).post(
        reverse("admin:accounts_language_change", args=[word.pk]), {**form, "name_fr": ""}
    )
    word.refresh_from_db()
    assert word.names == {"en": "Klingon"}


def test_a_word_without_a_name_in_the_first_language_is_refused(as_user, cleo):
    page = as_user(cleo).post(
        reverse("admin:accounts_language_add"), {"code": "tlh", "name_fr": "klingon"}
    )
    assert "name_en" in page.context["adminform"].form.errors
    assert not Language.objects.filter(code="tlh").exists()


def test_who_may_only_read_sees_names_and_no_code_of_ours(as_user, program):
    reader = factories.member("Rhea Hill", program=program, role="reader")
    word = Language.objects.create(code="tlh", names={"en": "Klingon", "fr": "klingon"})
    page = (
        as_user(reader)
        .get(reverse("admin:accounts_language_change", args=[word.pk]))
        .content.decode()
    )
    assert "Klingon, klingon" in page
    assert "{" not in page.partition("<main")[2].partition("</main>")[0]
