"""Checks of an open page: accessibility rules, console messages, horizontal overflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:  # Playwright is loaded only where a browser runs
    from playwright.sync_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOUR_RULES = (
    "color-contrast",
    "link-in-text-block",
)  # the rules that another theme can violate
SLOW_RULES = ("color-contrast", "target-size")  # they compute what overlaps each element

# Returns only what the tests print: the full report of a large page has megabytes.
ASK = """async ([rules, dear, within]) => {
  axe.configure({rules: dear.map((id) => ({id, selector: within}))});
  const asked = {
    runOnly: rules, resultTypes: ["violations"], preload: false, performanceTimer: false,
  };
  const found = (await axe.run(asked)).violations;
  const first = (fault) => fault.nodes.slice(0, 3).map((node) => node.target).join(" and ");
  return found.map((fault) => `${fault.id}: ${first(fault)}`);
}"""


def broken_rules(page: Page, rules: tuple[str, ...] = RULES, *, within: str = "*") -> list[str]:
    """Return the violated rules with their first elements; slow rules look `within` only."""
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(ASK, [rules, SLOW_RULES, within])
    return found


def too_wide(page: Page) -> list[str]:
    page.wait_for_load_state()
    wide, width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return [f"{wide - width} px wider than {width}"] if wide > width else []


def listen(page: Page) -> list[str]:
    """Collect console errors and warnings from now on, in a list that keeps growing."""
    said: list[str] = []
    page.on(
        "console",
        lambda message: said.append(message.text) if message.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    return said
