"""No test depends on what an earlier one has left in the process."""

from __future__ import annotations

import logging
import os
import signal
import socket

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone, translation

from notifications import reconcilers
from testkit.leftovers import STATE, none_left

CHANGES = {
    "the environment": lambda: os.environ.update(LEFT="1"),
    "the current folder": lambda: os.chdir(os.path.sep),
    "the logs switched off": lambda: logging.disable(logging.CRITICAL),
    "the level of the logs": lambda: logging.root.setLevel(logging.CRITICAL),
    "settings": lambda: override_settings(BASE_URL="https://left.example").enable(),
    "reconcilers": lambda: reconcilers.reconciler(print),
    "the time limit of sockets": lambda: socket.setdefaulttimeout(7),
    "what signals to end do": lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN),
}


@pytest.mark.parametrize("name", STATE)
def test_what_a_module_leaves_is_named_and_put_back(name):
    read, _put_back = STATE[name]
    before = read()
    with pytest.raises(AssertionError, match=f"has left: {name}$"), none_left():
        CHANGES[name]()
    assert read() == before


def test_a_removed_variable_is_put_back(monkeypatch):
    monkeypatch.setenv("KEPT", "1")
    with pytest.raises(AssertionError), none_left():
        del os.environ["KEPT"]
    assert os.environ["KEPT"] == "1"


def test_a_module_that_puts_everything_back_is_no_fault():
    with none_left(), override_settings(BASE_URL="https://left.example"):
        assert settings.BASE_URL == "https://left.example"


@pytest.mark.parametrize("place", ["first", "second"])
def test_each_test_begins_as_if_it_were_the_first(place):
    assert cache.get("left") is None
    assert (timezone.get_current_timezone_name(), translation.get_language()) == ("UTC", "en")
    cache.set("left", place)
    timezone.activate("Asia/Tokyo")
    translation.activate("fr")
