"""What one test leaves behind for the next: the state of the process that no test owns.

A test that passes only after another one, or fails only after it, is found late and far from its
cause. So the module that leaves something is the one that fails, and everything is put back.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

from notifications import reconcilers

ENDING = (signal.SIGTERM, signal.SIGINT)
OF_PYTEST = "PYTEST_"  # pytest names the running test in the environment


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(OF_PYTEST)}


def _put_environment_back(was: dict[str, str]) -> None:
    for name in _environment().keys() - was.keys():
        del os.environ[name]
    os.environ.update(was)


def _settings() -> object:
    return settings._wrapped  # type: ignore[misc]  # what `override_settings` replaces


def _put_settings_back(was: object) -> None:
    settings._wrapped = was


def _put_reconcilers_back(was: dict[str, reconcilers.Reconciler]) -> None:
    reconcilers.RECONCILERS = was


# What it is: how it is read, and how it is put back.
STATE: dict[str, tuple[Callable[[], object], Callable]] = {
    "the environment": (_environment, _put_environment_back),
    "the current folder": (os.getcwd, os.chdir),
    "the logs switched off": (lambda: logging.root.manager.disable, logging.disable),
    "the level of the logs": (lambda: logging.root.level, logging.root.setLevel),
    "settings": (_settings, _put_settings_back),
    "reconcilers": (lambda: dict(reconcilers.RECONCILERS), _put_reconcilers_back),
    "the time limit of sockets": (socket.getdefaulttimeout, socket.setdefaulttimeout),
    "what signals to end do": (
        lambda: {number: signal.getsignal(number) for number in ENDING},
        lambda was: [signal.signal(number, handler) for number, handler in was.items()],
    ),
}


@contextmanager
def none_left() -> Iterator[None]:
    """Put back what the block changes of `STATE`.

    Raises AssertionError with the name of each thing that was not put back by the block itself.
    """
    before = {name: read() for name, (read, _put_back) in STATE.items()}
    yield
    left = [name for name, (read, _put_back) in STATE.items() if read() != before[name]]
    for name in left:
        STATE[name][1](before[name])
    assert not left, f"this module has left: {', '.join(left)}"
