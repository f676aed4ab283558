"""Every page that anybody can open, as somebody who may, in a real browser: on a phone in light, at a desk in dark.

No rule of accessibility broken, nothing wider than the screen, nothing in the console that the policy for scripts and styles forbids, one
main heading, and a title of its own. A new route is found by itself; it only needs its row in access_rules.py and a row in the world.
"""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from . import access_rules
from . import world as worlds
from .routes import every_route
from .visits import BACKEND

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(900),
    # A quarter of an hour on two cores: `make pages` runs it, and each app's own browser tests run every time.
    pytest.mark.skipif(not os.environ.get("EVERY_PAGE"), reason="runs with `make pages`"),
]

PARTS = 6
PHONE, DESK = {"width": 320, "height": 700}, {"width": 1280, "height": 800}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKERS = (
    "mentee",
    "mentor",
    "chair",
    "carer",
    "matcher",
    "reader",
    "maintainer",
    "stranger",
    "anonymous",
    "other_mentee",
)


def pages(world):
    """(route, role, address) of every page: the first looker who gets it answered with HTML, by Django's test client."""
    for name, route in sorted(every_route().items()):
        rule = access_rules.rules().get(name)
        if rule is None or "GET" not in rule.methods or name.endswith("jsi18n"):
            continue
        found = next(answered(world, rule, route), None)
        if found:
            yield name, *found


def answered(world, rule, route):
    things = [thing for (kind, _), thing in world.things.items() if kind == rule.about] if rule.about else [None]
    for role in LOOKERS:
        for thing in things:
            if role in world.visitors_of(thing) and world.standing(role, thing) in rule.who:
                address = route.url(thing and thing.row, rule.extra)
                response = world.clients[role].get(address)
                if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
                    yield role, address


def sign_everybody_in(world):
    world.clients = {}
    for role in LOOKERS:
        world.clients[role] = Client()
        if world.people[role].is_authenticated:
            world.clients[role].force_login(world.people[role], backend=BACKEND)


def faults_of(page, address):
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    page.goto(address, wait_until="load")
    faults = list(said)  # before axe, which causes some of its own
    for screen, colours in ((PHONE, "light"), (DESK, "dark")):
        page.set_viewport_size(screen)
        page.emulate_media(color_scheme=colours)
        wide = page.evaluate("document.documentElement.scrollWidth") - screen["width"]
        faults += [f"{wide} px wider than {screen['width']}"] if wide > 0 else []
        for fault in Axe().run(page, options={"runOnly": RULES}).response["violations"]:
            faults.append(f"{colours} {fault['id']}: {[node['target'] for node in fault['nodes']][:3]}")
    headings = page.locator("h1").count()
    return faults + ([f"{headings} main headings"] if headings != 1 else []) + ([] if page.title() else ["no title"])


@pytest.mark.parametrize("part", range(PARTS))
def test_pages_can_be_shown_to_anybody(part, browser, live_server):
    world = worlds.build()
    sign_everybody_in(world)
    contexts, wrong = {}, {}
    mine = list(pages(world))[part::PARTS]
    assert mine
    for name, role, address in mine:
        if role not in contexts:
            contexts[role] = browser.new_context(reduced_motion="reduce")
            session = world.clients[role].cookies.get(settings.SESSION_COOKIE_NAME)
            if session:
                contexts[role].add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
        page = contexts[role].new_page()
        if faults := faults_of(page, live_server.url + address):
            wrong[f"{name} as {role}"] = faults
        page.close()
    for context in contexts.values():
        context.close()
    assert wrong == {}
