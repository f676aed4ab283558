"""An address that only takes forms answers GET with the page of its form, never with a 405."""

from __future__ import annotations

import pytest
from django.urls import reverse

from . import access_rules
from .crawl import rolled_back
from .routes import every_route
from .test_access_matrix import rows

pytestmark = pytest.mark.django_db

RULES = access_rules.rules()
POST_ONLY = sorted(name for name, rule in RULES.items() if rule.methods == access_rules.POST)
MOST_STEPS = 4


def those_who_may(world, rule):
    for thing in rows(world, rule):
        for role in world.visitors_of(thing):
            if world.relation(role, thing) in rule.write:
                yield role, thing


def shown(world, visitors, name):
    """Return where a GET ends, and how: (address, status)."""
    rule, route = RULES[name], every_route()[name]
    role, thing = next(those_who_may(world, rule))
    address = route.url(thing and thing.row, rule.extra)
    for step in range(MOST_STEPS):
        with rolled_back():
            response = visitors.visit(role, address)
        if step == 0 and response.status_code == 303:
            assert not response.wrote
        if not 300 <= response.status_code < 400:
            return address, response.status_code
        address = response["Location"]
    return address, "too many redirects"


FORMS_ON_FIRST_PAGES = {
    "theme": {"/"},
    "admin:later-again": {reverse("admin:index")},
    "admin:later-back": {reverse("admin:index")},
}


@pytest.mark.parametrize("name", POST_ONLY)
def test_a_get_shows_the_page_of_the_form(name, world, visitors):
    address, status = shown(world, visitors, name)
    assert status == 200, address
    first_pages = {reverse("admin:index"), "/"} - FORMS_ON_FIRST_PAGES.get(name, set())
    assert address not in first_pages, "the page of the form, not the first page"


def test_there_are_many_of_them():
    assert len(POST_ONLY) > 60
