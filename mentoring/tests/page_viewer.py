"""Looks at pages in one tab: on a phone in light and on a desktop in dark.

For speed it begins with what it wears from the page before, checks the frame around the page once
per person and theme, and in dark only the rules that colours can violate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from testkit.accessibility import COLOUR_RULES, RULES, broken_rules, listen, too_wide

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 320, "height": 700}
DESK: ViewportSize = {"width": 1280, "height": 800}
EVERYWHERE, CONTENT = "*", "main *"


class Viewer:
    """Opens an address as a person and returns what is wrong with the page."""

    def __init__(self, tab: Page, site: str) -> None:
        self.tab, self.site = tab, site
        self.said, self.key = listen(tab), ""
        self.frames: set[tuple[object, ...]] = set()
        self.looks = [(PHONE, "light", RULES), (DESK, "dark", COLOUR_RULES)]

    def faults_of(self, address: str, *, session: str, is_admin: bool = False) -> list[str]:
        self.become(session)
        self.wear(*self.looks[0][:2])
        self.said.clear()
        answer = self.tab.goto(address, wait_until="load")
        status = answer.status if answer else 0
        faults = list(self.said) if status == 200 else [f"answered {status}"]
        for screen, colours, rules in self.looks:
            self.wear(screen, colours)
            found = broken_rules(self.tab, rules, within=self.new_here(session, is_admin, colours))
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

    def wear(self, screen: ViewportSize, colours: str) -> None:
        if self.tab.viewport_size != screen:
            self.tab.set_viewport_size(screen)
            self.tab.emulate_media(color_scheme=colours)

    def new_here(self, *frame: object) -> str:
        """The whole page where its frame was not seen yet."""
        is_known = frame in self.frames
        self.frames.add(frame)
        return CONTENT if is_known else EVERYWHERE

    def become(self, session: str) -> None:
        if session != self.key:
            self.key = session
            sign_in(self.tab, session, self.site)


def sign_in(tab: Page, session: str, site: str) -> None:
    """Let the tab use this session; none signs out."""
    tab.context.clear_cookies()
    if session:
        mine = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}
        tab.context.add_cookies([mine])
