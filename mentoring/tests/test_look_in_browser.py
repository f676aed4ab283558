"""The look in a real browser: no rule of accessibility broken, nothing wider than a phone, nothing that the policy forbids."""

import re
from types import ModuleType

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import path

from mentoring import styleguide, urls

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WITH_GUIDE = ModuleType("urls_with_style_guide")  # the page exists on developers' machines only
WITH_GUIDE.urlpatterns = [path("styleguide/", styleguide.page), *urls.urlpatterns]

SCREENS = [
    pytest.param({"viewport": {"width": 320, "height": 700}, "color_scheme": "light"}, id="phone-light"),
    pytest.param({"viewport": {"width": 320, "height": 700}, "color_scheme": "dark"}, id="phone-dark"),
    pytest.param({"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"}, id="desk-light"),
    pytest.param({"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"}, id="desk-dark"),
    pytest.param({"viewport": {"width": 1280, "height": 800}, "forced_colors": "active"}, id="desk-forced"),
]


@pytest.fixture
def look_at(browser, live_server, settings):
    """`look_at(address, screen, user=…)` opens a page and gives what is wrong with it, as words."""
    settings.ROOT_URLCONF = WITH_GUIDE

    def look(address, screen, cookies=(), **options):
        context = browser.new_context(**screen, **options)
        context.add_cookies([{**cookie, "url": live_server.url} for cookie in cookies])
        page = context.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(live_server.url + address, wait_until="load")
        wide = page.evaluate("document.documentElement.scrollWidth") - screen["viewport"]["width"]
        faults = [*said, *([f"{wide} px too wide"] if wide > 0 else [])]
        if options.get("java_script_enabled", True):
            found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
            faults += [f"{fault['id']}: {[node['target'] for node in fault['nodes']]}" for fault in found]
        context.close()
        return faults

    return look


@pytest.mark.parametrize("screen", SCREENS)
def test_every_part_of_the_style_guide(look_at, screen):
    assert look_at("/styleguide/", screen) == []


ENTRANCES = ["/account/login/", "/account/signup/", "/account/login/code/", "/account/password/reset/"]
ROOMS = ["/account/email/", "/account/2fa/", "/admin/programs/application/"]


@pytest.mark.parametrize("screen", [SCREENS[0], SCREENS[3]])
def test_the_pages_to_sign_in(look_at, screen):
    assert {address: look_at(address, screen) for address in ENTRANCES} == {key: [] for key in ENTRANCES}


@pytest.mark.parametrize("screen", [SCREENS[1], SCREENS[2]])
def test_pages_behind_the_door(look_at, as_user, cleo, screen):
    name = settings.SESSION_COOKIE_NAME
    mine = [{"name": name, "value": as_user(cleo).cookies[name].value}]
    assert {address: look_at(address, screen, cookies=mine) for address in ROOMS} == {key: [] for key in ROOMS}


def test_the_error_summary_takes_the_focus_when_scripts_run(browser, live_server, settings):
    settings.ROOT_URLCONF = WITH_GUIDE
    page = browser.new_page()
    page.goto(f"{live_server.url}/styleguide/")
    assert page.evaluate("document.activeElement.className") == "wm-error-summary"
    page.close()


def test_a_link_of_the_error_summary_leads_to_the_field_without_scripts(browser, live_server, settings):
    settings.ROOT_URLCONF = WITH_GUIDE
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/styleguide/")
    page.get_by_role("link", name=re.compile("How often will you meet")).click()
    assert page.url.endswith("#id_bad-rhythm_0")
    context.close()
