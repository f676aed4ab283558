"""What is wrong in a form of the committee: a list above it, with a link to each field."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.contrib.admin import site
from django.urls import reverse
from playwright.sync_api import expect

from programs.committee_admin import CommitteeAdmin
from programs.models import Objective
from testkit import factories
from testkit.accessibility import broken_rules

ADDED = [
    model._meta.label_lower
    for model, page in site._registry.items()
    if isinstance(page, CommitteeAdmin) and page.add_roles
]
NO_ROWS = {
    f"{prefix}-{part}_FORMS": 0
    for prefix in ("objectives", "place_distances", "policy", "organisation_sign_in")
    for part in ("TOTAL", "INITIAL")
}
LINKED = re.compile(r'<li>\s*<a href="#([^"]+)">(.+?)</a>')


@pytest.fixture
def maintainer(db):
    return factories.person("Mo Keeper", is_superuser=True)


def summary_of(html):
    """Return {id that a link leads to: text}; the page is titled by its error, and says it once."""
    assert html.count("<title>Error: ") == 1
    assert "<title>Error: Error" not in html
    assert "errornote" not in html
    [box] = re.findall(r'<div class="wm-error-summary".*?</div>', html, re.S)
    links = dict(LINKED.findall(box))
    assert box.count("<li>") == len(LINKED.findall(box)), box
    missing = [one for one in links if html.count(f' id="{one}"') != 1]
    assert missing == []
    return links


@pytest.mark.parametrize("label", ADDED)
def test_each_wrong_field_of_a_page_that_adds_a_row_has_a_link(as_user, maintainer, cohort, label):
    url = reverse(f"admin:{label.replace('.', '_')}_add")
    answer = as_user(maintainer).post(url, NO_ROWS)
    assert answer.status_code == 200
    assert summary_of(answer.content.decode())


def test_the_rows_of_a_table_are_told_apart(as_user, cleo, program):
    kept = Objective.objects.create(program=program, text="Keep people")
    url = reverse("admin:programs_program_change", args=[program.pk])
    data = NO_ROWS | {"objectives-TOTAL_FORMS": 3, "objectives-INITIAL_FORMS": 1}
    data |= {"objectives-0-id": kept.pk, "objectives-0-text": "Keep people"}
    data |= {"objectives-1-text": "x" * 201, "objectives-2-text": "y" * 201}
    links = summary_of(as_user(cleo).post(url, data).content.decode())
    rows = {anchor: text for anchor, text in links.items() if "objectives" in anchor}
    long = "Ensure this value has at most 200 characters (it has 201)."
    assert rows == {
        "id_objectives-1-text": f"Objective, row 2 – {long}",
        "id_objectives-2-text": f"Objective, row 3 – {long}",
    }


def test_a_missing_cell_is_named_with_its_row(as_user, cleo, program):
    kept = Objective.objects.create(program=program, text="Keep people")
    url = reverse("admin:programs_program_change", args=[program.pk])
    data = NO_ROWS | {"objectives-TOTAL_FORMS": 1, "objectives-INITIAL_FORMS": 1}
    data |= {"objectives-0-id": kept.pk, "objectives-0-text": ""}
    links = summary_of(as_user(cleo).post(url, data).content.decode())
    assert links["id_objectives-0-text"] == "Objective, row 1 – This field is required."


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_the_keyboard_goes_from_the_summary_to_the_field(browser, live_server, as_user, cleo):
    context = browser.new_context(base_url=live_server.url)
    key = as_user(cleo).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
    page = context.new_page()
    page.goto(reverse("admin:programs_cohort_add"))
    page.click("[name=_save]")
    page.wait_for_selector(".wm-error-summary:focus")
    page.keyboard.press("Tab")
    link = page.locator(".wm-error-summary a:focus")
    expect(link).to_have_count(1)
    field = page.locator(link.get_attribute("href"))
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("This field is required."))
    expect(field).to_have_attribute("aria-invalid", "true")
    assert broken_rules(page) == []
    context.close()


def test_only_the_pages_that_others_extend_show_the_summary():
    """So that no page shows it twice, and none has to remember it."""
    folder = settings.BASE_DIR / "templates"
    found = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.html")
        if "{% error_summary" in path.read_text("utf-8")
    }
    assert found == {
        "admin/base_site.html",
        "agreements/activity_list.html",  # its two forms
        "allauth/layouts/base.html",
        "base.html",
        "styleguide.html",
    }
