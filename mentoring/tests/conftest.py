from __future__ import annotations

import logging
from unittest import mock

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from mentoring import committee_sessions, session_activity

from . import access_fixtures as worlds
from . import canaries
from .crawl import Visitors

A_DAY = 86_400
SESSIONS_IN_MEMORY = {
    "SESSION_ENGINE": "django.contrib.sessions.backends.cache",  # read thousands of times
    "SESSION_CACHE_ALIAS": "sessions",
    "CACHES": {
        **settings.CACHES,
        "sessions": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "sessions",
        },
    },
}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Build the fixtures once per module, a unique word in every text; rolled back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        built = worlds.build()
        canaries.plant(built)
        yield built
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def visitors(world):
    """Silence warnings about refused requests, which these tests cause by the thousand."""
    logging.disable(logging.CRITICAL)
    quick = [
        name for name in settings.MIDDLEWARE if not name.startswith("zeal.")
    ]  # it looks at the stack of each query
    with (
        override_settings(MIDDLEWARE=quick, **SESSIONS_IN_MEMORY),
        mock.patch.object(session_activity, "EVERY_SECONDS", A_DAY),
        mock.patch.object(committee_sessions, "SEEN_EVERY_SECONDS", A_DAY),
    ):
        yield Visitors(world)
    logging.disable(logging.NOTSET)
