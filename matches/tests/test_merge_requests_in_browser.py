"""Making two accounts one on a phone without scripts: the address, the code, what moves."""

import json
import re

import pytest
from playwright.sync_api import expect

from notifications.models import Notification
from testkit import factories
from testkit.accessibility import broken_rules, listen, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
WORK = "ben@work.example"


@pytest.fixture
def work(ada, cohort):
    person = factories.person("Ben Okoro", email=WORK)
    factories.match(person, ada, cohort)
    return person


def code():
    row = Notification.system.filter(kind="account-email").latest("pk")
    return re.search(r"\b[A-Z2-9]{10}\b", json.loads(row.body)["text"]).group()


def test_someone_makes_two_accounts_one_on_a_phone_without_scripts(open_as, ben, work):
    phone = open_as(ben, scripts=False)
    phone.goto("/account/")
    phone.get_by_role("link", name="I have another account").click()
    expect(phone.get_by_role("button", name="Send the code")).to_be_visible()
    assert too_wide(phone) == []
    phone.get_by_label("The e-mail address of your other account").fill(WORK)
    phone.get_by_role("button", name="Send the code").click()
    expect(phone.get_by_label("Code")).to_be_visible()
    assert too_wide(phone) == []
    phone.get_by_label("Code").fill(code())
    phone.get_by_role("button", name="Continue").click()
    expect(phone.get_by_text("Your pair with Ada Brook")).to_be_visible()
    assert too_wide(phone) == []
    phone.get_by_role("button", name="Make them one").click()
    expect(phone.get_by_text("You can sign in with either address.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_break_no_rule_of_accessibility(open_as, ben, work, scheme):
    page = open_as(ben, scripts=True, width=1280, scheme=scheme)
    said = listen(page)
    for address in ("/account-merge/code/", "/account-merge/"):
        page.goto(address)
        assert broken_rules(page) == []
    page.get_by_label("The e-mail address of your other account").fill(WORK)
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code").fill(code())
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Make them one")).to_be_visible()
    assert broken_rules(page) == []
    assert said == []
