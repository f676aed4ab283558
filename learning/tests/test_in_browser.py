"""The short texts on a phone without scripts, by their page and by the link; their pages by axe."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from learning import seeding, touch_seeding
from learning.models import Touch, TouchText
from learning.touch_emails import learning_touch
from testkit import factories
from testkit.accessibility import broken_rules, listen, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LIST = reverse("learning:touch-list")


@pytest.fixture
def touches(ada, ben, cohort):
    """Ben has had two texts."""
    program, now = cohort.program, timezone.now()
    seeding.load(program)
    touch_seeding.load(program, at=now)
    match = factories.match(ben, ada, cohort)
    return [
        Touch.objects.create(
            match=match,
            person=ben,
            month=month,
            version=TouchText.objects.get(program=program, role="mentee", month=month).version,
            due_at=now - timedelta(days=100 - 30 * month),
        )
        for month in (1, 3)
    ]


def test_one_tap_on_a_phone_without_scripts(open_as, live_server, touches, ben):
    page = open_as(ben, scripts=False)
    page.goto(live_server.url + LIST)
    assert too_wide(page) == []
    buttons = page.get_by_role("button", name="I tried it")
    expect(buttons).to_have_count(2)
    buttons.first.click()
    expect(page.locator("main")).to_contain_text("Tried on")
    expect(buttons).to_have_count(1)
    assert too_wide(page) == []


def test_one_tap_by_the_link_without_signing_in(open_as, live_server, touches, ben):
    path = re.sub(r"^https?://[^/]+", "", learning_touch(touches[1], ben).action_url)
    page = open_as(None, scripts=False)
    page.goto(live_server.url + path)
    page.get_by_role("button", name="Yes, I tried it").click()
    expect(page.locator("main")).to_contain_text("Noted: you tried it.")
    expect(page.get_by_role("button", name="Yes, I tried it")).to_have_count(0)
    assert too_wide(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_break_no_rule(open_as, live_server, touches, ben, cleo, scheme):
    text = TouchText.objects.get(role="mentee", month=1)
    names = ("change", "preview")
    desk = [reverse(f"admin:learning_touchtext_{name}", args=[text.pk]) for name in names]
    for user, addresses in ((ben, [LIST]), (cleo, desk)):
        page = open_as(user, scripts=True, scheme=scheme)
        problems = listen(page)
        for address in addresses:
            page.goto(live_server.url + address)
            expect(page.locator("h1").first).to_be_visible()
            assert broken_rules(page) == []
            assert too_wide(page) == []
        assert problems == []
