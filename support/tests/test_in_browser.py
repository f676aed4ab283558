"""Asking on a phone without scripts, and answering in the admin; takes pictures of the pages."""

import os
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from notifications.links import link
from support import being_contact
from support.emails import HELPED
from testkit.accessibility import broken_rules, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("SUPPORT_PICTURES", "")  # a folder


def keep(page, name):
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def test_asking_answering_and_saying_that_it_helped_without_scripts(
    open_page, match, topic, item, ada, ben, cleo
):
    page = open_page(reverse("matches:match-detail", args=[match.public_id]), ben)
    page.get_by_role("link", name="Ask for support or training").click()
    page.get_by_role("radio", name="Finding goals").check()
    page.get_by_label("In your own words").fill("We keep postponing")
    page.get_by_role("button", name="Ask for support").click()
    expect(page.get_by_text("The committee has your request.")).to_be_visible()
    desk = open_page(reverse("admin:support_supportrequest_changelist"), cleo)
    desk.get_by_role("link", name="Answer all").click()
    expect(desk.get_by_text("We keep postponing")).to_be_visible()
    desk.get_by_label("A library item").select_option(label="From a wish to a goal")
    desk.get_by_role("button", name="Check it before it is sent").click()
    desk.get_by_role("button", name="Send this answer").click()
    expect(desk.get_by_text("1 person gets your answer by e-mail.")).to_be_visible()
    page.goto(reverse("support:request-list"))
    expect(page.get_by_role("link", name="From a wish to a goal")).to_be_visible()
    page.get_by_role("button", name="It helped").click()
    expect(page.get_by_text("We are glad that it helped.")).to_be_visible()


def test_the_pages_have_no_accessibility_problem(
    open_page, ask, answer, match, topic, item, event, ada, ben, cleo
):
    waiting, answered = ask(ada, text="How do I ask?"), ask(ben, text="We keep postponing")
    contact = being_contact.agree(match.program, by=cleo, shows_email=True, shows_phone=False)
    answer(answered, item=item, event=event, contact=contact, text="Come along")
    slug = match.program.slug
    for name, person, address in (
        ("ask", ben, reverse("support:request-create")),
        ("list", ben, reverse("support:request-list")),
        ("contacts", cleo, reverse("support:contact-list")),
        ("contact", cleo, reverse("support:contact-update", args=[slug])),
        ("library", ben, reverse("learning:item-list")),
        ("item", ben, reverse("learning:item-detail", args=[item.public_id])),
    ):
        page = open_page(address, person, java_script_enabled=True)
        assert (broken_rules(page), too_wide(page)) == ([], []), name
        keep(page, name)
    for name, row in (("change", answered), ("answer", waiting)):
        address = reverse(f"admin:support_supportrequest_{name}", args=[row.pk])
        page = open_page(address, cleo, java_script_enabled=True)
        assert (broken_rules(page), too_wide(page)) == ([], []), name
        keep(page, f"admin-{name}")
    page = open_page(
        reverse("admin:support_supportrequest_changelist"), cleo, java_script_enabled=True
    )
    assert (broken_rules(page), too_wide(page)) == ([], [])
    keep(page, "admin-list")


def test_the_link_of_the_e_mail_without_scripts(
    open_page, live_server, ask, answer, item, ben, settings
):
    row = ask(ben)
    answer(row, item=item)
    address = link(HELPED, person=ben, subject=row, version=1, until=row.ask_at)
    page = open_page(address.replace(settings.BASE_URL, live_server.url), java_script_enabled=True)
    assert (broken_rules(page), too_wide(page)) == ([], [])
    keep(page, "link")
    page.get_by_role("button", name="I still need it").click()
    expect(page.get_by_text("The request is open again.")).to_be_visible()
