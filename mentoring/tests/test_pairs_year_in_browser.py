"""The pages of a pair's year on a desktop; takes the pictures of the guide's chapter about it.

Each page is opened as the one who uses it, in the moment that it is for. None has an accessibility
problem or an error of the browser.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements import activities
from agreements.goals import edits, goal_states
from agreements.goals.edits import GoalWords
from checkins import first_contact_links
from checkins.first_contact_links import Said
from matches import endings, pauses, thank_you_notes
from matches.models import Match, PauseRequest
from matches.pause_days import Wish
from matching.models import Offer
from matching.tests.offers import publish
from meetings.models import SharedItem
from meetings.statements import issuing
from testkit import agreements, factories, meetings
from testkit import rounds as make
from testkit.accessibility import broken_rules, listen, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PICTURES = os.environ.get("PAIRS_YEAR_PICTURES", "")  # a folder; `make year` sets it
DESK = {"width": 1280, "height": 900}


@pytest.fixture
def show(browser, live_server, as_user, without_zeal):
    """Return a function that opens a page as a person, checks it, and takes its picture."""
    contexts, said = [], []

    def show(person, address, name, *words):
        context = browser.new_context(viewport=DESK, base_url=live_server.url)
        contexts.append(context)
        key = as_user(person).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
        page = context.new_page()
        said.append(listen(page))
        page.goto(address)
        for word in words:
            assert word in page.inner_text("body"), (name, word)
        assert (broken_rules(page), too_wide(page)) == ([], []), name
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)

    yield show
    for context in contexts:
        context.close()
    assert [words for words in said if words] == []


@pytest.fixture
def pair(ada, ben, cohort, cleo):
    match = factories.match(ben, ada, cohort, carer=cleo)
    return Match.objects.with_people().get(pk=match.pk)


def sign(match, **values):
    agreements.signed(match)
    Match.objects.filter(pk=match.pk).update(**values)
    match.refresh_from_db()


def page_of_committee(match, *more):
    return reverse("admin:matches_match_" + (more[0] if more else "change"), args=[match.pk])


def test_first_contact(show, pair, cleo, ben):
    first_contact_links.answer(pair, by=ben, said=Said.NOT_YET)
    show(cleo, page_of_committee(pair), "first-contact", "not yet")
    show(ben, reverse("matches:match-hello", args=[pair.public_id]), "introduction", "Ada")


def test_the_pairs_page(show, pair, ada, ben, cohort):
    sign(pair)
    meetings.meeting(pair)
    words = GoalWords(text="Lead a team of three", measure="They say so in June")
    goal = edits.add_goal(pair, words, person=ben, by=ben)
    goal.match = pair
    goal_states.set_state(goal, "under_way", by=ben)
    activities.add(pair, by=ada, text="Visit a fair", planned_on=timezone.localdate())
    SharedItem.objects.create(match=pair, author=ada, kind="contact", title="Mei Lin, controller")
    second = factories.person("Nia Cole")
    Match.objects.create(mentee=factories.application(second, cohort), mentor=pair.mentor)
    address = reverse("matches:match-detail", args=[pair.public_id])
    show(ada, address, "pair", "Lead a team of three", "Visit a fair", "Nia")


def test_pause(show, pair, cleo, ben):
    sign(pair)
    wish = Wish(timezone.localdate() + timedelta(days=20), PauseRequest.Reason.HOLIDAY)
    pauses.pause(pair, wish, by=ben)
    show(cleo, page_of_committee(pair, "pause"), "pause")
    address = reverse("matches:match-detail", args=[pair.public_id])
    show(ben, address, "paused-pair", "On a pause until")


def test_closing_ending_and_certificate(show, pair, cleo, ada, ben):
    sign(pair, state="closing", ends_on=timezone.localdate() + timedelta(days=12))
    show(ben, reverse("matches:match-closing", args=[pair.public_id]), "closing", "thank-you note")
    show(cleo, page_of_committee(pair, "end"), "ending")
    thank_you_notes.send(pair, by=ben, text="Thank you for your questions.")
    endings.end(pair, by=ben, kind=Match.Closed.COMPLETED)
    statement = issuing.issue_certificate(pair, by=ada)
    address = reverse("meetings:statement-detail", args=[statement.public_id])
    show(ada, address, "certificate")
    show(ada, reverse("dashboard:alumni"), "after-mentoring", "What would you like next?")


def test_offers(show, cohort, cleo):
    kim = factories.member("Kim Osei", program=cohort.program, role="matcher")
    make.applicant(cohort, "Amina Farah", topics={"hiring": 3})
    make.applicant(cohort, "Ruth Adeyemi", "mentor", topics={"hiring": 3})
    publish(cohort, kim, cleo)
    offer = Offer.system.get()
    show(cleo, reverse("admin:matching_offer_changelist"), "offers", "Amina")
    address = reverse("admin:matching_offer_change", args=[offer.pk])
    show(cleo, address, "offer", "Planned by the round.")
