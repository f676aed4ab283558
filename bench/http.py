"""The workbench as a browser asks for it, page by page, through Django's test client: middleware, database, engine and
template. In a process and a database of its own: `python -m bench.http 2000` prints its figures as JSON.

SQLite always; PostgreSQL where DATABASE_URL names one (`python -m testkit.services python -m bench.http ...`).
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
from typing import Any

from bench.apart import set_django_up, told_by
from bench.timing import spread

ASKED, WARM = (
    44,
    4,
)  # requests of each kind, of which the first are not counted: a process remembers what it has read
SIZE = 2000
HEADERS = {"HX-Request": "true"}
CAN_CHOOSE = (
    hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1
)  # on which processor to work
Request = Callable[[], Any]


def lines(found: dict[str, float], size: int = SIZE) -> Iterator[str]:
    """The table of pages. Puts what the goals ask for into `found`, the worst over the databases."""
    yield "## The workbench over HTTP"
    yield ""
    yield f"Django's test client on a round of {size:,} x {round(0.6 * size):,}, median and 95th percentile of {ASKED - WARM} requests in"
    yield "milliseconds: CPU of the application, and by the clock, which counts what else the machine did. Decisions answer"
    yield "with the rows and figures that changed. Application and database take turns, on one processor; *apart* they have"
    yield "one each, and where these fall asleep between two queries, waking them is in the figures. The goals look at the first."
    yield ""
    yield "| database | request | queries | CPU p50 / p95 | clock p50 / p95 |"
    yield "| --- | --- | --- | --- | --- |"
    with tempfile.TemporaryDirectory() as folder:
        urls = {
            "SQLite": f"sqlite:///{folder}/http.sqlite3",
            "PostgreSQL": os.environ.get("DATABASE_URL", ""),
        }
        for database, url in urls.items():
            if database == "PostgreSQL" and not url.startswith("postgres"):
                continue
            for where, figures in measured(size, url).items():
                for name, (queries, cpu, clock) in figures.items():
                    said = (
                        f"{1000 * times[0]:.0f} / {1000 * times[1]:.0f}" for times in (cpu, clock)
                    )
                    yield f"| {database}{where} | {name} | {queries} | {' | '.join(said)} |"
                    for goal, value in _goals(name, queries, 1000 * clock[1]) if not where else ():
                        found[goal] = max(value, found.get(goal, 0.0))


def _goals(request: str, queries: int, milliseconds: float) -> Iterator[tuple[str, float]]:
    if request.startswith("list"):
        yield "list", queries
    else:
        yield "compare" if request == "compare" else "decision", milliseconds


def measured(size: int, url: str) -> dict[str, Any]:
    """{where: {request: [queries, CPU spread, clock spread]}} from a process of its own."""
    return told_by("bench.http", size, url)


def main(size: int) -> None:
    set_django_up()
    from django.db import connection

    workbench, found = _Workbench(size), {}
    with together(connection):
        found[""] = workbench.figures()
    if connection.vendor == "postgresql" and CAN_CHOOSE:
        workbench.first = 5 * ASKED + ASKED  # other rows than those that were decided about
        found[", apart"] = workbench.figures()
    print(json.dumps(found))


@contextmanager
def together(connection: Any) -> Iterator[None]:
    """This process, and that of PostgreSQL which serves it, on one processor, where they are on one machine."""
    if not CAN_CHOOSE:
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
    """A round that was run, and a member of the committee who clicks."""

    first = 0  # row, of those that are asked about

    def __init__(self, size: int) -> None:
        from django.db import connection
        from django.test import Client

        from bench import crowd
        from matching.models import Proposal
        from matching.rounds.lifecycle import open_round, run

        cohort, self.chair = crowd.fill(size, round(0.6 * size))
        self.round = open_round(cohort, by=self.chair)
        run(self.round, by=self.chair)
        if (
            connection.vendor == "postgresql"
        ):  # the server of the tests does not count its rows by itself
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        self.client = Client()
        self.client.force_login(self.chair)
        gc.freeze()  # as `mentoring.wsgi` does
        rows = Proposal.system.filter(round=self.round).paired().with_names()
        self.rows = list(rows.order_by("mentee__external_key"))

    def figures(self) -> dict[str, Any]:
        why = {"scope": "pair", "why": "They know each other."}
        asked: dict[str, Callable[[int], Request]] = {
            "pin": lambda k: self.post("pin", k, mentor=self.mentor_of(k)),
            "not this one": lambda k: self.post(
                "reject", k + ASKED, mentor=self.mentor_of(k + ASKED), **why
            ),
            "choose": lambda k: self.post(
                "choose", k + 2 * ASKED, mentor=self.another_for(k + 2 * ASKED)
            ),
            "try a swap": lambda k: self.get(
                "try", k + 3 * ASKED, other=self.partner_for(k + 3 * ASKED)
            ),
            "compare": lambda k: self.get("compare", k + 5 * ASKED),
            "list, 50 rows": lambda k: partial(
                self.client.get, self.url("workbench"), {"page": k % 8 + 1}
            ),
        }
        return {name: self.spread(ask) for name, ask in asked.items()}

    def spread(self, ask: Callable[[int], Request]) -> tuple[int, Any, Any]:
        """Queries of one request, then CPU and clock of the others. What cannot be tried (a rule is in the way) is left
        out."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        cpu, clock = [], []
        for k in range(ASKED):
            request = ask(k)
            start = time.process_time(), time.perf_counter()
            answer = request()
            taken = time.process_time() - start[0], time.perf_counter() - start[1]
            if answer.status_code != 200:
                continue
            cpu.append(taken[0])
            clock.append(taken[1])
        request = ask(ASKED)
        with CaptureQueriesContext(connection) as queries:
            request()
        if len(cpu) < ASKED // 2:
            raise RuntimeError("most requests were refused")
        return len(queries), spread(cpu[WARM:]), spread(clock[WARM:])

    def url(self, name: str, *args: Any) -> str:
        from django.urls import reverse

        return reverse(f"admin:matching_round_{name}", args=[self.round.public_id, *args])

    def get(self, name: str, k: int, **data: Any) -> Request:
        return partial(
            self.client.get, self.url(name, self.row(k).mentee.public_id), data, headers=HEADERS
        )

    def post(self, name: str, k: int, **data: Any) -> Request:
        data["seen"] = 10**6  # nobody else is here
        return partial(
            self.client.post, self.url(name, self.row(k).mentee.public_id), data, headers=HEADERS
        )

    def row(self, k: int) -> Any:
        return self.rows[(self.first + k) % len(self.rows)]

    def mentor_of(self, k: int) -> str:
        """The mentor on the table now: an earlier decision may have moved the mentee."""
        from matching.models import Proposal

        rows = Proposal.system.filter(round=self.round, mentee=self.row(k).mentee_id)
        return str(rows.paired().values_list("mentor__public_id", flat=True).first())

    def another_for(self, k: int) -> str:
        """The best mentor open to the mentee but the one on the table."""
        sitting, i, mu = self.plan_for(k)
        best = (-sitting.table.S[i]).argsort(kind="stable").tolist()
        return self.public_id(sitting.mentors[next(j for j in best if j != mu[i])])

    def partner_for(self, k: int) -> str:
        """The first mentee with whom this one could change places."""
        sitting, i, mu = self.plan_for(k)
        open_ = (
            (sitting.table.S[i, mu] >= 0)
            & (sitting.table.S[:, mu[i]] >= 0)
            & (mu >= 0)
            & (mu != mu[i])
        )
        return self.public_id(sitting.mentees[int(open_.argmax())])

    def plan_for(self, k: int) -> tuple[Any, int, Any]:
        from matching.storage.solver_state import SolverState

        sitting = SolverState.load(self.round)
        assert sitting.plan is not None
        return sitting, sitting.row[self.row(k).mentee_id], sitting.plan.mu

    def public_id(self, application: int) -> str:
        from applications.models import Application

        return str(Application.objects.get(pk=application).public_id)


if __name__ == "__main__":
    main(int(sys.argv[1]))
