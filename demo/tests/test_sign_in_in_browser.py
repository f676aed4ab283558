"""Someone new starts from what `make run` prints and presses one button."""

from __future__ import annotations

import copy
import re

import pytest
from django.conf import settings as project_settings
from django.core.management import call_command

from demo import personas

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def demo(settings, live_server, without_zeal):
    templates = copy.deepcopy(project_settings.TEMPLATES)
    templates[0]["DIRS"].insert(0, settings.BASE_DIR / "demo" / "templates")
    settings.TEMPLATES, settings.BASE_URL = templates, live_server.url
    settings.DEMO, settings.ROOT_URLCONF = True, "demo.urls"
    for name in personas.SIGN_INS.values():
        personas.account(name)


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def test_from_the_printed_address_to_the_first_page(demo, page, capsys):
    call_command("load_demo")
    page.goto(re.search(r"Open (\S+)", capsys.readouterr().out)[1])
    page.get_by_role("button", name="Enter as the mentor: Ruth Adeyemi").click()
    page.get_by_role("button", name="Sign out").wait_for()
    assert page.url.endswith("/home/")


def test_the_shown_code_signs_in(demo, page, live_server):
    page.goto(f"{live_server.url}/account/login/")
    page.get_by_label("E-mail address").fill("mentee@example.org")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(page.locator(".wm-notice strong").inner_text())
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/home/")
