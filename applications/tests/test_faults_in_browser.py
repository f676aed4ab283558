"""Files with every known trap go through the import pages in a real browser, as a member would.

The member signs in through the front door once. Each fault has a program of its own, and each file
goes through the real forms and the worker's jobs.
"""

from __future__ import annotations

import re

import pytest

from applications.models import RosterJob
from notifications.testing import deliver_due_emails
from programs.models import Membership
from programs.seeds import load_shared_vocabulary, load_vocabulary
from testkit import factories
from testkit.accessibility import listen, too_wide
from workflow import jobs

from . import people_faults, table_faults
from .fault_files import FAULTS

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

MODULES = (people_faults, table_faults)  # importing them registers their faults
PARTS = 5  # tests that share the faults, so that they run beside each other


class ImportPages:
    """Takes files through the import pages."""

    def __init__(self, page, site):
        self.page, self.site = page, site
        page.set_default_timeout(15_000)
        self.said, self.wide = listen(page), []

    def sign_in(self, person):
        self.page.goto(f"{self.site}/account/login/")
        self.page.get_by_label("E-mail address").fill(person.email)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.get_by_label("Code").wait_for()
        (email,) = deliver_due_emails(reconcile=False)
        self.page.get_by_label("Code").fill(
            re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", email.body)[0]
        )
        self.page.get_by_role("button", name="Continue").click()
        self.page.get_by_role("button", name="Sign out").wait_for()

    def press(self, name):
        with self.page.expect_navigation(wait_until="load"):
            self.page.get_by_role("button", name=name, exact=True).first.click()
        self.wide += too_wide(self.page)

    def work(self):
        """Let the worker do its job and open the page again, as the page itself would."""
        jobs.run_due()
        self.page.reload(wait_until="load")
        self.wide += too_wide(self.page)

    def take(self, upload, cohort):
        """Take a file from the upload to the import; return the text of the preview."""
        self.page.goto(f"{self.site}/admin/applications/rosterupload/add/")
        self.page.get_by_label("Cohort").select_option(str(cohort.pk))
        self.page.get_by_label("These people apply as").select_option(upload.role)
        content = upload.content.encode() if isinstance(upload.content, str) else upload.content
        file = {"name": upload.name, "mimeType": "application/octet-stream", "buffer": content}
        self.page.get_by_label("File").set_input_files(file)
        if upload.map_text:
            text = {**file, "name": "map.toml", "buffer": upload.map_text.encode()}
            self.page.get_by_label("Map").set_input_files(text)
        self.press("Read the file")
        self.work()
        if upload.reading:
            self.read_again(upload.reading)
        if self.stopped(upload):
            return self.text
        if upload.map_text:
            self.unfold()
            self.press("Check with this map")
        else:
            self.choose_columns(upload)
            self.press("Check the rows")
        for answer, meaning in upload.answers.items():
            self.page.get_by_label(f"“{answer}”").select_option(label=meaning)
        if upload.answers:
            self.press("Check the rows")
        self.work()
        if upload.words:
            for word, meaning in upload.words.items():
                self.page.get_by_label(f": “{word}”,").select_option(label=meaning)
            self.press("Check again with these words")
            self.work()
        if self.stopped(upload):
            return self.text
        preview = self.text
        assert "Nothing is imported yet" in preview, preview
        self.press("Import")
        self.work()
        assert "This is what happened" in self.text, self.text
        return preview

    def stopped(self, upload):
        return bool(upload.stops) and upload.stops in self.text

    def read_again(self, choices):
        self.unfold()
        for label, value in choices.items():
            self.page.get_by_label(label).first.select_option(value)
        self.press("Read the file again")
        self.work()

    def unfold(self):
        for fold in self.page.locator("details").all():
            fold.evaluate("fold => { fold.open = true }")

    def choose_columns(self, upload):
        for heading, value in upload.columns.items():
            self.page.get_by_label(heading, exact=True).select_option(value)
        for heading, value in upload.splits.items():
            self.page.get_by_label(f"Answers in “{heading}”").select_option(value)
        for label, value in upload.options.items():
            self.page.get_by_label(label).select_option(value)
        for label in upload.ticks:
            self.page.get_by_label(label).check()

    @property
    def text(self):
        return self.page.inner_text("#content")


@pytest.fixture
def pages(browser, live_server, without_zeal):
    load_shared_vocabulary()
    load_vocabulary("hr", None)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield ImportPages(context.new_page(), live_server.url)
    context.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_files_with_traps_come_in_right(pages, part):
    member = factories.person("Mia Lund")
    Membership.objects.create(user=member, program=factories.program(), role="matcher")
    pages.sign_in(member)
    wrong = {}
    for fault in FAULTS[part::PARTS]:
        cohort = factories.cohort(program=factories.program())
        Membership.objects.create(user=member, program=cohort.program, role="matcher")
        fault.before(cohort)
        try:
            fault.right(cohort, [pages.take(upload, cohort) for upload in fault.uploads])
        except Exception as error:  # noqa: BLE001  # all of them are told, not only the first
            report = RosterJob.system.order_by("pk").last()
            wrong[fault.name] = f"{type(error).__name__}: {error}"[:600], report and report.error
    assert wrong == {}
    assert pages.said == []


def test_a_phone_without_scripts_takes_a_file_through(pages, browser, live_server):
    """At 320 px, in dark colours, without scripts; no page is wider than the screen."""
    member = factories.person("Noa Quill")
    cohort = factories.cohort(program=factories.program())
    Membership.objects.create(user=member, program=cohort.program, role="matcher")
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, java_script_enabled=False, color_scheme="dark"
    )
    phone = ImportPages(context.new_page(), live_server.url)
    phone.sign_in(member)
    fault = next(one for one in FAULTS if one.name == "words_near_the_vocabulary")
    fault.right(cohort, [phone.take(upload, cohort) for upload in fault.uploads])
    phone.press("Undo this import")
    phone.work()
    assert not cohort.applications.exists()
    phone.page.goto(f"{live_server.url}/admin/applications/application/export/")
    assert "nothing to export" in phone.text
    assert phone.wide == []
    context.close()
