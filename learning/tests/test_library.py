"""The library: what a program starts with, who reads what, and how a chair changes it."""

import importlib
import re

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from learning import seeding
from learning.models import LibraryItem, SupportTopic
from programs.creation import create_program
from programs.models import Program
from testkit import factories

pytestmark = pytest.mark.django_db
LIST = reverse("learning:item-list")


@pytest.fixture
def pair(ada, ben, cohort):
    return factories.match(ben, ada, cohort)


def item(program, code="listen", **fields):
    fields = {
        "titles": {"en": "Listen", "fr": "Écouter"},
        "summaries": {"en": "How to listen"},
        "texts": {"en": "Wait five seconds."},
        **fields,
    }
    return LibraryItem.objects.create(program=program, code=code, **fields)


def page_of(row):
    return reverse("learning:item-detail", args=[row.public_id])


def words(program, **changes):
    return {
        "program": program.pk,
        "title_en": "Listen",
        "summary_en": "How to listen",
        "text_en": "Wait.",
        "position": "1",
        **changes,
    }


def desk(name, row=None):
    return reverse(f"admin:learning_libraryitem_{name}", args=[row.pk] if row else [])


def test_a_new_program_starts_with_topics_and_a_library():
    made = create_program(Program(name="New", slug="new", purpose="p"), template="")
    items = LibraryItem.objects.filter(program=made)
    assert items.count() == len(seeding.item_seeds())
    assert SupportTopic.objects.filter(program=made).count() == len(seeding.topic_seeds())
    assert {tuple(one.languages) for one in items} == {("en", "fr")}
    assert all(one.topics.exists() for one in items)
    assert all(
        one.words(code).text and one.words(code).summary for one in items for code in ("en", "fr")
    )
    # Nothing in it can break: no links.
    assert not [one for one in items if one.links or re.search("https?:|www", str(one.texts))]


def test_loading_again_adds_nothing_and_keeps_what_was_changed(program):
    assert seeding.load(program) > 0
    SupportTopic.objects.filter(program=program).update(names={"en": "Ours"})
    LibraryItem.objects.filter(program=program).update(retired_on=timezone.localdate())
    assert seeding.load(program) == 0
    assert not LibraryItem.objects.filter(program=program).current().exists()


def test_people_read_what_is_for_their_role(as_user, pair, program, ada, ben, dan):
    item(program, "both", titles={"en": "For two"})
    item(program, "mentor", titles={"en": "For mentors"}, role="mentor")
    item(program, "old", titles={"en": "Retired"}, retired_on=timezone.localdate())
    item(factories.program(), "far", titles={"en": "Elsewhere"})

    def read(person):
        page = as_user(person).get(LIST).content.decode()
        titles = ("For two", "For mentors", "Retired", "Elsewhere")
        return [title for title in titles if title in page]

    assert read(ada) == ["For two", "For mentors"]
    assert read(ben) == ["For two"]
    assert read(dan) == []
    assert "There is nothing in the library for you yet" in as_user(dan).get(LIST).content.decode()


def test_an_item_of_another_role_or_program_is_not_found(as_user, pair, program, ben, dan, cleo):
    mine, other = item(program), item(program, "mentor", role="mentor")
    assert as_user(ben).get(page_of(mine)).status_code == 200
    assert as_user(ben).get(page_of(other)).status_code == 404
    assert as_user(dan).get(page_of(mine)).status_code == 404
    assert as_user(cleo).get(page_of(other)).status_code == 200
    assert as_user(ben).post(page_of(mine)).status_code == 405


def test_a_retired_item_says_so_and_shows_nothing_else(as_user, pair, program, ben):
    row = item(program, retired_on=timezone.localdate())
    page = as_user(ben).get(page_of(row)).content.decode()
    assert "The committee does not recommend this any more." in page
    assert "Wait five seconds." not in page


def test_a_link_says_where_it_leads(as_user, pair, program, ben):
    row = item(program, texts={}, links={"en": "https://example.org/listen"})
    page = as_user(ben).get(page_of(row)).content.decode()
    assert "Read it on example.org" in page
    assert 'rel="noopener noreferrer"' in page


def test_words_are_in_the_language_of_the_reader_or_of_the_program(program):
    row = item(program)
    with override("fr"):
        assert row.words().title == "Écouter"
    with override("de"):
        assert (row.words().language, row.words().title) == ("en", "Listen")
    only = item(program, "fr", titles={"fr": "Seul"}, summaries={"fr": "s"}, texts={"fr": "t"})
    assert (only.words("en").language, only.words("en").title) == ("fr", "Seul")


def test_a_topic_chooses_from_the_list(as_user, pair, program, ben):
    topic = SupportTopic.objects.create(program=program, code="hear", names={"en": "Hearing"})
    item(program).topics.add(topic)
    item(program, "other", titles={"en": "Write"})
    page = as_user(ben).get(LIST, {"topic": "hear"}).content.decode()
    assert "Listen" in page
    assert "Write" not in page
    assert "Write" in as_user(ben).get(LIST, {"topic": "nonsense"}).content.decode()


def test_the_list_asks_as_often_for_many_items_as_for_one(as_user, pair, program, ben):
    client = as_user(ben)

    def queries(code):
        topic = SupportTopic.objects.create(program=program, code=code, names={"en": code})
        item(program, code).topics.add(topic)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(LIST)
        return len(seen)

    queries("warm")
    assert queries("a") == queries("b")


def test_a_chair_adds_an_item(as_user, program, cleo):
    topic = SupportTopic.objects.create(program=program, code="hear", names={"en": "Hearing"})
    typed = words(program, title_fr="Écouter", summary_fr="s", link_fr="https://example.org/fr")
    as_user(cleo).post(desk("add"), {**typed, "topics": [topic.pk], "role": "mentor"})
    row = LibraryItem.objects.get()
    assert (row.code, row.languages, row.role) == ("listen", ["en", "fr"], "mentor")
    assert row.words("fr").link == "https://example.org/fr"
    assert [*row.topics.all()] == [topic]


def test_a_chair_retires_an_item(as_user, program, cleo):
    row = item(program)
    today = timezone.localdate().isoformat()
    as_user(cleo).post(desk("change", row), words(program, text_en="Hm", retired_on=today))
    row.refresh_from_db()
    assert (row.is_retired, row.texts, row.code) == (True, {"en": "Hm"}, "listen")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title_en": ""}, "Enter a title, or empty the rest in this language."),
        ({"summary_en": " "}, "Say in a sentence what it is"),
        ({"text_en": ""}, "Enter either a text or a link in this language, not both."),
        ({"link_en": "https://example.org"}, "Enter either a text or a link"),
        ({"text_en": "", "link_en": "http://example.org"}, "Enter a link with https://"),
        ({"text_en": "", "link_en": "javascript:alert(1)"}, "Enter a link with https://"),
        ({"title_en": "", "summary_en": "", "text_en": ""}, "in at least one language"),
        ({"retired_on": "soon"}, "Enter a valid date."),
    ],
)
def test_nonsense_is_refused_with_words(as_user, program, cleo, changes, said):
    page = as_user(cleo).post(desk("add"), words(program, **changes)).content.decode()
    assert said in page.replace("&#x27;", "'")
    assert not LibraryItem.objects.exists()


def test_topics_of_another_program_are_refused(as_user, program, cleo):
    far = factories.program()
    topic = SupportTopic.objects.create(program=far, code="far", names={"en": "Far"})
    for roles in (0, 1):
        if roles:
            factories.Membership.objects.create(user=cleo, program=far, role="chair")
        typed = words(program, topics=[topic.pk])
        page = as_user(cleo).post(desk("add"), typed)
        assert page.status_code == 200
    assert "Choose only topics of this program." in page.content.decode()
    assert not LibraryItem.objects.exists()


def test_two_topics_of_a_program_cannot_have_one_name(as_user, program, cleo):
    add = reverse("admin:learning_supporttopic_add")
    typed = {"program": program.pk, "name_en": "Goals", "position": "1"}
    as_user(cleo).post(add, typed)
    assert "Another entry has this name" in as_user(cleo).post(add, typed).content.decode()
    topic = SupportTopic.objects.get()
    change = reverse("admin:learning_supporttopic_change", args=[topic.pk])
    SupportTopic.objects.create(program=factories.program(), code="o", names={"en": "Talks"})
    as_user(cleo).post(change, {"name_en": "Talks", "position": "2"})
    topic.refresh_from_db()
    assert (topic.names, topic.position, topic.code) == ({"en": "Talks"}, 2, "goals")


def test_programs_that_are_there_already_get_the_library(program):
    importlib.import_module("learning.migrations.0002_first_items").load(apps, None)
    assert LibraryItem.objects.filter(program=program).count() == len(seeding.item_seeds())
    assert seeding.load(program) == 0
