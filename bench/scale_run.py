"""Measure one size of `bench.scale`, which is filled, and print the figures as JSON.

`python -m bench.scale_run` in a process of its own.
"""

from __future__ import annotations

import gc
import json
import logging
import re
from collections.abc import Callable, Iterator
from functools import cache
from statistics import median
from typing import TYPE_CHECKING

from bench.scale import Figures
from bench.scale_pages import EMPTY_PAGE, PAGES, Page
from bench.subprocess_runs import set_up_django
from bench.timing import DatabaseTimer

if TYPE_CHECKING:  # Django has to be set up before these are imported
    from django.test import Client

    from bench.scale_data import People

REQUESTS, WARM_UP = 15, 2


def main() -> None:
    set_up_django()
    logging.disable(logging.WARNING)  # an outbox of millions looks like far too many e-mails
    from bench import scale_data, scale_sweeps
    from notifications.models import OutboxState

    people = scale_data.people()
    if people is None:
        raise RuntimeError("the database is not filled")
    OutboxState.objects.all().delete()  # of an earlier run, whose epoch file is gone
    sweeps = scale_sweeps.figures(_timer())
    print(json.dumps({"sweeps": sweeps, "pages": {**_pages(people), **dict(_health())}}))


def _pages(people: People) -> Figures:
    from django.test import Client

    clients = {name: Client() for name in people.__dataclass_fields__}
    for name, client in clients.items():
        client.force_login(getattr(people, name))
    gc.freeze()  # as `mentoring.wsgi` does
    empty = _request(clients["stranger"], Page("empty page", "stranger", EMPTY_PAGE, 1.0), people)
    found: Figures = {}
    bases = []
    for page in PAGES:
        base, taken = _in_turns(empty, _request(clients[page.viewer], page, people))
        found[page.name] = taken / base
        bases.append(base)
    return {**found, "empty page": 1000 * median(bases)}


def _in_turns(*requests: Callable[[], object]) -> list[float]:
    """Return the median seconds of each request; they take turns."""
    taken: list[list[float]] = [[] for _request in requests]
    for number in range(WARM_UP + REQUESTS):
        for times, request in zip(taken, requests, strict=True):
            seconds = _timer().seconds(request)
            if number >= WARM_UP:
                times.append(seconds)
    return [median(times) for times in taken]


@cache
def _timer() -> DatabaseTimer:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return DatabaseTimer(cursor.fetchone()[0])


def _request(client: Client, page: Page, people: People) -> Callable[[], object]:
    from django.urls import reverse

    address = reverse(page.address, args=[people.key_of(page.about)] if page.about else [])
    query = page.query
    if query == "p=last":
        numbers = re.findall(r"[?&]p=(\d+)", client.get(address).content.decode())
        query = f"p={max(map(int, numbers), default=1)}"

    def ask() -> None:
        response = client.get(f"{address}?{query}")
        if response.status_code != 200:
            raise RuntimeError(f"{page.name}: {response.status_code}")

    return ask


def _health() -> Iterator[tuple[str, float]]:
    """Measure the answer that all is well; any other would be another, and cheaper, one."""
    from django.test import Client
    from django.utils import timezone

    from notifications import restore_guard

    client = Client()
    taken = []
    for _request in range(WARM_UP + REQUESTS):
        restore_guard.begin_run(timezone.now())
        taken.append(_timer().seconds(lambda: client.get("/healthz")))
    answer = client.get("/healthz")
    if answer.status_code != 200:
        raise RuntimeError(f"/healthz: {answer.status_code} {answer.content.decode()}")
    yield "/healthz", 1000 * median(taken[WARM_UP:])


if __name__ == "__main__":
    main()
