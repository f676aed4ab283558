"""Run actions at the same time, each on its own connection, in `transaction=True` tests."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection

from access.exceptions import ActionNotAllowed


def race(*actions: Callable[[], object]) -> list[Exception | None]:
    """Run the actions in threads that start together; return what each raised, None for nothing."""
    barrier = threading.Barrier(len(actions))
    outcomes: list[Exception | None] = [None] * len(actions)

    def run(number: int, action: Callable[[], object]) -> None:
        try:
            _wait_for_locks()
            barrier.wait()
            action()
        except Exception as error:  # noqa: BLE001  a thread's failure must reach the test
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _wait_for_locks() -> None:
    """Wait on a slow machine too; a request gives up after some seconds and asks to try again."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET lock_timeout = '120s'; SET statement_timeout = '120s'")
        else:  # SQLite asks again and again for the lock: one of two may be unlucky for long
            cursor.execute("PRAGMA busy_timeout = 120000")


def at_once(*actions: Callable[[], object], lost: type[Exception] = ActionNotAllowed) -> list[int]:
    """Run the actions as `race` does; return the indexes of those that succeeded.

    Losing means raising `lost` or ActionNotAllowed. Any other exception fails the test.
    """
    outcomes = race(*actions)
    broken = [
        error for error in outcomes if error and not isinstance(error, (ActionNotAllowed, lost))
    ]
    assert broken == [], broken
    return [number for number, error in enumerate(outcomes) if error is None]
