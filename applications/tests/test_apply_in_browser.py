"""A complete mentee application at 320 px without scripts: what it takes is what pages promise."""

import re
from html import unescape

import pytest

from applications import completeness
from applications.effort import (
    BEFORE,
    MOST_INTERACTIONS,
    ONE_CHOICE,
    PAGES,
    SENDING,
    effort_of,
    expected_minutes,
)
from applications.models import Application
from notifications.testing import deliver_due_emails
from programs.seeds import load_shared_vocabulary, load_vocabulary
from testkit.mobile_client import MobileClient
from testkit.programs import MENTEE

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

ANSWERS = {
    **MENTEE,
    "about-you": {"name": "Ben Okoro", "pronouns": "he", "phone": "+1 519 555 0100"},
    "topics": {
        "goal": ["lead", "advance"],
        "subject": ["payroll", "change"],
        "skill": ["influence"],
    },
    "ranking": {
        "rank-1": "lead",
        "rank-2": "payroll",
        "rank-3": "influence",
        "level-change": "1",
    },
    "times": {"availability": ["tue-evening", "thu-evening", "sat-morning"]},
    "way-of-working": {
        "feedback": "direct",
        "talks": "open",
        "help": "questions",
        "contact": "sometimes",
        "purpose": "goal",
        "staying": "term",
        "matters_most": "understands",
    },
    "private": {"needs": "Quiet places", "limits": "No weekends", "accommodations": "Captions"},
}


@pytest.fixture
def phone(browser, live_server, without_zeal):
    one = MobileClient(browser, live_server.url, scripts=False)
    yield one
    one.context.close()


def begin(phone, cohort):
    """From the program's page, with a new account, to the first page of the form."""
    phone.open(f"/programs/{cohort.program.slug}/")
    phone.follow("I would like a mentor")
    phone.follow("Start with my e-mail address")
    phone.fill({"email": "ben@example.org"})
    phone.press("Create an account")
    letter = unescape(deliver_due_emails(reconcile=False)[0].body)
    code = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4}|\d{6})\s*$", letter, re.MULTILINE)[1]
    phone.fill({"code": code})
    phone.press("Continue")
    phone.press("Start my application")
    phone.follow(re.compile("^Continue: "))


def test_a_complete_application_takes_what_is_promised(phone, cohort):
    load_shared_vocabulary()
    load_vocabulary("hr", None)
    measured = {}
    begin(phone, cohort)
    before = phone.interactions
    while not phone.path.endswith("/check/"):
        code, taken = phone.path.rstrip("/").rpartition("/")[2], phone.interactions
        phone.fill(ANSWERS[code])
        phone.press("Save and continue")
        measured[code] = phone.interactions - taken
    phone.press("Send my application")

    assert phone.heading == "We have received your application"
    made = Application.objects.select_related("cohort__program").get()
    assert made.state == "submitted"
    assert len(completeness.parts(made)) <= 7
    assert (before, measured) == (
        BEFORE.interactions,
        {code: PAGES.get(code, ONE_CHOICE).interactions for code in measured},
    )
    total = effort_of(cohort.program, "mentee")
    assert phone.interactions == total.interactions <= MOST_INTERACTIONS
    assert phone.interactions == before + sum(measured.values()) + SENDING.interactions
    phone.open(f"/programs/{cohort.program.slug}/")
    assert expected_minutes(cohort.program, "mentee") <= 10
