"""Asking for help and acting on it, as wide as a phone and without scripts."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from checkins import contact_plan, silent_carers
from checkins.emails import help_link
from checkins.models import CarerSilence, Concern, ContactLog, ContactPlan
from matches.models import Match
from programs.models import Membership
from testkit import checkins as make
from testkit import factories
from testkit.accessibility import broken_rules, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)


@pytest.fixture
def running(cared):
    """The pair of Ben and Ada, for whom Eve cares, introduced a month ago."""
    began = timezone.now() - 30 * DAY
    Match.objects.update(introduced_at=began)
    cared.refresh_from_db()
    contact_plan.keep_plans(began)
    return cared


@pytest.fixture
def visit(open_as, live_server):
    """Return `visit(user, address)`: the page on a phone without scripts."""

    def visit(user, address):
        page = open_as(user, scripts=False)
        page.goto(live_server.url + address)
        assert too_wide(page) == []
        return page

    return visit


def form(page, button):
    return page.locator("form").filter(has=page.get_by_role("button", name=button, exact=True))


def ask(page):
    page.get_by_label("What do you need help with?").fill("We talk past each other.")
    page.get_by_role("button", name="Ask for help").click()


def test_someone_asks_for_help_while_signed_in(visit, running, ben):
    page = visit(ben, reverse("dashboard:home"))
    page.get_by_role("link", name="Get help from the committee").first.click()
    page.get_by_label("My match with Ada Brook").check()
    ask(page)
    expect(page.locator("main")).to_contain_text("The committee has been notified.")
    assert too_wide(page) == []
    assert (Concern.system.get().author, Concern.system.get().match) == (ben, running)


def test_someone_asks_for_help_by_a_link_without_signing_in(browser, live_server, running, ada):
    context = browser.new_context(
        viewport={"width": 320, "height": 700}, java_script_enabled=False, color_scheme="dark"
    )
    page = context.new_page()
    page.goto(live_server.url + urlsplit(help_link(running, ada)).path)
    assert too_wide(page) == []
    page.get_by_role("button", name="Ask for help").click()
    expect(page.locator("main")).to_contain_text("This field is required")
    ask(page)
    expect(page.get_by_role("button", name="Ask for help")).to_have_count(0)
    assert too_wide(page) == []
    assert Concern.system.get().author == ada
    context.close()


def test_a_carer_takes_a_concern_mediates_and_resolves_it(visit, running, eve):
    concern = make.ask_for_help(running)
    page = visit(eve, reverse("admin:checkins_concern_change", args=[concern.pk]))
    page.get_by_role("button", name="Assign to me").click()
    page.get_by_label("Look again on").fill(str(timezone.localdate() + 7 * DAY))
    page.get_by_role("button", name="Save the day").click()
    page.get_by_text("Mediation", exact=True).click()
    step = form(page, "Note the step")
    step.get_by_role("radio").first.check()
    step.locator("input[type=date]").fill(str(timezone.localdate()))
    step.get_by_role("button").click()
    expect(page.locator("main")).to_contain_text("History")
    assert too_wide(page) == []
    resolution = form(page, "Resolve")
    resolution.get_by_role("radio").first.check()
    resolution.locator("textarea").fill("We spoke on the phone.")
    resolution.get_by_role("button").click()
    expect(page.get_by_role("button", name="Resolve")).to_have_count(0)
    concern.refresh_from_db()
    assert (concern.state, concern.outcome) == ("resolved", "talked")


def test_a_carer_logs_a_contact_and_takes_it_back(visit, running, eve, ben):
    plan = ContactPlan.system.get(person=ben)
    page = visit(eve, reverse("admin:checkins_contactplan_changelist") + "?due=now&carer=me")
    page.get_by_role("link", name="Ben Okoro").click()
    page.get_by_role("button", name="Reached", exact=True).click()
    page.goto(page.url)
    expect(page.locator("main")).to_contain_text("Contacts so far")
    assert ContactLog.system.get().person == plan.person
    assert too_wide(page) == []
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert not ContactLog.system.exists()


def test_a_deputy_takes_the_pairs_of_a_silent_carer_over(visit, program, running, eve):
    kim = factories.member("Kim Osei", program=program, role="carer")
    Membership.objects.filter(user=eve).update(deputy=kim)
    silent_carers.notice_silent_carers(timezone.now())
    silence = CarerSilence.objects.open().get()
    page = visit(kim, reverse("admin:checkins_carersilence_change", args=[silence.pk]))
    expect(page.locator("main")).to_contain_text("You become the carer of this pair")
    page.get_by_role("button", name="Take these pairs over").click()
    expect(page.get_by_role("button", name="Take these pairs over")).to_have_count(0)
    running.refresh_from_db()
    assert running.carer == kim


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_help_and_care_break_no_rule(open_as, live_server, running, eve, ben, scheme):
    concern = make.ask_for_help(running)
    plan = ContactPlan.system.get(person=ben)
    addresses = {
        ben: [reverse("checkins:concern-create"), reverse("checkins:concern-list")],
        eve: [
            reverse("admin:checkins_concern_change", args=[concern.pk]),
            reverse("admin:checkins_contactplan_change", args=[plan.pk]),
            reverse("admin:checkins_contactplan_changelist"),
            reverse("admin:checkins_contactplan_coverage"),
        ],
    }
    for person, paths in addresses.items():
        page = open_as(person, scripts=True)
        page.emulate_media(color_scheme=scheme)
        for path in paths:
            page.goto(live_server.url + path)
            assert (broken_rules(page), too_wide(page)) == ([], []), path
