"""A chair who has never seen code asks a survey of their own and reads what the answers say.

From the front door, by links and buttons alone, and without scripts. Takes the pictures of the
chapter "Listening" of the guide.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from checkins.models import CheckIn, Question, current_survey
from checkins.results import publish_waves
from notifications.testing import deliver_due_emails
from testkit import checkins as make
from testkit import factories
from testkit.accessibility import too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PICTURES = os.environ.get("LISTENING_PICTURES", "")  # a folder; `make listening` sets it
DAY = timedelta(days=1)
PAIRS = 12


@pytest.fixture
def chair(browser, live_server, without_zeal):
    """The chair's browser: `follow`, `press` and `see` wait for the page that comes."""
    make.seed_surveys()
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, base_url=live_server.url, java_script_enabled=False
    )
    yield Chair(context.new_page())
    context.close()


class Chair:
    def __init__(self, page):
        self.page = page

    def sign_in(self, person):
        self.page.goto("/")
        self.follow("Sign in")
        self.page.get_by_label("E-mail address").fill(person.email)
        self.press("Sign in")
        (letter,) = deliver_due_emails(reconcile=False)
        code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", letter.body)[0]
        self.page.get_by_label("Code").fill(code)
        self.press("Continue")

    def press(self, name, role="button"):
        with self.page.expect_navigation(wait_until="load"):
            self.page.get_by_role(role, name=name, exact=isinstance(name, str)).first.click()

    def follow(self, name):
        self.press(name, "link")

    def see(self, words, picture=""):
        expect(self.page.locator("main")).to_contain_text(words)
        assert too_wide(self.page) == []
        if picture and PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{picture}.png", full_page=True)


def test_a_chair_asks_in_the_middle_of_the_year_and_reads_the_answers(chair, cohort, cleo):
    chair.sign_in(cleo)
    chair.page.goto("/admin/")
    chair.follow("Surveys")
    chair.see("How is it going so far?", "surveys")
    write_a_survey(chair)
    chair.follow("Publish…")
    chair.see("Who is asked", "publish")
    chair.press("Publish this edition")
    chair.see("Published. It is asked from now on.")
    everyone_answers(cohort)
    read_the_answers(chair)


def write_a_survey(chair):
    chair.follow("How is it going so far?")
    chair.follow("Start a new edition from it")
    chair.press("Start a draft")
    chair.see("Nobody is asked before you publish it.")
    chair.follow("Add a question: several choices")
    page = chair.page
    page.get_by_label("Question in English").fill("What helps most?")
    page.get_by_label("Question in French").fill("Qu'est-ce qui aide le plus?")
    page.get_by_label("mentees", exact=True).check()
    for number, (english, french) in enumerate((("Advice", "Conseils"), ("Time", "Temps")), 1):
        page.get_by_label(f"Answer {number} in English").fill(english)
        page.get_by_label(f"Answer {number} in French").fill(french)
    page.get_by_label("How many answers can be ticked at most?").select_option("2")
    page.get_by_label("No one: they are only counted together with others").check()
    chair.press("Save")
    chair.see("Mentees are asked 11 questions; 10 is the most.")
    chair.follow("Title and introduction")
    page.get_by_label("About how many of their own needs").select_option("0")
    chair.press("Save")
    expect(page.locator("main")).not_to_contain_text("Put this right")
    chair.see("What helps most?", "draft")
    chair.follow("Preview it as people see it")
    with page.expect_navigation(wait_until="load"):
        page.locator("a[href$='/mentee/fr/']").click()
    chair.see("Cochez jusqu'à 2 réponses.", "preview-in-french")
    chair.follow("Retour au sondage")


def everyone_answers(cohort):
    """Twelve pairs are asked in two months; the second time they see it a step higher."""
    survey = current_survey("midterm", cohort.program)
    assert survey.questions.last().kind == "several"
    now = timezone.now()
    for _number in range(PAIRS):
        pair = factories.match(
            factories.person(), factories.person(), cohort, introduced_at=now - 300 * DAY
        )
        for ordinal, (days, place) in enumerate(((110, 1), (50, 2)), 1):
            for person in pair.people:
                asked = make.opened(pair, person, "midterm", now - days * DAY, ordinal=ordinal)
                make.answer(
                    asked, by=person, answers=some_answers(asked, place), at=now - days * DAY
                )
    CheckIn.objects.filter(state="open").delete()
    publish_waves(now)


def some_answers(asked, place):
    answers = {}
    for question in asked.questions:
        if question.kind != Question.Kind.TEXT:
            answers[question.code] = question.choices[min(place, len(question.choices) - 1)][0]
    return answers


def read_the_answers(chair):
    chair.follow("Home")
    chair.follow("Pooled results")
    chair.see("100 percent", "pooled-results")
    chair.follow(re.compile("^Mid-term of"))
    chair.see("What helps most?", "results-of-a-month")
    chair.follow(re.compile("month by month"))
    chair.see("What helps most?", "month-by-month")
    charts = chair.page.locator("main svg[role=img], main svg[viewBox]")
    expect(charts.first).to_be_visible()
    assert charts.count() == chair.page.locator("main table").count()
