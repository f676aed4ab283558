import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from agreements import changes, drafting, text
from agreements.changes import word_difference
from agreements.text import clean
from testkit import agreements as make

WORDS = st.text(max_size=60)


@given(WORDS, WORDS)
def test_different_values_never_read_the_same(first, second):
    same = clean(first) == clean(second)
    assert (text._entry("goals: goal", first) == text._entry("goals: goal", second)) is same


@given(WORDS)
def test_no_value_can_imitate_a_key(value):
    key, *rest = text._entry("goals: goal", value).split("\n")
    assert key == "goals: goal:"
    assert all(line.startswith("  ") for line in rest)


@given(WORDS)
def test_cleaning_twice_is_cleaning_once(value):
    assert clean(clean(value)) == clean(value)


@given(st.text(alphabet="ab \n", max_size=40), st.text(alphabet="ab \n", max_size=40))
def test_the_pieces_of_a_difference_are_the_two_texts(before, after):
    left, right = word_difference(before, after)
    assert "".join(words for _kind, words in left) == before
    assert "".join(words for _kind, words in right) == after


def test_line_ends_and_composed_letters_do_not_count():
    assert clean("Caf\u00e9 \r\n\r\nb") == clean("Cafe\u0301\n\nb\n")


@pytest.mark.django_db
def test_the_record_is_the_same_in_every_language(match):
    version = make.draft(match)
    content = text.content_for_record(version)
    with translation.override("fr"):
        french = text.canonical(content)
    assert text.canonical(content) == french


@pytest.mark.django_db
def test_the_record_names_people_and_every_part(match):
    record = text.canonical(text.content_for_record(make.draft(match)))
    assert record.startswith("mentoring agreement, text 2\nprogram:\n")
    assert "mentee:\n  Ben Okoro\nmentor:\n  Ada Brook\n" in record
    assert (
        "goals: goal:\n  Lead a hiring panel\ngoals: measure:\n  Two panels led before June\n"
        in record
    )
    assert "term: months:\n  12\n" in record


@pytest.mark.django_db
def test_changes_say_what_was_added_removed_and_changed(match, ada, ben):
    version = make.shared(match)
    before = changes.snapshot(text.content_for_record(version))
    key = drafting.part_values(version, "goals")["goals"][0]["key"]
    goals = [
        {"key": key, "text": "Lead a small hiring panel", "measure": "Two panels led before June"}
    ]
    drafting.save_part(match, "goals", {"goals": goals}, expected_revision=1, by=ada)
    version = drafting.save_part(
        match,
        "activities",
        {"activities": ["Read one book together", "A fair"]},
        expected_revision=1,
        by=ada,
    )
    found = changes.changes(before, text.content_for_record(version))
    assert [(change.kind, change.part) for change in found] == [
        ("changed", "goals"),
        ("added", "activities"),
        ("removed", "activities"),
    ]
    assert ("ins", "small ") in found[0].after or ("ins", " small") in found[0].after
    assert found[2].before == (("del", "Practise a hard conversation"),)


@pytest.mark.django_db
def test_a_reader_in_another_language_sees_only_what_changed(match, ada):
    make.shared(match)
    rhythm = {**make.RHYTHM, "rhythm_days": 21}
    version = drafting.save_part(match, "rhythm", rhythm, expected_revision=1, by=ada)
    for language, before in (("en", "every 30 days"), ("fr", "tous les 30 jours")):
        with translation.override(language):
            _heading, found = changes.changes_since(version, text.content_for_record(version))
            assert ["".join(words for _, words in change.before) for change in found] == [before]


@pytest.mark.django_db
def test_what_was_shared_before_every_language_was_kept_is_compared_still(match):
    version = make.shared(match)
    content = text.content_for_record(version)
    content.text.shared_snapshot = changes.snapshot(content)
    assert changes.changes_since(version, content)[1] == []
