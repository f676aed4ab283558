"""The style guide in a real browser: accessibility, width of a phone, Content-Security-Policy.

test_every_page_in_browser.py checks the pages that are made of these components.
"""

import re
from types import ModuleType

import pytest
from django.urls import path
from playwright.sync_api import expect

from mentoring import styleguide, urls
from testkit.accessibility import COLOUR_RULES, RULES, broken_rules, listen, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

WITH_GUIDE = ModuleType("urls_with_style_guide")  # the page exists on developers' machines only
WITH_GUIDE.urlpatterns = [path("styleguide/", styleguide.page), *urls.urlpatterns]

PHONE, DESK = {"width": 320, "height": 700}, {"width": 1280, "height": 800}
SCREENS = {
    "phone, light": (PHONE, {"color_scheme": "light"}, RULES),
    "phone, dark": (PHONE, {"color_scheme": "dark"}, COLOUR_RULES),
    "desk, light": (DESK, {"color_scheme": "light"}, RULES),
    "desk, dark": (DESK, {"color_scheme": "dark"}, COLOUR_RULES),
    "desk, forced colours": (
        DESK,
        {"color_scheme": "light", "forced_colors": "active"},
        COLOUR_RULES,
    ),
}


def test_every_part_of_the_style_guide(browser, live_server, settings):
    settings.ROOT_URLCONF = WITH_GUIDE
    page = browser.new_page(viewport=PHONE)
    said = listen(page)
    page.goto(f"{live_server.url}/styleguide/", wait_until="load")
    faults = {"console": list(said)}
    for name, (screen, media, rules) in SCREENS.items():
        page.set_viewport_size(screen)
        page.emulate_media(**media)
        faults[name] = [*too_wide(page), *broken_rules(page, rules)]
    page.close()
    assert faults == {"console": [], **{name: [] for name in SCREENS}}


def test_the_error_summary_takes_the_focus_when_scripts_run(browser, live_server, settings):
    settings.ROOT_URLCONF = WITH_GUIDE
    page = browser.new_page()
    page.goto(f"{live_server.url}/styleguide/")
    assert page.evaluate("document.activeElement.className") == "wm-error-summary"
    page.close()


def test_a_link_of_the_error_summary_leads_to_the_field_without_scripts(
    browser, live_server, settings
):
    settings.ROOT_URLCONF = WITH_GUIDE
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/styleguide/")
    page.get_by_role("link", name=re.compile("How often will you meet")).click()
    expect(page).to_have_url(re.compile("#id_bad-rhythm_0$"))
    context.close()
