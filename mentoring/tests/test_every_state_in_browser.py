"""Both people of a pair open its pages in every state, which the verbs have brought about.

1. With a plain client, thus without scripts: each page answers, or leads to one that does. What is
   not there at all in a state is in `NOT_FOUND`. No form is shown that can't be saved any more.
2. In a browser, those pages that have an element, or one inside another, that no page before had:
   axe in light and in dark, nothing wider than a phone of 320 px with and without scripts, nothing
   in the console.

A page is opened once for each state of its row, of the pair and of its agreement, by each of the
two; `EVERY_STATE=1` (`make explore`) opens every page in every state.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.utils import timezone

from agreements.models import AgreementVersion, Signature
from checkins.seeds import seed_surveys
from matches.models import Match
from notifications.reconcilers import run_reconcilers
from testkit import factories
from testkit.accessibility import too_wide

from . import (  # noqa: F401  they register their states
    pair_states_of_endings,
    pair_states_of_paper,
)
from .crawl import BACKEND, LeanClient
from .page_viewer import PHONE, Viewer, sign_in
from .pair_states import PAIR_STATES, Pair
from .state_pages import StatePage, pages_of_pair, pages_of_person, shapes_of

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(3600)]

EVERY = os.environ.get("EVERY_STATE") == "1"
FIRST = frozenset({"dashboard:home", "matches:match-detail"})  # opened in every state
NOT_FOUND = {
    **dict.fromkeys(
        (
            "agreements:agreement-amend", "agreements:agreement-discard",
            "agreements:agreement-print", "agreements:agreement-pdf",
            "agreements:agreement-review", "agreements:agreement-sign",
            "agreements:comment-create", "agreements:suggestion-create",
            "agreements:wording-update",
        ),
        "while nothing is written",
    ),
    **dict.fromkeys(("agreements:goal-detail", "agreements:goal-reach", "agreements:goal-update"),
                    "once its words are erased"),
    "agreements:learning-goal-create": "for the mentee",
    "applications:orientation": "for the mentee",
    "applications:orientation-check": "for the mentee",
    "applications:orientation-module": "for the mentee",
    "meetings:meeting-calendar": "for a meeting without a date",
}  # fmt: skip
# What one can still send when the pair has ended.
AFTER_THE_END = frozenset({
    "matches:match-thank-you", "matches:match-keep-in-touch", "matches:match-next",
    "agreements:reflection", "agreements:agreement-detail", "checkins:checkin-answer",
    "applications:application-part", "applications:application-withdraw",
    "applications:orientation-check",
})  # fmt: skip


@dataclass(frozen=True)
class Visit:
    state: str
    role: str
    session: str
    page: StatePage

    def __str__(self) -> str:
        return f"{self.page.name} in {self.state} as {self.role}"


@pytest.fixture
def pairs(without_zeal, program, cohort):
    logging.disable(logging.CRITICAL)
    seed_surveys()
    carer = factories.member("Eve Lund", program=program, role="carer")
    made = {}
    for name, live in PAIR_STATES.items():
        made[name] = pair = Pair.introduce(cohort, carer, name.replace("_", " "), began=420)
        live(pair)
    assert run_reconcilers(timezone.now()) == []
    yield made
    logging.disable(logging.NOTSET)


def situation(match: Match) -> tuple[object, ...]:
    """What pages of a pair depend on most."""
    versions = AgreementVersion.objects.of_match(match).order_by("number")
    texts = match.texts_erased_at is not None
    on_paper = Signature.objects.filter(version__agreement__match=match, paper__isnull=False)
    return (
        match.state,
        match.is_paused(timezone.now()),
        texts,
        on_paper.count(),
        on_paper.valid().count(),
        *versions.values_list("state", flat=True),
    )


def visits(pairs: dict[str, Pair]) -> Iterator[tuple[Visit, LeanClient, Match]]:
    known = set()
    for state, pair in pairs.items():
        match = Match.objects.with_people().get(pk=pair.match.pk)
        for role, person in zip(("mentee", "mentor"), match.people, strict=True):
            if not person.is_active:
                continue
            client = LeanClient()
            client.force_login(person, backend=BACKEND)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            for page in [*pages_of_person(person), *pages_of_pair(match, person)]:
                kind = (page.name, page.state, role, *situation(match))
                if EVERY or page.name in FIRST or kind not in known:
                    known.add(kind)
                    yield Visit(state, role, session, page), client, match


def test_each_page_answers_in_every_state(pairs, browser, live_server):
    faults: dict[str, object] = {}
    shapes: set[tuple[str, ...]] = set()
    to_see: list[Visit] = []
    number = 0
    for visit, client, match in visits(pairs):
        number += 1
        response = client.get(visit.page.address)
        if fault := fault_of(visit.page, client, response, match):
            faults[str(visit)] = fault
        elif response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            new = shapes_of(response.content.decode()) - shapes
            shapes |= new
            to_see += [visit] if new else []
    assert faults == {}
    assert number > 1000
    assert len(to_see) > 50
    faults = dict(seen(to_see, browser, live_server.url))
    assert faults == {}


def fault_of(page: StatePage, client: LeanClient, response, match: Match) -> str:
    """Return what is wrong with an answer; empty if it is as it should be."""
    if 300 <= response.status_code < 400:
        status = client.get(response["Location"]).status_code
        return "" if status == 200 else f"leads to {response['Location']}: {status}"
    if response.status_code == 404:
        return "" if page.name in NOT_FOUND else "not found"
    if response.status_code != 200:
        return f"answered {response.status_code}"
    if match.state == Match.State.CLOSED and page.name not in AFTER_THE_END:
        return form_after_the_end(page, response)
    return ""


def form_after_the_end(page: StatePage, response) -> str:
    is_of_pair = page.name.startswith(("matches:", "meetings:meeting", "agreements:"))
    if not is_of_pair or not response["Content-Type"].startswith("text/html"):
        return ""
    main = re.search(r"<main\b.*?</main>", response.content.decode(), re.DOTALL)
    forms = re.findall(r'<form[^>]*method="post"', main[0] if main else "")
    return "shows a form after the end" if forms else ""


def seen(to_see: list[Visit], browser, site: str) -> Iterator[tuple[str, list[str]]]:
    """Look at pages with and without scripts; return the faults by page."""
    with_scripts = browser.new_context(reduced_motion="reduce", base_url=site)
    with_scripts.add_init_script(AXE_SCRIPT)
    without = browser.new_context(base_url=site, viewport=PHONE, java_script_enabled=False)
    viewer, plain = Viewer(with_scripts.new_page(), site), without.new_page()
    who = ""
    for visit in to_see:
        found = viewer.faults_of(visit.page.address, session=visit.session)
        if visit.session != who:
            who = visit.session
            sign_in(plain, who, site)
        answer = plain.goto(visit.page.address, wait_until="load")
        found += [] if answer and answer.status == 200 else ["without scripts: no answer"]
        found += [f"without scripts: {fault}" for fault in too_wide(plain)]
        if found:
            yield str(visit), found
    with_scripts.close()
    without.close()
