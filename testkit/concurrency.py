"""Run actions at the same time, each on its own connection, in `transaction=True` tests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from django.db import connection

from access.exceptions import ActionNotAllowed


def at_once(*actions: Callable[[], object], lost: type[Exception] = ActionNotAllowed) -> list[int]:
    """Run the actions in threads that start together; return the indexes of those that succeeded.

    Losing means raising `lost` or ActionNotAllowed. Any other exception fails the test.
    """
    barrier, done, broken = threading.Barrier(len(actions)), [], []

    def run(number: int, action: Callable[[], object]) -> None:
        try:
            barrier.wait()
            with suppress(ActionNotAllowed, lost):
                action()
                done.append(number)
        except Exception as error:  # noqa: BLE001  a thread's failure must reach the test
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == [], broken
    return sorted(done)
