"""A round from empty to approved in a real browser.

By keyboard alone, with and without scripts, on a phone's width.
"""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from matching.models import Proposal, Round
from matching.rounds import lifecycle
from testkit.accessibility import RULES, broken_rules, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def press(page, name, *, inside=None, role="button"):
    """Put the focus where a person who tabs would have it, and press Enter."""
    target = (inside or page).get_by_role(role, name=name).first
    target.focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])
def test_a_round_by_keyboard_alone(cohort, people, kim, cleo, open_as, live_server, scripts):
    opened = lifecycle.open_round(cohort, by=kim)
    page = open_as(kim, scripts=scripts)
    page.goto(live_server.url + reverse("admin:matching_round_workbench", args=[opened.public_id]))
    press(page, "Run the round")
    page.get_by_text("Proven optimal: no plan is better under these rules.").wait_for()

    amina, joel = (page.locator(f"#row-{people[name].public_id}") for name in ("amina", "joel"))
    press(page, re.compile("^Pin"), inside=amina)
    page.get_by_text("You pinned Amina Farah with Ruth Adeyemi").wait_for()
    amina.get_by_role("button", name="Unpin").wait_for()

    press(page, "Reject", inside=joel, role="link")
    joel.get_by_label("Reason (saved in the minutes)").fill("They shared an office for years.")
    press(page, "Reject", inside=joel)
    page.get_by_text("You rejected Joel Tremblay with Priya Nair").wait_for()

    press(page, "Undo last change")
    page.get_by_text("You undid a decision").wait_for()
    press(page, "Send for review")
    page.get_by_text("Sent for review").wait_for()

    second = open_as(cleo, scripts=scripts)
    second.goto(live_server.url + reverse("admin:matching_round_review", args=[opened.public_id]))
    press(second, "Approve these pairs")
    second.get_by_text("Approved. A chair can now publish the round.").wait_for()
    press(second, "Publish")
    second.get_by_role("button", name="Stop the publication").wait_for()

    made = Round.system.get(pk=opened.pk)
    assert (made.state, made.approved_by, made.published_by) == ("approved", cleo, cleo)
    pinned = Proposal.system.filter(round=made).pinned()
    assert [row.mentee_id for row in pinned] == [people["amina"].pk]
    for screen in (page, second):
        assert too_wide(screen) == []


def test_on_a_wide_screen_a_comparison_opens_beside_the_list(
    drafted, people, cleo, open_as, live_server
):
    page = open_as(cleo, scripts=True, width=1280)
    page.goto(live_server.url + reverse("admin:matching_round_workbench", args=[drafted.public_id]))
    amina, joel, panel = (
        page.locator(place) for place in (_row(people["amina"]), _row(people["joel"]), "#panel")
    )
    press(page, re.compile("^Compare"), inside=amina, role="link")
    panel.get_by_role("heading", name="Amina Farah: compare candidates").wait_for()
    expect(panel.get_by_role("heading", name="Amina Farah: compare candidates")).to_be_focused()

    press(page, re.compile("^Pin"), inside=panel)
    panel.get_by_role("button", name=re.compile("^Unpin")).wait_for()
    page.keyboard.press("Escape")
    expect(page.locator(f"#compare-{people['amina'].public_id}")).to_be_focused()

    page.keyboard.press("Enter")
    panel.get_by_role("heading", name="Amina Farah: compare candidates").wait_for()
    press(page, re.compile("^Pin"), inside=joel)
    page.get_by_text("You pinned Joel Tremblay with Priya Nair").wait_for()
    expect(page.locator(":focus")).to_have_text(re.compile(r"^\s*Unpin"))


def _row(application):
    return f"#row-{application.public_id}"


def test_selected_pairs_are_pinned_and_undone_without_scripts(
    drafted, people, cleo, open_as, live_server
):
    page = open_as(cleo, scripts=False)
    page.goto(live_server.url + reverse("admin:matching_round_workbench", args=[drafted.public_id]))
    for name in ("Amina Farah", "Joel Tremblay"):
        page.get_by_label(f"Select {name}").check()
    press(page, re.compile("^Pin +the selected pairs"))
    page.get_by_text("You pinned 2 pairs.").wait_for()
    page.get_by_text("Cleo Marsh pinned 2 pairs").wait_for()
    press(page, "Undo last change")
    page.get_by_text("You undid a decision").wait_for()
    assert not Proposal.system.filter(round=drafted).pinned().exists()


@pytest.mark.parametrize("width", [320, 1280])
def test_rejecting_unfolds_in_the_row_and_keeps_the_focus_there(
    drafted, people, cleo, open_as, live_server, width
):
    page = open_as(cleo, scripts=True, width=width)
    address = reverse("admin:matching_round_workbench", args=[drafted.public_id])
    page.goto(live_server.url + address)
    joel = page.locator(_row(people["joel"]))
    joel.get_by_role("checkbox").check()
    press(page, "Reject", inside=joel, role="link")
    joel.get_by_label("Reason (saved in the minutes)").wait_for()
    expect(page).to_have_url(live_server.url + address)  # the list was not loaded again
    expect(joel.get_by_role("checkbox")).to_be_checked()
    expect(joel.locator("summary:focus")).to_have_count(1)
    assert broken_rules(page, RULES, within="main *") == []
    page.keyboard.press("Enter")
    expect(joel.get_by_label("Reason (saved in the minutes)")).to_be_hidden()
