"""Words of a vocabulary are merged and retired after a page has said what would change."""

import pytest

from access.exceptions import ActionNotAllowed
from programs.models import Topic
from programs.word_merging import merge_words, uses
from testkit import factories

pytestmark = pytest.mark.django_db
URL = "/admin/programs/topic/"


@pytest.fixture
def words(program):
    return [
        Topic.objects.create(program=program, code=f"t{n}", names={"en": name}, position=n)
        for n, name in enumerate(["Public speaking", "Skill: Public speaking"])
    ]


@pytest.fixture
def chosen(cohort, ada, ben, words):
    """Ada chose the second word, Ben both."""
    keep, other = words
    hers = factories.application(ada, cohort, "mentor")
    his = factories.application(ben, cohort)
    hers.topic_rows.create(topic=other, weight=3)
    his.topic_rows.create(topic=keep, weight=1)
    his.topic_rows.create(topic=other, weight=3)
    return hers, his


def topics(application):
    return [(str(row), row.weight) for row in application.topic_rows.all()]


def post(client, action, rows, **data):
    data = {"action": action, "_selected_action": [row.pk for row in rows], **data}
    return client.post(URL, data, follow=True)


def test_the_page_says_who_is_concerned_and_changes_nothing_yet(as_user, cleo, words, chosen):
    page = post(as_user(cleo), "merge_selected", words).content.decode()
    assert "Skill: Public speaking: chosen in 2 applications" in page
    assert "Public speaking: chosen in 1 application" in page
    assert not Topic.objects.exclude(retired_on=None).exists()


def test_merging_moves_every_choice_and_retires_the_other_word(as_user, cleo, words, chosen):
    keep, other = words
    client = as_user(cleo)
    for _twice in range(2):
        post(client, "merge_selected", words, keep=keep.pk, confirmed="Merge")
    assert [topics(one) for one in chosen] == [[("Public speaking", 3)], [("Public speaking", 1)]]
    other.refresh_from_db()
    assert other.retired_on
    assert (uses(keep), uses(other)) == (2, 0)


def test_words_of_two_programs_and_into_a_retired_word_are_refused(words):
    keep, other = words
    theirs = Topic.objects.create(program=factories.program(), code="x", names={"en": "X"})
    with pytest.raises(ActionNotAllowed, match="same program"):
        merge_words(keep, [theirs])
    keep.retired_on = "2026-01-01"
    with pytest.raises(ActionNotAllowed, match="Restore it first"):
        merge_words(keep, [other])


def test_retiring_asks_first(as_user, cleo, words, chosen):
    client = as_user(cleo)
    page = post(client, "retire_selected", words[1:]).content.decode()
    assert "chosen in 2 applications" in page
    assert not Topic.objects.exclude(retired_on=None).exists()
    post(client, "retire_selected", words[1:], confirmed="Retire")
    assert Topic.objects.exclude(retired_on=None).get() == words[1]


def test_readers_merge_nothing(as_user, program, words, chosen):
    reader = factories.member(program=program, role="reader")
    post(as_user(reader), "merge_selected", words, keep=words[0].pk, confirmed="Merge")
    assert not Topic.objects.exclude(retired_on=None).exists()
