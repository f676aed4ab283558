"""Every act on several rows of a list shows first what it would change, and changes nothing yet."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.urls import resolve, reverse
from django.utils import timezone

from .crawl import rolled_back

pytestmark = pytest.mark.django_db

ACTS = sorted(
    (page.model._meta.label_lower, name)
    for page in site._registry.values()
    for _verb, name, _words in page._get_base_actions()
)
# Acts that go to a page of their own, which asks.
LEADS_TO = {
    ("matches.match", "end_pairs"): "admin:matches_match_end-selected",
    ("support.supportrequest", "answer_selected"): "admin:support_supportrequest_answer",
}


def rows_of(label):
    return [*apps.get_model(label)._base_manager.order_by("pk").values_list("pk", flat=True)]


def test_there_are_acts_and_none_deletes():
    assert len(ACTS) > 15
    assert [act for act in ACTS if "delete" in act[1]] == []


@pytest.mark.parametrize(("label", "name"), ACTS)
def test_an_act_on_several_rows_shows_a_page_first(world, visitors, label, name):
    with rolled_back():
        asks_first(visitors, label, name)


def asks_first(visitors, label, name):
    if name == "restore_selected":
        apps.get_model(label)._base_manager.update(retired_on=timezone.localdate())
    rows = rows_of(label)
    assert rows, f"access_fixtures.py has no row of {label}"
    url = reverse(f"admin:{label.replace('.', '_')}_changelist")
    data = {"action": name, "_selected_action": rows}
    answers = [visitors.visit(role, url, "POST", data) for role in ("chair", "maintainer")]
    assert [answer.wrote for answer in answers] == [set(), set()]
    for answer in answers:
        if answer.status_code == 302 and (label, name) in LEADS_TO:
            page = resolve(urlsplit(answer["Location"]).path)
            assert page.view_name == LEADS_TO[label, name]
            return
    asked = [answer for answer in answers if answer.status_code == 200]
    assert asked, "neither may do it, or it was done at once"
    for answer in asked:
        page = answer.content.decode()
        assert re.search(rf'name="action" value="{name}"', page)
        assert 'name="_selected_action"' in page
        assert "Cancel" in page or "Go back" in page
