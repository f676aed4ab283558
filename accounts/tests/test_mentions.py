"""A name is found however it is spaced and written, and nothing else is taken for it."""

import pytest

from accounts.mentions import NAME_ERASED, Mentions
from testkit import factories


def mentions(*spellings):
    return Mentions.of_spellings(list(spellings))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I met Ann Lee.", f"I met {NAME_ERASED}."),
        ("ANN  LEE\nann\u00a0lee", f"{NAME_ERASED}\n{NAME_ERASED}"),
        ("<ann@example.org>, Ann@Example.org", f"<{NAME_ERASED}>, {NAME_ERASED}"),
        ("Joann Leeds, Ann Leed, joann@example.org", "Joann Leeds, Ann Leed, joann@example.org"),
        ("Ann is late", "Ann is late"),
    ],
)
def test_full_name_and_addresses_are_replaced(text, left):
    found = mentions("Ann Lee", "ann@example.org")
    assert found.without(text) == left
    assert found.are_in(text) is (text != left)
    assert found.without(left) == left


def test_a_name_of_one_word_needs_its_own_case():
    assert mentions("Will").without("Will said he will") == f"{NAME_ERASED} said he will"


def test_a_person_without_a_name_is_found_by_address(db):
    nameless = factories.person("X", email="x@example.org")
    nameless.name = ""
    assert Mentions.of(nameless).without("x@example.org, X") == f"{NAME_ERASED}, X"


def test_every_text_of_a_json_value_is_searched():
    value = {"Ann Lee": ["Ann Lee", 3, {"a": None}]}
    assert mentions("Ann Lee").without_in(value) == {NAME_ERASED: [NAME_ERASED, 3, {"a": None}]}
