"""A phone-sized browser for end-to-end tests that checks every page it opens."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

from django.conf import settings

from .accessibility import listen, too_wide

if TYPE_CHECKING:  # Playwright is loaded only where a browser runs
    from django.test import Client
    from playwright.sync_api import Browser, Locator, ViewportSize

Answer = str | list[str]

SCREEN: ViewportSize = {"width": 320, "height": 640}


class MobileClient:
    """Fail on console messages and horizontal overflow; `open` and `press` wait for the page."""

    def __init__(self, browser: Browser, site: str, *, scripts: bool) -> None:
        self.site = site
        self.context = browser.new_context(
            viewport=SCREEN, java_script_enabled=scripts, base_url=site, reduced_motion="reduce"
        )
        self.page = self.context.new_page()
        self.interactions = 0  # taps and typed answers; opening a list and choosing are two
        self.said = listen(self.page)

    def sign_in(self, client: Client) -> None:
        """Use the session of a test client instead of the current one."""
        name = settings.SESSION_COOKIE_NAME
        self.context.clear_cookies(name=name)
        self.context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": self.site}]
        )

    def open(self, path: str) -> None:
        answer = self.page.goto(path, wait_until="load")
        assert answer is not None, path
        assert answer.status == 200, (answer.status, path)
        self.look()

    def press(
        self, name: str | re.Pattern[str], role: Literal["button", "link"] = "button"
    ) -> None:
        """Press the button of that name, or follow the link with role="link"."""
        self.interactions += 1
        with self.page.expect_navigation(wait_until="load"):
            self.page.get_by_role(role, name=name, exact=True).first.click()
        self.look()

    def follow(self, name: str | re.Pattern[str]) -> None:
        self.press(name, "link")

    def fill(self, answers: Mapping[str, Answer]) -> None:
        """Answer the fields that are on the page, by their names, as a browser would post them."""
        kinds = self.page.eval_on_selector_all(
            "[name]", "fields => Object.fromEntries(fields.map(field => [field.name, field.type]))"
        )
        for name, answer in answers.items():
            fields = self.page.locator(f"[name='{name}']")
            self.interactions += FIELD_ACTIONS[kinds[name]](fields, answer)

    def look(self) -> None:
        faults = [*self.said, *too_wide(self.page)]
        assert faults == [], f"{self.page.url}: {faults}"

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.site)

    @property
    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()

    @property
    def text(self) -> str:
        return self.page.inner_text("body")


def tick(fields: Locator, answer: Answer) -> int:
    """Check the boxes or radio buttons with these values; "on" is a box without a value.

    A closed group is opened first. Returns the number of taps.
    """
    taps = 0
    for value in [answer] if isinstance(answer, str) else answer:
        if not value:
            continue
        box = fields.and_(fields.page.locator(f"[value='{value}']")) if value != "on" else fields
        taps += open_group(box)
        if not box.is_checked():
            box.check()
            taps += 1
    return taps


def open_group(field: Locator) -> int:
    """Open the group that a field is in; return the number of taps."""
    closed = field.page.locator("details:not([open])").filter(has=field)
    if not closed.count():
        return 0
    closed.locator("summary").first.click()
    return 1


def choose(field: Locator, answer: Answer) -> int:
    field.select_option(answer)
    return 2


def write(field: Locator, answer: Answer) -> int:
    assert isinstance(answer, str)
    field.fill(answer)
    return 1 if answer else 0


FIELD_ACTIONS: dict[str, Callable[[Locator, Answer], int]] = {
    "radio": tick,
    "checkbox": tick,
    "select-one": choose,
    "select-multiple": choose,
    **dict.fromkeys(("text", "textarea", "email", "number", "search", "tel"), write),
}
