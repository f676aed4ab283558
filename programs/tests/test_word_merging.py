"""Words of a vocabulary are merged and retired after a page has said what would change."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from accounts.models import Industry, Language, Profile
from programs.models import ProgramActivity, Topic, WordMerge
from programs.word_merging import (
    forget_moved_choices,
    merge_words,
    merged_into,
    undo_merge,
    uses,
)
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
    assert uses(words) == {keep.pk: 2}
    assert WordMerge.objects.count() == 1


def test_words_of_two_programs_and_into_a_retired_word_are_refused(words):
    keep, other = words
    theirs = Topic.objects.create(program=factories.program(), code="x", names={"en": "X"})
    with pytest.raises(ActionNotAllowed, match="same program"):
        merge_words(keep, [theirs])
    Topic.objects.filter(pk=keep.pk).update(retired_on="2026-01-01")  # since it was read
    with pytest.raises(ActionNotAllowed, match="Restore it first"):
        merge_words(keep, [other])


def test_a_word_that_was_chosen_after_its_merge_is_merged_again(words, chosen):
    merge_words(words[0], words[1:])
    with pytest.raises(ActionNotAllowed, match="merged already"):
        merge_words(words[0], words[1:])
    chosen[0].topic_rows.update(topic=words[1])
    assert len(merge_words(words[0], words[1:]).moved) == 1
    assert uses(words) == {words[0].pk: 2}


def test_asking_takes_the_same_queries_for_two_words_and_four(as_user, cleo, words, program):
    client = as_user(cleo)
    more = [Topic.objects.create(program=program, code=code, names={"en": code}) for code in "ab"]
    counts = []
    for chosen in (words, words, [*words, *more]):
        with CaptureQueriesContext(connection) as asked:
            post(client, "merge_selected", chosen)
        counts.append(len(asked))
    assert counts[1] == counts[2]


def test_retiring_an_activity_says_how_many_pairs_have_it(as_user, cleo, program):
    word = ProgramActivity.objects.create(
        program=program, code="walk", kind=ProgramActivity.Kind.ACTIVITY, names={"en": "A walk"}
    )
    data = {"action": "retire_selected", "_selected_action": [word.pk]}
    address = reverse("admin:programs_programactivity_changelist")
    assert "A walk: in use by 0 pairs" in as_user(cleo).post(address, data).content.decode()


def test_retiring_asks_first(as_user, cleo, words, chosen):
    client = as_user(cleo)
    page = post(client, "retire_selected", words[1:]).content.decode()
    assert "chosen in 2 applications" in page
    assert not Topic.objects.exclude(retired_on=None).exists()
    post(client, "retire_selected", words[1:], confirmed="Retire")
    assert Topic.objects.exclude(retired_on=None).get() == words[1]


def test_restoring_asks_first(as_user, cleo, words, chosen):
    client = as_user(cleo)
    Topic.objects.filter(pk=words[1].pk).update(retired_on="2026-01-01")
    page = post(client, "restore_selected", words).content.decode()
    assert "offer these words again" in page
    assert "chosen in 2 applications" in page
    assert "chosen in 1 application<" not in page  # the other word is not retired
    assert Topic.objects.exclude(retired_on=None).get() == words[1]
    for _twice in range(2):
        post(client, "restore_selected", words[1:], confirmed="Restore")
    assert not Topic.objects.exclude(retired_on=None).exists()


def test_restoring_a_merged_word_says_that_its_choices_stay_with_the_other(
    as_user, cleo, words, chosen
):
    merge_words(words[0], words[1:])
    page = post(as_user(cleo), "restore_selected", words[1:]).content.decode()
    assert "merged into “Public speaking”" in page
    assert "chosen in 0 applications" in page


class TestUndoingAMerge:
    @pytest.fixture
    def merge(self, words, chosen):
        return merge_words(words[0], words[1:])

    @pytest.fixture
    def press(self, as_user, cleo):
        def press(merge, user=cleo, kind="programs_topic"):
            return as_user(user).post(
                reverse(f"admin:{kind}_undo-merge", args=[merge.pk]), follow=True
            )

        return press

    def test_puts_back_exactly_what_was(self, press, merge, words, chosen):
        page = press(merge).content.decode()
        assert "3 choices" not in page
        assert "2 choices were put back" in page
        assert [sorted(topics(one)) for one in chosen] == [
            [("Skill: Public speaking", 3)],
            [("Public speaking", 1), ("Skill: Public speaking", 3)],
        ]
        assert not Topic.objects.exclude(retired_on=None).exists()
        assert "can be undone once" in press(merge).content.decode()
        assert topics(chosen[0]) == [("Skill: Public speaking", 3)]

    def test_stays_in_the_history_of_the_word(self, as_user, cleo, words, chosen, press):
        post(as_user(cleo), "merge_selected", words, keep=words[0].pk, confirmed="Merge")
        press(WordMerge.objects.get())
        cleo.language = "fr"
        cleo.save()
        page = as_user(cleo).get(f"{URL}{words[0].pk}/history/").content.decode()
        assert "mots fusionnés avec celui-ci" in page
        assert "annulation d&#x27;une fusion" in page

    def test_leaves_what_its_person_has_changed_since(self, press, merge, words, chosen):
        hers, his = chosen
        hers.topic_rows.update(weight=2)
        his.topic_rows.all().delete()
        page = press(merge).content.decode()
        assert "2 choices stay as they are" in page
        assert topics(hers) == [("Public speaking", 2)]
        assert topics(his) == []

    def test_a_form_that_was_saved_without_a_change_is_no_change(self, press, merge, chosen):
        hers = chosen[0]
        (row,) = hers.topic_rows.all()
        row.delete()
        row.pk = None
        row.save()
        press(merge)
        assert topics(hers) == [("Skill: Public speaking", 3)]

    def test_three_words_of_one_person_come_back(self, program, cohort, ben):
        made = [
            Topic.objects.create(program=program, code=f"w{n}", names={"en": f"W{n}"}, position=n)
            for n in range(3)
        ]
        his = factories.application(ben, cohort)
        his.topic_rows.create(topic=made[1], weight=1)
        his.topic_rows.create(topic=made[2], weight=3)
        merge = merge_words(made[0], made[1:])
        assert topics(his) == [("W0", 1)]
        assert undo_merge(merge, at=timezone.now()).undone == 2
        assert sorted(topics(his)) == [("W1", 1), ("W2", 3)]

    def test_waits_for_a_later_merge_of_the_same_words(self, press, merge, words, program):
        third = Topic.objects.create(program=program, code="t9", names={"en": "Talks"})
        later = merge_words(third, words[:1])
        assert merged_into(Topic) == {words[1].pk: third.pk, words[0].pk: third.pk}
        assert "Undo that first" in press(merge).content.decode()
        press(later)
        press(merge)
        assert merged_into(Topic) == {}
        assert not Topic.objects.exclude(retired_on=None).exists()

    def test_a_word_that_was_retired_before_stays_so(self, words, chosen):
        Topic.objects.filter(pk=words[1].pk).update(retired_on="2026-01-01")
        words[1].refresh_from_db()
        undo_merge(merge_words(words[0], words[1:]), at=timezone.now())
        assert Topic.objects.exclude(retired_on=None).get() == words[1]

    def test_is_refused_after_a_day_and_what_it_needs_is_deleted(self, merge, as_user, cleo):
        day = merge.at + timedelta(hours=24)
        assert forget_moved_choices(day - timedelta(seconds=1)) == 0
        assert [forget_moved_choices(day) for _twice in range(2)] == [1, 0]
        with pytest.raises(ActionNotAllowed, match="within 24 hours"):
            undo_merge(merge, at=day)
        WordMerge.objects.update(at=timezone.now() - timedelta(hours=25))
        assert "Undo this merge" not in as_user(cleo).get(URL).content.decode()

    def test_only_those_who_may_change_the_words_see_the_button_and_can_press_it(
        self, press, merge, as_user, cleo, program, chosen
    ):
        reader = factories.member(program=program, role="reader")
        assert "Undo this merge" in as_user(cleo).get(URL).content.decode()
        assert "Undo this merge" not in as_user(reader).get(URL).content.decode()
        stranger = factories.member(program=factories.program(), role="chair")
        assert [press(merge, one).status_code for one in (reader, stranger)] == [404, 404]
        address = reverse("admin:programs_topic_undo-merge", args=[merge.pk])
        assert as_user(cleo).get(address).url == URL
        assert topics(chosen[0]) == [("Public speaking", 3)]

    def test_the_list_takes_the_same_queries_for_one_merge_and_three(
        self, as_user, cleo, merge, program
    ):
        client = as_user(cleo)
        client.get(URL)
        counts = []
        for n in range(2):
            with CaptureQueriesContext(connection) as asked:
                client.get(URL)
            counts.append(len(asked))
            for code in "abcd":
                Topic.objects.create(program=program, code=f"{code}{n}", names={"en": code})
            made = list(Topic.objects.filter(code__endswith=str(n), code__in=[f"a{n}", f"b{n}"]))
            merge_words(made[0], made[1:])
        assert counts[0] == counts[1]


@pytest.mark.parametrize(("model", "through"), [(Industry, "industries"), (Language, "languages")])
def test_industries_and_languages_are_merged_too(as_user, cleo, ada, ben, model, through):
    keep, other = (
        model.objects.create(code=code, names={"en": name})
        for code, name in (("w1", "Health"), ("w2", "Health care"))
    )
    hers, his = (Profile.objects.get_or_create(user=one)[0] for one in (ada, ben))
    getattr(hers, through).set([other])
    getattr(his, through).set([keep, other])
    address = reverse(f"admin:accounts_{model._meta.model_name}_changelist")
    data = {"action": "merge_selected", "_selected_action": [keep.pk, other.pk]}
    client = as_user(cleo)
    page = client.post(address, data).content.decode()
    assert "Health care: chosen by 2 people" in page
    assert "All programs share these words" in page
    client.post(address, {**data, "keep": keep.pk, "confirmed": "Merge"})
    assert [list(getattr(one, through).all()) for one in (hers, his)] == [[keep], [keep]]
    merge = WordMerge.objects.get()
    client.post(reverse(f"admin:accounts_{model._meta.model_name}_undo-merge", args=[merge.pk]))
    assert [set(getattr(one, through).all()) for one in (hers, his)] == [{other}, {keep, other}]


def test_readers_merge_nothing(as_user, program, words, chosen):
    reader = factories.member(program=program, role="reader")
    post(as_user(reader), "merge_selected", words, keep=words[0].pk, confirmed="Merge")
    assert not Topic.objects.exclude(retired_on=None).exists()
