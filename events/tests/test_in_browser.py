"""Signing up on a phone without scripts, and the committee's pages; takes pictures of them."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from events import sign_ups
from events.emails import SIGN_UP
from notifications.links import link
from testkit import events
from testkit.accessibility import broken_rules, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("EVENTS_PICTURES", "")  # a folder


def keep(page, name):
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def test_signing_up_on_a_phone_without_scripts(open_page, event, ada, ben):
    page = open_page(reverse("events:event-list"), ben)
    page.get_by_role("link", name="Kick-off evening").click()
    page.get_by_role("button", name="Sign up").click()
    expect(page.locator("main")).to_contain_text("You have a place")
    page = open_page(reverse("events:event-detail", args=[event.public_id]), ada)
    page.get_by_role("button", name="Join the waiting list").click()
    expect(page.locator("main")).to_contain_text("You are the first on the waiting list")


def test_signing_up_by_link_without_scripts(open_page, live_server, event, ben, settings):
    until = timezone.now() + timedelta(days=3)
    address = link(SIGN_UP, person=ben, subject=event, until=until)
    page = open_page(address.replace(settings.BASE_URL, live_server.url))
    page.get_by_role("button", name="Sign up").click()
    expect(page.locator("main")).to_contain_text("You have a place")


def test_the_pages_have_no_accessibility_problem(open_page, event, program, cleo, ada, ben):
    sign_ups.sign_up(event, by=ben)
    held = events.held(program, (ben,), by=cleo, titles={"en": "Spring party"})
    for name, person, address in (
        ("list", ben, reverse("events:event-list")),
        ("place", ben, reverse("events:event-detail", args=[event.public_id])),
        ("full", ada, reverse("events:event-detail", args=[event.public_id])),
        ("feedback", ben, reverse("events:event-feedback", args=[held.public_id])),
    ):
        page = open_page(address, person, java_script_enabled=True)
        assert (broken_rules(page), too_wide(page)) == ([], []), name
        keep(page, name)
    desk = {"java_script_enabled": True, "viewport": {"width": 1280, "height": 900}}
    for name, row in (
        ("change", event),
        ("attendance", held),
        ("export", held),
        ("cancel", event),
        ("publish", events.draft(program, by=cleo)),
    ):
        page = open_page(reverse(f"admin:events_event_{name}", args=[row.pk]), cleo, **desk)
        assert (broken_rules(page), too_wide(page)) == ([], []), name
        keep(page, f"admin-{name}")
