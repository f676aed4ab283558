"""The first evening of a committee: from an empty installation to published matches.

The first chair is invited by the documented command, makes a program from a template, imports two
lists of a hundred people, runs a round, has it approved by a second member and publishes it. A
press is a click on a button or a link, a choice from a list, a tick or a chosen file; what is typed
is counted apart. Everything goes over the pages, found by their labels.
"""

from __future__ import annotations

import csv
import io
import os
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from matches.models import Match
from notifications.testing import deliver_due_emails
from testkit.accessibility import listen
from workflow import jobs

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

MOST_PRESSES, MOST_TYPED = 60, 12
PICTURES = os.environ.get("FIRST_EVENING_PICTURES", "")  # a folder; `make evening` sets it
CODE = r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b"
PEOPLE = 100
MONDAY = datetime(2030, 3, 4, 15, tzinfo=UTC)
TOPICS = ("Onboarding", "Change", "Payroll and operations", "Performance", "Labour relations")
EMPLOYERS = ("Maple Hospital", "Orford Foods", "Quayside Logistics", "Riverbend Schools")


def roster(role: str) -> bytes:
    """A hundred people as a form tool would export them."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Timestamp", "Email", "First name", "Last name", "Company", "Town", "Topics"])
    for n in range(PEOPLE):
        topics = f"{TOPICS[n % len(TOPICS)]};{TOPICS[(n * 3 + 1) % len(TOPICS)]}"
        employer = EMPLOYERS[(n + (role == "mentor")) % len(EMPLOYERS)]
        person = [f"{role}.{n}@example.org", f"{role.title()}{n}", f"Lind{n}"]
        writer.writerow(["2030-02-01 10:00", *person, employer, "Elora", topics])
    return text.getvalue().encode()


@dataclass
class Evening:
    """A browser that counts what a member does; one window for each member."""

    browser: object
    site: str
    windows: dict = field(default_factory=dict)
    pages: dict = field(default_factory=dict)
    said: list = field(default_factory=list)
    presses: list = field(default_factory=list)
    typed: list = field(default_factory=list)

    def at(self, who):
        if who not in self.windows:
            self.windows[who] = self.browser.new_context(
                viewport={"width": 1280, "height": 900}, base_url=self.site
            )
            self.pages[who] = self.windows[who].new_page()
            self.pages[who].set_default_timeout(15_000)
            self.said.append(listen(self.pages[who]))
        self.page = self.pages[who]

    def press(self, name, role="button", within=""):
        self.presses.append(name)
        place = self.page.get_by_role("region", name=within) if within else self.page
        with self.page.expect_navigation(wait_until="load"):
            place.get_by_role(role, name=name, exact=isinstance(name, str)).first.click()

    def follow(self, name, within=""):
        """Follow a link; `within` is the heading of the section that it is in."""
        self.press(name, "link", within)

    def field(self, label):
        return self.page.locator("main").get_by_label(label).first

    def write(self, label, text):
        self.typed.append(label)
        self.field(label).fill(text)

    def choose(self, label, option):
        self.presses.append(f"{label}: {option}")
        self.field(label).select_option(label=option)

    def tick(self, label):
        self.presses.append(label)
        self.field(label).check()

    def give_file(self, label, name, content):
        self.presses.append(label)
        file = {"name": name, "mimeType": "text/csv", "buffer": content}
        self.field(label).set_input_files(file)

    def work(self):
        """Let the workers work; an open page shows what came of it."""
        jobs.run_due()
        self.page.reload(wait_until="load")

    def sign_in(self, who, address, path):
        """Go to the address that an e-mail gave, and enter the code of the next one."""
        self.at(who)
        self.page.goto(path)
        self.write("E-mail address", address)
        self.press("Sign in")
        while self.page.get_by_label("Code").count():
            sent = deliver_due_emails(reconcile=False)
            bodies = [one.body for one in sent if address in one.to[0]]
            codes = [found for body in bodies for found in re.findall(CODE, body)]
            self.write("Code", codes[-1])
            self.press("Continue")

    def picture(self, name):
        """Take a picture for chapter 1 of the committee's guide, if a folder is given."""
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png")

    @property
    def text(self):
        return self.page.inner_text("body")


@pytest.fixture
def evening(browser, live_server, time_machine, without_zeal, settings):
    time_machine.move_to(MONDAY)
    settings.BASE_URL = live_server.url
    found = Evening(browser, live_server.url)
    found.clock = time_machine
    yield found
    for window in found.windows.values():
        window.close()


def test_from_nothing_to_published_matches(evening):
    call_command("bootstrap", verbosity=0)
    call_command("invite_chair", "ruth@example.org", name="Ruth Adeyemi", program="First program")
    (invitation,) = deliver_due_emails(reconcile=False)
    path = re.search(r"https?://[^/]+(/\S*)", invitation.body)[1]
    evening.sign_in("chair", "ruth@example.org", path)
    set_up(evening)
    for role in ("mentee", "mentor"):
        bring_people(evening, role)
    run_round(evening)
    approve(evening)
    publish(evening)
    assert len(evening.presses) <= MOST_PRESSES, evening.presses
    assert len(evening.typed) <= MOST_TYPED, evening.typed
    assert evening.said == [[], []]


def set_up(evening):
    evening.picture("set-up")
    evening.follow("Start another program")
    evening.write("Name", "HR chapter")
    evening.choose("Kind of program", "Human resources association")
    evening.press("Save")
    evening.follow("Create a cohort", within="HR chapter")
    evening.choose("Program", "HR chapter")
    evening.write("Name", "Spring")
    evening.write("Applications open on", "2030-03-01")
    evening.press("Save")
    evening.follow("Home")
    evening.follow("Committee members")
    evening.follow("Add a committee member")
    evening.write("The member's e-mail address", "sam@example.org")
    evening.write("Name", "Sam Okafor")
    evening.choose("Program", "HR chapter")
    evening.choose("Role", "Matcher")
    evening.press("Save")


def bring_people(evening, role):
    evening.follow("Home")
    evening.follow("Roster imports")
    evening.follow("Import a roster")
    evening.choose("Cohort", "Spring")
    evening.choose("These people apply as", role.capitalize())
    evening.give_file("File", f"{role}s.csv", roster(role))
    evening.press("Read the file")
    evening.work()
    evening.picture(f"columns-{role}s")
    evening.choose("Import applications as", "accepted: the committee has already reviewed them")
    evening.tick("Everyone in this file has accepted the code of conduct")
    if role == "mentor":
        evening.tick("The mentors in this file have done the orientation")
    evening.press("Check the rows")
    evening.work()
    assert re.search(rf"New applications\s+{PEOPLE}", evening.text)
    evening.picture(f"preview-{role}s")
    evening.press("Import")
    evening.work()
    assert "This is what happened" in evening.text


def run_round(evening):
    evening.follow("Home")
    evening.follow("Rounds")
    evening.follow("Open a round")
    evening.choose("Cohort", "Spring")
    evening.press("Open the round")
    evening.press("Run the round")
    evening.work()
    assert "Proven optimal" in evening.text
    evening.picture("plan")
    evening.press("Send for review")


def approve(evening):
    evening.sign_in("second", "sam@example.org", "/admin/")
    evening.follow(re.compile("round waiting for approval"))
    evening.follow(re.compile("Spring"))
    evening.follow("Review")
    evening.picture("second-look")
    evening.follow("Read on")
    evening.press("Approve these pairs")


def publish(evening):
    """Publish, wait for the moment, and read the e-mails that have left."""
    evening.at("chair")
    evening.follow("Home")
    evening.follow("Rounds")
    evening.follow(re.compile("Spring"))
    evening.follow("Publish")
    assert "Mentor0 offers help with Onboarding and Change" in evening.text
    evening.picture("release")
    evening.press("Publish")
    assert not Match.objects.exists()
    evening.clock.move_to(timezone.now() + timedelta(minutes=30))
    emails = deliver_due_emails()
    evening.page.reload(wait_until="load")
    assert "This round was published" in evening.text
    assert Match.objects.count() == PEOPLE
    introductions = {one.to[0]: one for one in emails if "Meet " in one.subject}
    assert len(introductions) == 2 * PEOPLE
    first = introductions["mentee.0@example.org"]
    assert first.subject == "Meet Mentor0, your mentor"
    assert "Mentor0 offers help with Onboarding and Change" in unescape(first.body)
