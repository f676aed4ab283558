"""Writing to a group, as wide as a phone and without scripts; its pages by axe."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from announcements import releasing
from announcements.models import Announcement
from testkit import factories
from testkit.accessibility import broken_rules, listen, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ann(cohort):
    person = factories.person("Ann Lee")
    factories.application(person, cohort)
    return person


def test_a_chair_writes_to_a_group_on_a_phone_without_scripts(
    open_as, live_server, cleo, ann, program
):
    page = open_as(cleo, scripts=False)
    page.goto(live_server.url + reverse("admin:announcements_announcement_add"))
    assert too_wide(page) == []
    page.get_by_label("Accepted, and not matched yet").check()
    page.get_by_label("Subject in English").fill("Kick-off")
    page.get_by_label("Text in English").fill("Dear {nam}, come.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("There is no {nam}.")
    expect(page.get_by_label("Subject in English")).to_have_value("Kick-off")
    page.get_by_label("Text in English").fill("Dear {name}, come.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="1 person gets it")).to_be_visible()
    assert too_wide(page) == []
    page.get_by_role("button", name="Send it to the group").click()
    expect(page.get_by_role("button", name="Stop it")).to_be_visible()
    assert Announcement.objects.get().state == "waiting"
    assert too_wide(page) == []
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_role("button", name="Stop it")).to_have_count(0)
    assert Announcement.objects.get().state == "draft"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_pages_break_no_rule(open_as, live_server, write, cleo, ann, scheme):
    draft, sent = write(), write()
    releasing.schedule(sent, by=cleo)
    releasing.send_due(sent.send_at)
    names = ("change", "send", "discard")
    addresses = [
        reverse("admin:announcements_announcement_add"),
        reverse("admin:announcements_savedgroup_add"),
        *(reverse(f"admin:announcements_announcement_{name}", args=[draft.pk]) for name in names),
        reverse("admin:announcements_announcement_change", args=[sent.pk]),
    ]
    for user, paths in ((cleo, addresses), (ann, [reverse("announcements:announcement-list")])):
        page = open_as(user, scripts=True)
        page.emulate_media(color_scheme=scheme)
        problems = listen(page)
        for path in paths:
            page.goto(live_server.url + path)
            assert broken_rules(page) == [], path
            assert too_wide(page) == [], path
        assert problems == []
