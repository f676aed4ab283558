"""Shared fixtures: ada (mentor), ben (mentee), cleo (chair), dan (signed in, in no pair)."""

from __future__ import annotations

import gc
import os

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from django.utils import timezone, translation

from testkit import factories
from testkit.accessibility import listen
from testkit.leftovers import none_left
from testkit.schedule import LONGEST_FIRST

# The browser of the end-to-end tests, and the test database.
pytest_plugins = ["testkit.browser", "testkit.database"]

# The same examples at every run, on any machine: a change must not fail by chance. `make explore`
# asks for a number of new ones.
EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES") or 0)
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", max_examples=EXAMPLES or 100, deadline=None)
hypothesis.settings.load_profile("explore" if EXAMPLES else "repeatable")


def pytest_collection_modifyitems(items):
    """Run what takes longest first, so that all workers end at about the same time."""
    place = {path: number for number, path in enumerate(LONGEST_FIRST)}

    def order(item):
        is_slow = any(item.get_closest_marker(mark) for mark in ("e2e", "chaos"))
        return place.get(item.nodeid.partition("::")[0], len(place)), not is_slow

    items.sort(key=order)


def pytest_collection_finish():
    """Keep modules and routes out of garbage collection, which takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Close connections that threads of a live server left open: they block DROP DATABASE."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


@pytest.fixture(autouse=True, scope="session")
def own_files(django_test_environment, tmp_path_factory):
    """Keep what is stored beside the database in a new folder: numbers of processes come again."""
    folder = tmp_path_factory.mktemp("beside-the-database")
    with override_settings(ERASED_FILE=folder / "erased", OUTBOX_EPOCH_FILE=folder / "epoch"):
        yield


@pytest.fixture(autouse=True, scope="module")
def nothing_is_left():
    """Fail the module that leaves something behind, and not one that meets it later."""
    with none_left():
        yield


@pytest.fixture(autouse=True)
def as_if_first():
    """Forget language, time zone and counted requests of the last test."""
    cache.clear()
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture
def program(db):
    return factories.program()


@pytest.fixture
def cohort(program):
    return factories.cohort(program=program)


@pytest.fixture
def ada(db):
    return factories.person("Ada Brook")


@pytest.fixture
def ben(db):
    return factories.person("Ben Okoro")


@pytest.fixture
def cleo(program):
    return factories.member("Cleo Marsh", program=program, role="chair")


@pytest.fixture
def dan(db):
    return factories.person("Dan Ivers")


@pytest.fixture
def as_user(client):
    """`as_user(ada)` gives a client that is signed in as ada."""
    from django.test import Client

    def sign_in(user):
        mine = Client()
        mine.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return mine

    return sign_in


@pytest.fixture
def open_as(browser, live_server, as_user):
    """Return `open_as(user, scripts=True)`: a page on which `user` is signed in; no one if None.

    It is as wide as a phone, or as asked.
    """
    contexts = []

    def sign_in(user, *, scripts, width=320, scheme="light"):
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 700},
            java_script_enabled=scripts,
            color_scheme=scheme,
        )
        contexts.append(context)
        if user is not None:
            _sign_in(context, as_user(user), live_server)
        return context.new_page()

    yield sign_in
    for context in contexts:
        context.close()


@pytest.fixture
def open_page(browser, live_server, as_user, without_zeal):
    """Return a function that opens an address as a person, or without signing in.

    On a phone without scripts, unless its options say otherwise. At the end of the test no page
    may have reported an error.
    """
    contexts, said = [], []

    def open_page(address, person=None, **options):
        options = {
            "viewport": {"width": 320, "height": 640},
            "java_script_enabled": False,
            **options,
        }
        context = browser.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        if person is not None:
            _sign_in(context, as_user(person), live_server)
        page = context.new_page()
        said.append(listen(page))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [words for words in said if words] == []


def _sign_in(context, client, live_server):
    """Give a browser the session of a test client."""
    name = settings.SESSION_COOKIE_NAME
    key = client.cookies[name].value
    context.add_cookies([{"name": name, "value": key, "url": live_server.url}])
