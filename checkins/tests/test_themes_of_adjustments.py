"""The theme of a survey beside a change, and how many people everybody is told of."""

from __future__ import annotations

import pytest
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from checkins import adjustments
from checkins.models import Theme, ThemeMark, Wave
from checkins.theme_counts import WAIT, count_themes

from .adjustments_made import ADD, published, read, url
from .attackers import Group, chair_with_a_conflict, member_in_a_pair

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(program, cleo, draft):
    """Return `said(group)`: a published adjustment about the theme of a group's survey."""

    def made(group):
        wave = group.publish()
        theme = Theme.objects.get(code="evenings")
        return published(draft(wave=wave, theme=theme, heard={}, is_for_everyone=True), cleo)

    return made


def test_a_theme_says_at_least_how_many(said, client, program):
    row = said(Group(program, 6))
    assert (row.said_at_least, row.said_below) == (10, None), "twelve, rounded down"
    assert "Theme: Evenings (at least 10 people)" in read(client, program)


def test_few_are_a_few(program, cleo, client, draft):
    group = Group(program, 5)
    wave = group.publish()
    ThemeMark.system.all().delete()
    group.mark(every=3)
    Wave.objects.update(themes_counted_at=None, themes={})
    count_themes(timezone.now() + WAIT)
    wave.refresh_from_db()
    theme = Theme.objects.get(code="evenings")
    published(draft(wave=wave, theme=theme, is_for_everyone=True), cleo)
    assert "Theme: Evenings (fewer than 5 people, perhaps none)" in read(client, program)


@pytest.mark.parametrize(
    "role", [member_in_a_pair("chair", "mentor"), member_in_a_pair("reader", "mentee"),
             chair_with_a_conflict], ids=["chair", "reader", "conflict"],
)  # fmt: skip
def test_a_recused_member_keeps_the_count_from_everybody(role, said, client, program):
    """They would read it on the page, and subtract what they read as a member."""
    group = Group(program, 7)
    role(group)
    row = said(group)
    assert (row.said_at_least, row.said_below) == (None, None)
    text = read(client, program)
    assert "Theme: Evenings" in text
    assert "people)" not in text


def test_a_small_survey_tells_everybody_nothing(said, client, program):
    row = said(Group(program, 3))
    assert (row.said_at_least, row.said_below) == (None, None), "two of six are one's own pair"


def test_a_theme_waits_until_it_is_counted(program, cleo, draft):
    wave = Group(program, 6).publish()
    Wave.objects.update(themes_counted_at=None, themes={})
    theme = Theme.objects.get(code="evenings")
    wave.refresh_from_db()
    for columns in ({"wave": wave, "theme": theme}, {"theme": theme}):
        with pytest.raises(ActionNotAllowed, match="not counted"):
            adjustments.publish(draft(**columns), by=cleo)


def test_a_theme_that_is_renamed_later_changes_nothing_that_was_said(
    said, client, program, as_user, cleo
):
    row = said(Group(program, 6))
    Theme.objects.filter(code="evenings").update(names={"en": "Bad carers", "fr": "Autre chose"})
    assert "Theme: Evenings (at least 10 people)" in read(client, program)
    client.cookies["django_language"] = "fr"
    text = read(client, program)
    assert ("Evenings" in text, "Autre chose" in text) == (True, False)
    page = as_user(cleo).get(url("change", row)).content.decode()
    assert ("Evenings" in page, "Bad carers" in page) == (True, False)


def test_the_page_before_publication_names_the_theme_as_it_was_counted(
    program, cleo, draft, as_user
):
    wave = Group(program, 6).publish()
    row = draft(wave=wave, theme=Theme.objects.get(code="evenings"), heard={})
    Theme.objects.filter(code="evenings").update(names={"en": "Bad carers"})
    page = as_user(cleo).get(url("publish", row)).content.decode()
    assert "It names the theme “Evenings”" in " ".join(page.split())


def test_a_theme_that_the_survey_did_not_count_is_not_named(program, cleo, draft):
    """Its name alone would say that someone wrote about it."""
    wave = Group(program, 6).publish()
    theme = Theme.objects.create(program=program, code="new", names={"en": "Added later"})
    with pytest.raises(ActionNotAllowed, match="has no count of this theme"):
        adjustments.publish(draft(wave=wave, theme=theme), by=cleo)


def test_a_theme_needs_its_survey(as_user, cleo, adjustment_entries, program):
    theme = Theme.objects.create(program=program, code="t", names={"en": "T"})
    sent = as_user(cleo).post(ADD, {**adjustment_entries, "theme": theme.pk})
    assert set(sent.context["adminform"].form.errors) == {"theme"}
