"""The profile on a phone without scripts: every group, its small form, and what was saved."""

import pytest
from playwright.sync_api import expect

from accounts.models import Language
from testkit import factories
from testkit.accessibility import broken_rules, listen, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def spoken():
    for code, name in (("en", "English"), ("fr", "French")):
        Language.objects.get_or_create(code=code, defaults={"names": {"en": name}})


def test_someone_changes_their_profile_on_a_phone_without_scripts(open_as, ada, cohort, spoken):
    factories.application(ada, cohort, "mentor")
    phone = open_as(ada, scripts=False)
    phone.goto("/profile/")
    assert too_wide(phone) == []
    phone.get_by_role("link", name="Change How to reach you").click()
    phone.get_by_label("Phone").fill("+1 416 555 0100")
    phone.get_by_label("Links").fill("https://example.org/" + "a" * 60)
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("+1 416 555 0100")).to_be_visible()
    assert too_wide(phone) == []
    phone.get_by_role("link", name="Change Languages to meet in").click()
    expect(phone.get_by_role("button", name="Save")).to_be_visible()
    assert too_wide(phone) == []
    phone.get_by_label("French").first.check()
    phone.get_by_label("French").last.check()
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("French (not fluent)")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_profile_breaks_no_rule_of_accessibility(open_as, ada, cohort, scheme):
    factories.application(ada, cohort, "mentor")
    page = open_as(ada, scripts=True, width=1280, scheme=scheme)
    said = listen(page)
    for address in ("/profile/", "/profile/contact/", "/account-recovery/", "/home/"):
        page.goto(address)
        assert broken_rules(page) == []
    assert said == []
