"""A chair writes an e-mail on a phone, looks at it and publishes it, with and without scripts."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from notifications import outbox
from programs import email_texts
from testkit import factories
from testkit.accessibility import broken_rules, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(browser, request, live_server, as_user, cohort):
    chair = factories.member("Kim Osei", program=cohort.program, role="chair")
    viewport = {"width": 320, "height": 700}
    context = browser.new_context(viewport=viewport, java_script_enabled=request.param)
    session = as_user(chair).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    opened = context.new_page()
    opened.has_scripts = request.param
    yield opened
    context.close()


def faults(page):
    return [*too_wide(page), *(broken_rules(page) if page.has_scripts else ())]


def test_from_our_words_to_their_own(page, live_server, cohort, ada, ben):
    program = cohort.program
    outbox.enqueue("match-introduced", to=ben, about=factories.match(ben, ada, cohort))
    page.goto(live_server.url + reverse("admin:email-texts", args=[program.pk]))
    assert faults(page) == []
    page.get_by_role("link", name="Introduction of a pair (English)").click()
    expect(page.locator("h1")).to_contain_text("Introduction of a pair")
    assert faults(page) == []
    page.get_by_role("textbox", name="Text 1", exact=True).fill("Dear {nme},")
    page.get_by_role("button", name="Save as a draft and look at it").click()
    expect(page.locator("ul.errorlist")).to_contain_text("{nme}")
    assert faults(page) == []
    page.get_by_role("textbox", name="Text 1", exact=True).fill("Dear {name},")
    page.get_by_role("textbox", name="Button", exact=True).fill("Get to know {name}")
    page.get_by_role("button", name="Save as a draft and look at it").click()
    expect(page.locator("pre")).to_contain_text("Dear Maria,")
    expect(page.locator("pre")).to_contain_text("Get to know Daniel:")
    assert faults(page) == []
    page.get_by_label("As", exact=True).select_option(label=ben.name)
    page.get_by_role("button", name="Look again").click()
    expect(page.locator("pre")).to_contain_text(f"Dear {ben.first_name},")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("body")).to_contain_text("Published.")
    assert email_texts.own_texts(program.pk, "match-introduced", "en") == {
        "greeting": "Dear {name},",
        "button": "Get to know {name}",
    }
    page.get_by_role("link", name="Versions").click()
    page.get_by_role("link", name="Version 1").click()
    expect(page.locator("h1")).to_contain_text("Version 1")
    assert faults(page) == []


def test_what_one_wrote_in_another_window_is_not_lost(page, live_server, cohort):
    address = reverse("admin:email-text", args=[cohort.program.pk, "match-introduced", "en"])
    save = "Save as a draft and look at it"
    page.goto(live_server.url + address)
    other = page.context.new_page()
    other.goto(live_server.url + address)
    other.get_by_role("textbox", name="Text 1", exact=True).fill("Hi {name},")
    other.get_by_role("textbox", name="Subject 1", exact=True).fill("{name} and you")
    other.get_by_role("button", name=save).click()
    expect(other.locator("pre")).to_contain_text("Hi Maria,")
    page.get_by_role("textbox", name="Text 1", exact=True).fill("Dear {name},")
    page.get_by_role("button", name=save).click()
    expect(page.locator("body")).to_contain_text("What you wrote is still in its place")
    expect(page.locator("ul.errorlist")).to_have_text(["It says now: “Hi {name},”"])
    expect(page.get_by_role("textbox", name="Text 1", exact=True)).to_have_value("Dear {name},")
    expect(page.get_by_role("textbox", name="Subject 1", exact=True)).to_have_value(
        "{name} and you"
    )
    assert faults(page) == []
    page.get_by_role("button", name=save).click()
    expect(page.locator("pre")).to_contain_text("Dear Maria,")
    draft = email_texts.versions_of(cohort.program, "match-introduced", "en").draft
    assert draft.texts["greeting"] == "Dear {name},"
    assert "{name} and you" in draft.texts.values()
