"""Open every page in a real browser, as a person who may: a phone in light, a desktop in dark.

No accessibility rule is violated, nothing is wider than the screen, the console shows no error of
the Content-Security-Policy, and each page has one main heading and a title of its own. The pages
are split in two halves, one for each test process. `page_viewer` says what is left out for speed.
"""

import logging

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from . import access_fixtures as worlds
from .page_catalog import PageCatalog
from .page_viewer import Viewer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

PARTS = 2


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


@pytest.mark.parametrize("part", range(PARTS))
def test_pages_can_be_shown_to_anybody(part, gallery, tab, live_server):
    pages = gallery.pages(part, PARTS)
    assert len(pages) > 60
    viewer = Viewer(tab, live_server.url)
    faults = {
        f"{page.name} as {page.role}": viewer.faults_of(
            page.address,
            session=gallery.session_of(page.role),
            is_admin=page.name.startswith("admin:"),
        )
        for page in pages
    }
    assert {name: found for name, found in faults.items() if found} == {}
