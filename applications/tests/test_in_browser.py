"""A page that is sent after the session ended keeps its text, on a phone without scripts.

The whole application is part of mentoring/tests/test_journey_in_browser.py.
"""

import pytest
from playwright.sync_api import expect

from applications.models import Application

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 320, "height": 640}


@pytest.fixture
def phone(browser, live_server, as_user, ben):
    """Ben's phone, signed in."""
    context = browser.new_context(
        viewport=PHONE, java_script_enabled=False, base_url=live_server.url
    )
    key = as_user(ben).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
    yield context.new_page()
    context.close()


def save(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
    page.get_by_role("button", name="Save and continue").click()


def test_text_written_after_the_sign_in_ended_is_kept(phone, cohort, ben):
    draft = Application.objects.create(cohort=cohort, person=ben, role="mentee")
    phone.goto(f"/applications/{draft.public_id}/situation/")
    phone.get_by_label("What is happening for you right now?").fill("A team of one since May.")
    session = [cookie for cookie in phone.context.cookies() if cookie["name"] == "sessionid"]
    phone.context.clear_cookies(name="sessionid")
    save(phone)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Please send the form again")
    phone.context.add_cookies(session)
    phone.get_by_role("button", name="Send it again").click()
    expect(phone.get_by_role("heading", name="Please send the form again")).to_have_count(0)
    draft.refresh_from_db()
    assert draft.situation == "A team of one since May."
