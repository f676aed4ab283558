"""No browser test reads a page, or what a press has changed, before it has waited for it."""

import pytest
from django.conf import settings

from .browser_reads import Reader

ROOT = settings.BASE_DIR
HELPERS = ROOT / "testkit" / "mobile_client.py"
FILES = [
    path
    for path in [*ROOT.glob("[!.]*/**/tests/*.py"), *ROOT.glob("testkit/*.py")]
    if path.relative_to(ROOT).parts[0] not in {"var", "shots"}
    and any(word in path.read_text() for word in ("mark.e2e", "playwright"))
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_reads_what_it_has_waited_for(path):
    helpers = [] if path == HELPERS else [HELPERS.read_text()]
    assert Reader(path.read_text(), *helpers).read() == {}


def test_there_are_browser_tests():
    assert len(FILES) > 20


EARLY = {
    "what is there at once": 'page.get_by_role("button").click()\n  assert page.content()',
    "a count": 'page.get_by_role("link").click()\n  found = page.locator("li").count()',
    "the text of a page": 'page.click("a")\n  assert "Done" in page.inner_text("main")',
    "after a key": 'page.keyboard.press("Enter")\n  assert page.url.endswith("/done/")',
    "a row": 'page.get_by_label("Yes").check()\n  draft.refresh_from_db()',
    "the rest of the page": (
        'page.click("a")\n  expect(page.locator("h1")).to_be_visible()\n  assert page.content()'
    ),
    "after a helper": "go(page)\n  assert page.url",
    "in a helper": 'page.click("a")\n  texts(page)',
    "in a condition": 'page.click("a")\n  if page.locator("li").count():\n    pass',
    "at the top of a loop": (
        'for word in words:\n    assert page.url\n    page.get_by_text("x").click()'
    ),
}
IN_TIME = {
    "what waits": 'page.click("a")\n  expect(page.locator("main")).to_contain_text("Done")',
    "the next field": 'page.click("a")\n  page.get_by_label("Name").fill("Ann")',
    "a new page": 'page.click("a")\n  page.goto("/home/")\n  assert page.content()',
    "a page that is read in": (
        'page.click("a")\n  expect(page.locator("h1")).to_be_visible()\n'
        "  assert too_wide(page) == []\n  assert page.content()"
    ),
    "within the press": (
        'with page.expect_navigation():\n    page.click("a")\n  assert page.content()'
    ),
    "a locator": 'page.click("a")\n  group = page.get_by_role("group")\n  group.click()',
}
GO = """
def go(page):
  page.click("a")
def texts(page):
  return page.locator("li").all_inner_texts()
def test_it(page):
  """


@pytest.mark.parametrize("lines", EARLY.values(), ids=EARLY)
def test_what_comes_too_early_is_found(lines):
    assert len(Reader(GO + lines).read()) == 1


@pytest.mark.parametrize("lines", IN_TIME.values(), ids=IN_TIME)
def test_what_waits_is_allowed(lines):
    assert Reader(GO + lines).read() == {}
