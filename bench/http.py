"""The workbench page by page through Django's test client: middleware, database, engine, template.

In a process and a database of its own: `python -m bench.http 2000` prints its figures as JSON.
SQLite always; PostgreSQL if DATABASE_URL names one (`python -m testkit.services python -m
bench.http ...`).
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, cast

from bench.subprocess_runs import run_module, set_up_django
from bench.timing import spread

if TYPE_CHECKING:  # Django has to be set up before these are imported
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.http import HttpResponseBase

    from bench.baselines import Integers
    from matching.models import Proposal
    from matching.storage.solver_state import SolverState

# Requests of each kind; the first are not counted, because they fill the process's caches.
REQUESTS, WARM_UP = 44, 4
SIZE = 2000
HEADERS = {"HX-Request": "true"}
CAN_SET_AFFINITY = hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1
Request = Callable[[], "HttpResponseBase"]
Spread = tuple[float, float, float]  # median, 95th percentile, maximum, in seconds
Row = tuple[int, Spread, Spread]  # queries, CPU time, wall time
Figures = dict[str, dict[str, Row]]  # "" or ", two processors" -> request -> row


def lines(found: dict[str, float], size: int = SIZE) -> Iterator[str]:
    """Yield the table of pages.

    Puts what the targets ask for into `found`, the worst over the databases.
    """
    yield "## The workbench over HTTP"
    yield ""
    yield f"Django's test client on a round of {size:,} x {round(0.6 * size):,}: median and 95th"
    yield f"percentile of {REQUESTS - WARM_UP} requests in milliseconds. CPU time is that of the"
    yield "application; wall time also counts what else the machine did. Decisions return the rows"
    yield "and figures that changed. Application and database share one processor; with *two"
    yield "processors* they have one each, and waking them up between queries counts too. The"
    yield "targets are about one processor."
    yield ""
    yield "| database | request | queries | CPU p50 / p95 | wall time p50 / p95 |"
    yield "| --- | --- | --- | --- | --- |"
    with tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": f"sqlite:///{folder}/http.sqlite3"}
        if os.environ.get("DATABASE_URL", "").startswith("postgres"):
            urls["PostgreSQL"] = os.environ["DATABASE_URL"]
        for database, url in urls.items():
            for processors, figures in measured(size, url).items():
                for name, row in figures.items():
                    yield _row(f"{database}{processors}", name, row)
                    if not processors:
                        target, value = _for_target(name, row)
                        found[target] = max(value, found.get(target, 0.0))


def _row(database: str, request: str, row: Row) -> str:
    queries, cpu, wall = row
    times = (f"{1000 * spread[0]:.0f} / {1000 * spread[1]:.0f}" for spread in (cpu, wall))
    return f"| {database} | {request} | {queries} | {' | '.join(times)} |"


def _for_target(request: str, row: Row) -> tuple[str, float]:
    queries, _cpu, wall = row
    if request.startswith("list"):
        return "list", queries
    return "compare" if request == "compare" else "decision", 1000 * wall[1]


def measured(size: int, url: str) -> Figures:
    """Return the figures of a round of so many mentees, from a process of its own."""
    return cast("Figures", run_module("bench.http", size, url=url))


def main(size: int) -> None:
    set_up_django()
    from django.db import connection

    workbench, found = _Workbench(size), {}
    with on_one_processor(connection):
        found[""] = workbench.figures()
    if connection.vendor == "postgresql" and CAN_SET_AFFINITY:
        workbench.first = 5 * REQUESTS + REQUESTS  # not the rows that were changed
        found[", two processors"] = workbench.figures()
    print(json.dumps(found))


@contextmanager
def on_one_processor(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Keep this process, and the PostgreSQL process that serves it, on one processor."""
    if not CAN_SET_AFFINITY:
        yield
        return
    processes, everywhere = [0], os.sched_getaffinity(0)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            processes.append(cursor.fetchone()[0])
    for process in processes:
        os.sched_setaffinity(process, {min(everywhere)})
    yield
    for process in processes:
        os.sched_setaffinity(process, everywhere)


class _Workbench:
    """A round after its first run, and a committee member who makes requests."""

    first = 0  # row that the first request is about

    def __init__(self, size: int) -> None:
        from django.db import connection
        from django.test import Client

        from bench import dataset
        from matching.models import Proposal
        from matching.rounds.lifecycle import open_round, run

        cohort, self.chair = dataset.fill(size, round(0.6 * size))
        self.round = open_round(cohort, by=self.chair)
        run(self.round, by=self.chair)
        if connection.vendor == "postgresql":  # the test server has no autovacuum to do it
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        self.client = Client()
        self.client.force_login(self.chair)
        gc.freeze()  # as `mentoring.wsgi` does
        rows = Proposal.system.filter(round=self.round).paired().with_names()
        self.rows = list(rows.order_by("mentee__external_key"))

    def figures(self) -> dict[str, Row]:
        why = {"scope": "pair", "why": "They know each other."}
        requests: dict[str, Callable[[int], Request]] = {
            "pin": lambda k: self.post("pin", k, mentor=self.mentor_of(k)),
            "reject": lambda k: self.post(
                "reject", k + REQUESTS, mentor=self.mentor_of(k + REQUESTS), **why
            ),
            "choose": lambda k: self.post(
                "choose", k + 2 * REQUESTS, mentor=self.another_for(k + 2 * REQUESTS)
            ),
            "try a swap": lambda k: self.get(
                "preview", k + 3 * REQUESTS, other=self.partner_for(k + 3 * REQUESTS)
            ),
            "compare": lambda k: self.get("compare", k + 5 * REQUESTS),
            "list, 50 rows": lambda k: partial(
                self.client.get, self.url("workbench"), {"page": k % 8 + 1}
            ),
        }
        return {name: self.measure(make) for name, make in requests.items()}

    def measure(self, make: Callable[[int], Request]) -> Row:
        """Return the queries of one request, and CPU and wall time of the others.

        Requests that are refused, because a rule forbids the change, are left out.
        """
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        cpu, wall = [], []
        for k in range(REQUESTS):
            request = make(k)
            start = time.process_time(), time.perf_counter()
            answer = request()
            taken = time.process_time() - start[0], time.perf_counter() - start[1]
            if answer.status_code != 200:
                continue
            cpu.append(taken[0])
            wall.append(taken[1])
        request = make(REQUESTS)
        with CaptureQueriesContext(connection) as queries:
            request()
        if len(cpu) < REQUESTS // 2:
            raise RuntimeError("most requests were refused")
        return len(queries), spread(cpu[WARM_UP:]), spread(wall[WARM_UP:])

    def url(self, name: str, *args: str) -> str:
        from django.urls import reverse

        return reverse(f"admin:matching_round_{name}", args=[self.round.public_id, *args])

    def get(self, name: str, k: int, **data: str) -> Request:
        return partial(
            self.client.get, self.url(name, self.row(k).mentee.public_id), data, headers=HEADERS
        )

    def post(self, name: str, k: int, **data: str) -> Request:
        data["expected_version"] = str(10**6)  # no one else changes the round
        return partial(
            self.client.post, self.url(name, self.row(k).mentee.public_id), data, headers=HEADERS
        )

    def row(self, k: int) -> Proposal:
        return self.rows[(self.first + k) % len(self.rows)]

    def mentor_of(self, k: int) -> str:
        """The current mentor: an earlier decision may have reassigned the mentee."""
        from matching.models import Proposal

        rows = Proposal.system.filter(round=self.round, mentee=self.row(k).mentee_id)
        return str(rows.paired().values_list("mentor__public_id", flat=True).first())

    def another_for(self, k: int) -> str:
        """The best mentor for the mentee except the current one."""
        state, i, mu = self.plan_for(k)
        best = (-state.table.S[i]).argsort(kind="stable").tolist()
        return self.public_id(state.mentors[next(j for j in best if j != mu[i])])

    def partner_for(self, k: int) -> str:
        """The first mentee with whom this one could swap mentors."""
        state, i, mu = self.plan_for(k)
        allowed = (
            (state.table.S[i, mu] >= 0) & (state.table.S[:, mu[i]] >= 0) & (mu >= 0) & (mu != mu[i])
        )
        return self.public_id(state.mentees[int(allowed.argmax())])

    def plan_for(self, k: int) -> tuple[SolverState, int, Integers]:
        from matching.storage.solver_state import SolverState

        state = SolverState.load(self.round)
        assert state.plan is not None
        return state, state.row[self.row(k).mentee_id], state.plan.mu

    def public_id(self, application: int) -> str:
        from applications.models import Application

        return str(Application.objects.get(pk=application).public_id)


if __name__ == "__main__":
    main(int(sys.argv[1]))
