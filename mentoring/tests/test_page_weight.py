"""The first view of every page is small enough for a slow connection."""

from __future__ import annotations

import logging
import random

import pytest
from django.templatetags.static import static

from testkit.page_weight import LIMIT, file_weight, files_of, page_weight

from . import access_fixtures as worlds
from .page_catalog import PageCatalog


@pytest.fixture
def catalog(db, without_zeal):
    logging.disable(logging.CRITICAL)
    yield PageCatalog(worlds.build())
    logging.disable(logging.NOTSET)


def test_the_first_view_of_every_page_is_small(catalog):
    pages = catalog.pages(0, 1)
    assert len(pages) > 120
    too_heavy = {}
    for page in pages:
        response = catalog.clients[page.role].get(page.address)
        weight = page_weight(response.content)
        if response.status_code != 200 or weight > LIMIT:
            too_heavy[f"{page.name} as {page.role}"] = (response.status_code, weight)
    assert too_heavy == {}


def test_a_long_page_weighs_too_much():
    noise = random.Random(1).randbytes(LIMIT).hex().encode()
    assert page_weight(b"<p>short</p>") < 100
    assert page_weight(noise) > LIMIT


def test_a_file_counts_once_with_what_it_imports():
    style, font = static("admin/css/forms.css"), static("fonts/source-sans-3-latin.woff2")
    html = f'<link href="{style}"><link href="{style}"><link rel="preload" href="{font}">'
    files = files_of(html)
    assert files == {
        "admin/css/forms.css",
        "admin/css/widgets.css",
        "fonts/source-sans-3-latin.woff2",
    }
    assert page_weight(html.encode()) > sum(map(file_weight, files)) > 26_000


def test_a_file_that_does_not_exist_is_reported():
    with pytest.raises(LookupError, match=r"css/none\.css"):
        page_weight(f'<link href="{static("css/none.css")}">'.encode())
