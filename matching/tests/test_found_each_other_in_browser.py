"""Two people ask to be a pair on a phone's width, with and without scripts."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from matching.models import PairRequest
from matching.rounds import found_each_other
from programs.models import Policy
from testkit import factories
from testkit.accessibility import RULES, broken_rules, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def check(page, *, scripts):
    assert too_wide(page) == []
    if scripts:  # the rules are checked by a script
        assert broken_rules(page, RULES, within="main *") == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])
def test_asking_and_saying_yes(cohort, open_as, live_server, scripts):
    Policy.objects.update(pairs_by_people=True)
    vera = factories.person("Vera Blum")
    otto = factories.person("Otto Lund", email="otto@example.org")
    page = open_as(vera, scripts=scripts)
    slug = cohort.program.slug
    page.goto(live_server.url + reverse("matching:pair-request-create", args=[slug]))
    page.get_by_label("The other person", exact=True).check()
    page.get_by_label("E-mail address of the other person").fill("otto@example.org")
    page.get_by_label("How do you know each other").fill("We worked together.")
    page.get_by_label("Neither of us manages or appraises the other").check()
    page.get_by_label("English").check()
    expect(page.get_by_label("English")).to_be_checked()
    check(page, scripts=scripts)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_text("We wait for the other person to say yes").wait_for()
    check(page, scripts=scripts)
    request = PairRequest.system.get()
    other = open_as(otto, scripts=scripts)
    other.goto(live_server.url + reverse("matching:pair-request", args=[request.public_id]))
    check(other, scripts=scripts)
    other.get_by_role("button", name="Yes, and neither of us").click()
    other.get_by_text("Is this the right time?").first.wait_for()
    found = PairRequest.objects.of(otto).get()
    assert (found.state, found_each_other.confirm(found, by=otto).person) == ("confirmed", otto)
