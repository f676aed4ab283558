"""Lists of the committee on a desktop and, without scripts, on a phone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from testkit import factories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LISTS = ("dashboard_pair", "matches_match", "checkins_checkin", "accounts_user")
CUT = """() => {
  const list = document.getElementById("result_list"), room = list.parentElement;
  return list.scrollWidth - room.clientWidth;
}"""
NARROW = """() => [...document.querySelectorAll("#result_list td")]
  .map((cell) => [cell.innerText, cell.getBoundingClientRect()])
  .filter(([text, box]) => text.length > 40 && box.height > box.width)
  .map(([text]) => text)"""


@pytest.fixture
def silent_pair(cohort, cleo):
    return factories.match(
        factories.person("Chloé-Anne Bergeron-Delacroix"),
        factories.person("Raphaël Gagnon-Whitlock"),
        cohort,
        carer=cleo,
        introduced_at=timezone.now() - timedelta(days=90),
    )


@pytest.fixture
def screen(browser, live_server, as_user, cleo):
    """Return a function that opens a window in which Cleo is signed in."""
    contexts = []

    def open_window(size, *, scripts=True):
        context = browser.new_context(
            viewport=size, java_script_enabled=scripts, base_url=live_server.url
        )
        key = as_user(cleo).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
        contexts.append(context)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()


def test_no_column_is_cut_off_or_squeezed_on_a_desktop(screen, silent_pair):
    page = screen(DESK)
    for name in LISTS:
        page.goto(reverse(f"admin:{name}_changelist"))
        if page.locator("#result_list").count():
            assert page.evaluate(CUT) <= 0, name
            assert page.evaluate(NARROW) == [], name


def test_a_filter_opens_over_the_list_and_filters_without_scripts(screen, silent_pair):
    page = screen(PHONE, scripts=False)
    page.goto(reverse("admin:matches_match_changelist"))
    page.get_by_text("State: All").click()
    page.get_by_role("link", name="Closed").click()
    expect(page.get_by_text("State: Closed")).to_be_visible()
    expect(page.get_by_text("Nothing matches your search or filters.")).to_be_visible()


def test_a_card_on_a_phone_names_its_values_without_scripts(screen, silent_pair):
    page = screen(PHONE, scripts=False)
    page.goto(reverse("admin:matches_match_changelist"))
    cell = page.locator("#result_list td.field-carer")
    label = cell.evaluate("(cell) => getComputedStyle(cell, '::before').content")
    assert (label, cell.inner_text()) == ('"Carer"', "Cleo Marsh")
    small = [
        one.inner_text()
        for one in page.locator("#changelist :is(summary, button, input[type=submit])").all()
        if one.bounding_box()["height"] < 44
    ]
    assert small == []
