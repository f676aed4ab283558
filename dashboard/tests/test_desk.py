"""The committee's first page: every page of the admin once, in the order of the work."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse

from dashboard.desk import DRAWERS


def test_every_page_lies_in_exactly_one_drawer():
    sorted_in = [page for _code, _name, pages in DRAWERS for page in pages]
    registered = [model._meta.label_lower for model in admin.site._registry]
    assert sorted(sorted_in) == sorted(registered)


def test_the_first_page_names_drawers_and_no_apps(as_user, cleo):
    text = as_user(cleo).get(reverse("admin:index")).content.decode()
    for words in ("Today", "Pairs and care", "Agreements and meetings", "Rounds", "Pairs kept apart"):
        assert words in text
    for word in ("Site administration", "Workflow", "Notifications"):
        assert word not in text
