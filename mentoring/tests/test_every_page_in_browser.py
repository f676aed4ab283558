"""Open every page in a real browser, as a person who may: a phone in light, a desktop in dark.

No accessibility rule is violated, nothing is wider than the screen, the console shows no error of
the Content-Security-Policy, and each page has one main heading and a title of its own. The pages
are split in two halves, one for each test process.

For speed it uses one tab with a warm cache, checks the frame around the page once per person and
theme, and in dark only the rules that colours can violate.
"""

import logging

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings

from testkit.accessibility import COLOUR_RULES, RULES, broken_rules, listen, too_wide

from . import access_fixtures as worlds
from .page_catalog import PageCatalog

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

PARTS = 2
PHONE, DESK = {"width": 320, "height": 700}, {"width": 1280, "height": 800}
EVERYWHERE, CONTENT = "*", "main *"


@pytest.fixture
def gallery(without_zeal):
    logging.disable(logging.CRITICAL)
    yield PageCatalog(worlds.build())
    logging.disable(logging.NOTSET)


@pytest.fixture
def tab(browser, live_server):
    context = browser.new_context(reduced_motion="reduce", base_url=live_server.url)
    context.add_init_script(AXE_SCRIPT)
    yield context.new_page()
    context.close()


class Viewer:
    """Looks at one page after the other, beginning with what it wears from the page before."""

    def __init__(self, tab, gallery, site):
        self.tab, self.gallery, self.site = tab, gallery, site
        self.said, self.who, self.frames = listen(tab), None, set()
        self.looks = [(PHONE, "light", RULES), (DESK, "dark", COLOUR_RULES)]

    def faults_of(self, page):
        self.become(page.role)
        self.wear(*self.looks[0][:2])
        self.said.clear()
        answer = self.tab.goto(page.address, wait_until="load")
        faults = list(self.said) if answer.status == 200 else [f"answered {answer.status}"]
        for screen, colours, rules in self.looks:
            self.wear(screen, colours)
            found = broken_rules(self.tab, rules, within=self.new_here(page, colours))
            faults += [*too_wide(self.tab), *(f"in {colours}, {fault}" for fault in found)]
        self.looks.reverse()
        headings, title = self.tab.evaluate(
            "[document.querySelectorAll('h1').length, document.title]"
        )
        return (
            faults
            + ([f"{headings} main headings"] if headings != 1 else [])
            + ([] if title else ["no title"])
        )

    def wear(self, screen, colours):
        if self.tab.viewport_size != screen:
            self.tab.set_viewport_size(screen)
            self.tab.emulate_media(color_scheme=colours)

    def new_here(self, page, colours):
        """The whole page where its frame was not seen yet."""
        frame = (page.role, page.name.startswith("admin:"), colours)
        is_known = frame in self.frames
        self.frames.add(frame)
        return CONTENT if is_known else EVERYWHERE

    def become(self, role):
        if role != self.who:
            self.who, key = role, self.gallery.session_of(role)
            self.tab.context.clear_cookies()
            if key:
                mine = {"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.site}
                self.tab.context.add_cookies([mine])


@pytest.mark.parametrize("part", range(PARTS))
def test_pages_can_be_shown_to_anybody(part, gallery, tab, live_server):
    pages = gallery.pages(part, PARTS)
    assert len(pages) > 60
    viewer = Viewer(tab, gallery, live_server.url)
    faults = {f"{page.name} as {page.role}": viewer.faults_of(page) for page in pages}
    assert {name: found for name, found in faults.items() if found} == {}
