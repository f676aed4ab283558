"""From the sign-in page to one's organisation and back, on a phone, and without scripts."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from testkit.accessibility import broken_rules, listen, too_wide

from .organisation_steps import CODE

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def row(row, settings, live_server):
    settings.BASE_URL = live_server.url
    return row


def check(page) -> None:
    assert (broken_rules(page), too_wide(page)) == ([], [])


@pytest.mark.parametrize("scripts", [True, False])
def test_a_person_signs_in_by_their_organisation(row, provider, ben, browser, live_server, scripts):
    provider.person["email"] = ben.email
    context = browser.new_context(
        viewport={"width": 320, "height": 700}, java_script_enabled=scripts
    )
    page = context.new_page()
    noise = listen(page)
    settings_page = live_server.url + reverse("accounts:settings")
    page.goto(settings_page)
    if scripts:
        check(page)
    page.get_by_role("link", name="Sign in with Harbour Group").click()
    expect(page.locator("body")).to_contain_text(f"You are {ben.email}.")
    page.get_by_role("link", name="Continue").click()
    sent = f"To sign in with Harbour Group, enter the code that we sent to {ben.email}."
    expect(page.locator("main")).to_contain_text(sent)
    if scripts:
        check(page)
    page.get_by_label("Code").fill(CODE)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(settings_page)
    page.get_by_role("link", name="Sign-in by your organisation").click()
    expect(page.get_by_role("button", name="Remove")).to_be_visible()
    if scripts:
        check(page)
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("main")).to_contain_text("Removed.")
    assert noise == []
    context.close()


def test_a_sign_in_that_is_not_accepted_says_so_on_a_plain_page(
    row, provider, browser, live_server
):
    provider.spoil("aud", "someone else")
    page = browser.new_page()
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_role("link", name="Sign in with Harbour Group").click()
    page.get_by_role("link", name="Continue").click()
    expect(page.locator("main")).to_contain_text("We could not accept this sign-in")
    check(page)
    page.get_by_role("link", name="To the sign-in page").click()
    expect(page.get_by_label("E-mail address")).to_be_visible()
    page.close()
