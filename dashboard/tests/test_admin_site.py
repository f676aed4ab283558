"""The committee's first page: every page of the admin once, grouped by task."""

from __future__ import annotations

import re

from django.contrib import admin
from django.urls import reverse

from checkins.models import Concern
from dashboard.menu import NAV_GROUPS
from matching.models import Round
from meetings.models import Meeting
from programs.models import Cohort
from testkit import factories


def test_every_page_is_in_exactly_one_group():
    sorted_in = [page for _code, _name, pages in NAV_GROUPS for page in pages]
    registered = [model._meta.label_lower for model in admin.site._registry]
    assert sorted(sorted_in) == sorted(registered)


def test_the_first_page_names_groups_and_no_apps(as_user, cleo):
    text = as_user(cleo).get(reverse("admin:index")).content.decode()
    for words in (
        "Today",
        "Pairs and care",
        "Agreements and meetings",
        "Rounds",
        "Pairs kept apart",
    ):
        assert words in text
    for word in ("Site administration", "Workflow", "Notifications"):
        assert word not in text


def test_every_empty_list_explains_itself(as_user, cleo):
    client = as_user(cleo)
    silent = [
        model._meta.label
        for model, page in admin.site._registry.items()
        if not str(page.empty_words)
    ]
    assert not silent
    for model in (Meeting, Round, Concern):
        text = client.get(page_of(model)).content.decode()
        assert str(admin.site._registry[model].empty_words) in text


def test_an_empty_search_links_to_the_whole_list(as_user, cleo, cohort):
    text = as_user(cleo).get(page_of(Cohort), {"q": "no such cohort"}).content.decode()
    assert "Nothing matches your search or filters." in text
    assert 'href="?"' in text
    assert "There are no cohorts yet" not in text


def page_of(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def menu_of(client, model):
    """Return the sidebar's menu on the list of `model`."""
    text = client.get(page_of(model)).content.decode()
    return text.partition('id="nav-sidebar"')[2].partition("</nav>")[0]


def test_the_menu_is_of_the_member_the_language_and_the_page(as_user, cleo, program):
    chair, carer = as_user(cleo), as_user(factories.member(program=program, role="carer"))
    reader = factories.member(program=program)
    reader.language = "fr"
    reader.save()
    in_french = as_user(reader)
    add_cohort = reverse("admin:programs_cohort_add")
    for _time in range(2):  # the second one is kept from the first
        assert "Pairs kept apart" in menu_of(chair, Concern)
        assert add_cohort in menu_of(chair, Concern)
        assert add_cohort not in menu_of(carer, Concern)
        assert "Duos" in menu_of(in_french, Concern)
        assert "Pairs kept apart" not in menu_of(in_french, Concern)
        for model in (Concern, Cohort):
            menu = menu_of(chair, model)
            assert re.findall(r'href="([^"]+)" aria-current="page"', menu) == [page_of(model)]
