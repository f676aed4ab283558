"""One size of `bench.scale`: fill the database, measure, print the figures as JSON.

`python -m bench.scale_run PAIRS EMAILS` in a process of its own. A database that is filled already
is measured as it is.
"""

from __future__ import annotations

import gc
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from statistics import median
from typing import TYPE_CHECKING

from bench.scale import EMPTY_PAGE, PAGES, Figures, Page
from bench.subprocess_runs import set_up_django
from bench.timing import DatabaseTimer

if TYPE_CHECKING:  # Django has to be set up before these are imported
    from django.test import Client

    from bench.scale_data import People

REQUESTS, WARM_UP, SWEEPS = 15, 2, 7


def main(pairs: int, emails: int) -> None:
    set_up_django()
    logging.disable(logging.WARNING)  # an outbox of millions looks like far too many e-mails
    from bench import scale_data

    people = scale_data.people() or scale_data.fill(pairs, emails)
    print(json.dumps({**dict(_sweeps()), **_pages(people), **dict(_health())}))


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

    name, is_of_pair = page.address.removesuffix("*"), page.address.endswith("*")
    address = reverse(name, args=[people.pair] if is_of_pair else [])
    query = page.query
    if query == "p=last":
        numbers = re.findall(r"[?&]p=(\d+)", client.get(address).content.decode())
        query = f"p={max(map(int, numbers), default=1)}"

    def ask() -> None:
        response = client.get(f"{address}?{query}")
        if response.status_code != 200:
            raise RuntimeError(f"{page.name}: {response.status_code}")

    return ask


def _sweeps() -> Iterator[tuple[str, float]]:
    """Yield the milliseconds of every part of a sweep with nothing due, and of all together."""
    from django.utils import timezone

    from notifications import dispatch, volume_limit
    from notifications.leases import claim
    from notifications.reconcilers import RECONCILERS

    at = timezone.now()
    first = 1000 * _timer().seconds(lambda: _reconcile(at))
    _reconcile(at)  # nothing is due any more
    parts: dict[str, Callable[[datetime], object]] = {
        **{name.split(".", 1)[1] + f" ({name.split('.')[0]})": RECONCILERS[name]
           for name in RECONCILERS},
        "hold_above_limit (notifications)": volume_limit.hold_above_limit,
        "expire_old (notifications)": dispatch.expire_old,
        "claim (notifications)": lambda at: claim(datetime.min.replace(tzinfo=at.tzinfo)),
    }  # fmt: skip
    total = 0.0
    for name, part in parts.items():
        taken = 1000 * median(_timer().seconds(lambda: part(at)) for _ in range(SWEEPS))  # noqa: B023
        yield f"sweep with nothing due: {name}", taken
        total += taken
    yield "sweep with nothing due, all together", total
    yield "first run after filling", first


def _reconcile(at: datetime) -> None:
    from notifications.reconcilers import run_reconcilers

    if failed := run_reconcilers(at):
        raise RuntimeError(f"reconcilers failed: {failed}")


def _health() -> Iterator[tuple[str, float]]:
    from django.test import Client

    client = Client()
    taken = [_timer().seconds(lambda: client.get("/healthz")) for _ in range(WARM_UP + REQUESTS)]
    yield "/healthz", 1000 * median(taken[WARM_UP:])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
