"""Every page still answers the partner and the committee after someone was erased."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from accounts import privacy

from . import access_rules
from .crawl import BACKEND, LeanClient, outcome, rolled_back
from .erasure_history import Erasure, live
from .erasure_words import NAMES
from .routes import every_route

pytestmark = pytest.mark.django_db
ROLES = ("mentor", "chair")
LATE_PAIRS = {"Z", "B"}  # pairs that the person had no part in


@pytest.fixture
def erased(settings, tmp_path, without_zeal) -> Iterator[Erasure]:
    settings.ERASED_FILE = tmp_path / "erased"
    logging.disable(logging.CRITICAL)
    history = live()
    history.world.rows["round", "published"] = history.world.rows["round", "own"]
    for kind, row in (("published", history.published), ("draft", history.draft)):
        history.world.add("round", kind, row)
    privacy.erase_person(history.person)
    yield history
    logging.disable(logging.NOTSET)


def addresses(erased: Erasure) -> Iterator[tuple[str, str]]:
    """Yield (route name, address) of every page, for the rows that the person had part in."""
    routes = every_route()
    for name, rule in sorted(access_rules.rules().items()):
        if "GET" not in rule.methods:
            continue
        rows = [
            thing.row
            for (kind, pair), thing in erased.world.rows.items()
            if kind == rule.about and pair not in LATE_PAIRS
        ]
        for row in rows if rule.about else [None]:
            yield name, routes[name].url(row, rule.extra)


def test_no_page_breaks_or_names_the_person(erased):
    words = [*NAMES, *erased.planted.erased.values()]
    clients = {role: LeanClient() for role in ROLES}
    for role, client in clients.items():
        client.force_login(erased.world.people[role], backend=BACKEND)
    faults, opened = [], 0
    for name, address in addresses(erased):
        for role, client in clients.items():
            with rolled_back():
                response = client.get(address)
            opened += response.status_code == 200
            if response.status_code >= 500:
                faults.append(f"{role} {address}: {outcome(response, name)}")
            text = response.getvalue().decode("utf-8", "replace").lower()
            faults += [f"{role} {address}: {word}" for word in words if word.lower() in text]
    assert faults == []
    assert opened > 100
