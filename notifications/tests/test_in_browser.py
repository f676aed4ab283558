"""The pages behind links in a real browser, with and without scripts.

The buttons work although the page sends no referrer to other sites, nothing is wider than a phone,
and no rule of accessibility is broken.
"""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from notifications import links
from notifications.models import MutedStream
from notifications.preferences import CAN_BE_MUTED
from testkit.accessibility import broken_rules, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 320, "height": 700}}


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(browser, request):
    context = browser.new_context(**PHONE, java_script_enabled=request.param)
    opened = context.new_page()
    opened.has_scripts = request.param
    yield opened
    context.close()


def faults(page):
    return [*too_wide(page), *(broken_rules(page) if page.has_scripts else ())]


def test_preferences_by_link(page, live_server, ada):
    url = links.link("mail", person=ada, subject=ada, until=timezone.now() + timedelta(days=1))
    page.goto(live_server.url + urlsplit(url).path)
    assert faults(page) == []
    page.get_by_role("button", name="Pause for 30 days").click()
    expect(page.locator("main")).to_contain_text("Non-essential e-mails are paused")
    assert MutedStream.objects.filter(person=ada).count() == len(CAN_BE_MUTED)


def test_unsubscribing(page, live_server, ada):
    token = links.token_for(
        "unsubscribe-optional", person=ada, subject=ada, until=timezone.now() + timedelta(days=1)
    )
    page.goto(live_server.url + reverse("notifications:unsubscribe", args=["optional", token]))
    assert faults(page) == []
    page.get_by_role("button", name="Stop these e-mails").click()
    expect(page.locator("h1")).to_contain_text("You will no longer get these e-mails")
    assert MutedStream.objects.filter(person=ada, stream="optional").exists()


def test_an_expired_link(page, live_server):
    page.goto(f"{live_server.url}/go/mail/x.y/")
    assert faults(page) == []
    assert page.get_by_role("link", name="Sign in").first.is_visible()
