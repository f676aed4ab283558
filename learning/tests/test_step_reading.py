"""What the library offers at each step, to whom, on paper, and which versions an item has had."""

import importlib
from datetime import date

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from learning import seeding
from learning.item_saving import save_version
from learning.models import ItemVersion, LibraryItem, Step
from learning.step_reading import items_for
from testkit import factories

pytestmark = pytest.mark.django_db
PRINT = reverse("learning:item-print")
NOW = timezone.make_aware(timezone.datetime(2026, 3, 2, 9))


@pytest.fixture
def pair(ada, ben, cohort):
    return factories.match(ben, ada, cohort)


def item(program, code, step="", **fields):
    fields = {
        "titles": {"en": f"About {code}"},
        "summaries": {"en": "In a sentence"},
        "texts": {"en": f"The text of {code}."},
        **fields,
    }
    return LibraryItem.objects.create(program=program, code=code, step=step, **fields)


def test_the_product_has_something_to_read_at_each_step(program):
    seeding.load(program)
    for role in ("mentee", "mentor"):
        assert [step for step in Step.values if not items_for(program, role, step)] == []


def test_a_step_offers_the_first_two_for_the_role(program):
    for number, (code, role) in enumerate(
        [("late", ""), ("mentors", "mentor"), ("first", ""), ("second", "mentee")]
    ):
        item(program, code, "goals", role=role, position=9 - number)
    item(program, "gone", "goals", retired_on=date(2026, 1, 1))
    item(factories.program(), "far", "goals")
    item(program, "other", "pause")
    assert [one.code for one in items_for(program, "mentee", "goals")] == ["second", "first"]
    assert [one.code for one in items_for(program, "mentor", "goals")] == ["first", "mentors"]


PAGES = {
    "introduction": "matches:match-hello",
    "first_meeting": "matches:match-detail",
    "agreement": "agreements:agreement-detail",
    "goals": "agreements:goal-list",
    "pause": "matches:match-pause",
    "ending": "matches:match-ending",
}


@pytest.mark.parametrize(("step", "name"), PAGES.items())
def test_the_page_of_a_step_offers_its_item_to_the_role(
    as_user, pair, program, ada, ben, step, name
):
    mine = item(program, "mine", step, role="mentee")
    for other in set(Step.values) - {step}:
        item(program, other, other)
    page = reverse(name, args=[pair.public_id])
    link = reverse("learning:item-detail", args=[mine.public_id])
    html = as_user(ben).get(page).content.decode()
    assert html.count(link) == 1
    assert html.count("/library/") == html.count(reverse("learning:item-list")) == 1
    assert "To read, if you like" not in as_user(ada).get(page).content.decode()


def test_the_end_of_the_term_offers_its_item(as_user, pair, program, ben):
    item(program, "end", "closing")
    pair.state, pair.ends_on = "closing", timezone.localdate()
    pair.save()
    page = as_user(ben).get(reverse("matches:match-closing", args=[pair.public_id]))
    assert "About end" in page.content.decode()


def test_an_applicant_reads_about_applying_and_nothing_else(as_user, cohort, program, dan):
    mine = factories.application(
        dan, cohort, state="draft", submitted_at=None, review_started_at=None
    )
    about, other = item(program, "apply", "application"), item(program, "listen")
    mentors = item(program, "mentors", "application", role="mentor")
    page = reverse("applications:application-tasks", args=[mine.public_id])
    assert "About apply" in as_user(dan).get(page).content.decode()

    def may_read(row):
        address = reverse("learning:item-detail", args=[row.public_id])
        return as_user(dan).get(address).status_code == 200

    assert [may_read(row) for row in (about, other, mentors)] == [True, False, False]
    for state in ("withdrawn", "declined"):
        mine.state = state
        mine.save(update_fields=["state"])
        assert not may_read(about)


def test_the_list_by_step_and_the_page_to_print(as_user, pair, program, ben):
    item(program, "one", "goals")
    item(program, "two", texts={}, links={"en": "https://example.org/two"})
    client = as_user(ben)
    page = client.get(reverse("learning:item-list"), {"step": "goals"}).content.decode()
    assert "About one" in page
    assert "About two" not in page
    assert f'{PRINT}?step=goals"' in page
    printed = client.get(PRINT).content.decode()
    assert "The text of one." in printed
    assert 'href="https://example.org/two"' in printed
    assert "The text of one." in client.get(PRINT, {"step": "nonsense"}).content.decode()
    assert "About two" not in client.get(PRINT, {"step": "goals"}).content.decode()


def typed(row, **changes):
    return {"title_en": "T", "summary_en": "S", "text_en": "Old", "position": "1", **changes}


def desk(name, *args):
    return reverse(f"admin:learning_libraryitem_{name}", args=args)


def test_other_words_make_a_version_and_the_same_words_none(as_user, program, cleo):
    row = item(program, "one")
    change = desk("change", row.pk)
    as_user(cleo).post(change, typed(row))
    as_user(cleo).post(change, typed(row, step="goals"))
    row.refresh_from_db()
    assert row.step == "goals"
    assert row.versions.count() == 1
    as_user(cleo).post(change, typed(row, text_en="New"))
    newest = row.versions.first()
    assert (newest.number, newest.texts, newest.author) == (2, {"en": "New"}, cleo)
    page = as_user(cleo).get(change).content.decode()
    assert "Use version 1 again" in page
    assert "Old" in page


def test_the_list_reads_no_versions_and_a_page_all_of_them_at_once(as_user, program, cleo):
    def versions_read(address):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return sum(1 for one in seen if 'FROM "learning_itemversion"' in one["sql"])

    row, client = item(program, "one"), as_user(cleo)
    for number in range(3):
        row.texts = {"en": f"Text {number}"}
        row.save()
        save_version(row, by=cleo, at=NOW)
    assert versions_read(reverse("admin:learning_libraryitem_changelist")) == 0
    assert versions_read(desk("change", row.pk)) == 1


def test_a_chair_brings_older_words_back_once(as_user, program, cleo):
    row = item(program, "one")
    save_version(row, by=None, at=NOW)
    row.texts = {"en": "New"}
    row.save()
    save_version(row, by=cleo, at=NOW)
    restore = desk("restore", row.pk, 1)
    page = as_user(cleo).post(restore, follow=True).content.decode()
    assert "The item has the words of version 1 again, as a new version." in page
    row.refresh_from_db()
    assert (row.texts, row.versions.first().number) == ({"en": "The text of one."}, 3)
    again = as_user(cleo).post(restore, follow=True).content.decode()
    assert "The item has these words already." in again
    assert row.versions.count() == 3
    assert as_user(cleo).post(desk("restore", row.pk, 9)).status_code == 404


def test_only_chairs_bring_words_back(as_user, program):
    carer = factories.member(program=program, role="carer")
    row = item(program, "one")
    save_version(row, by=None, at=NOW)
    LibraryItem.objects.filter(pk=row.pk).update(texts={"en": "New"})
    assert as_user(carer).post(desk("restore", row.pk, 1)).status_code in {403, 404}
    row.refresh_from_db()
    assert row.texts == {"en": "New"}


def test_items_that_are_there_already_get_steps_and_a_first_version(program):
    seeding.load(program)
    ItemVersion.objects.all().delete()
    LibraryItem.objects.update(step="")
    item(program, "own")
    name = "learning.migrations.0006_first_steps_and_versions"
    for _twice in range(2):
        importlib.import_module(name).load(apps, None)
    assert LibraryItem.objects.get(code="pause").step == "pause"
    assert LibraryItem.objects.get(code="own").step == ""
    assert ItemVersion.objects.count() == LibraryItem.objects.count()


def test_words_are_not_called_optional_in_the_admin(as_user, program, cleo):
    for model in ("libraryitem", "touchtext"):
        page = as_user(cleo).get(reverse(f"admin:learning_{model}_add")).content.decode()
        names = ("Title in English", "Text in French")
        assert all(name in page for name in names)
        assert not [name for name in names if f"{name} <span" in page]
        assert "Needed in each language" in page
