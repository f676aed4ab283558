"""A whole round as the committee's page runs it: people read from the database, scored, matched, explained, saved, and
every pair priced. In a process and a database of its own: `python -m bench.round 300` prints its figures as JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import Any

from bench.goals import GOAL_SIZE, GOALS
from bench.timing import cpu_seconds

CHANGES = 12


def lines(sizes: list[int], found: dict[str, float]) -> Iterator[str]:
    """A row for each size, measured in a fresh database (SQLite unless BENCH_DATABASE_URL names another one). Puts the
    ratios of the goals into `found`."""
    yield "read: everybody's answers as arrays. run: read, score, match, explain every pair in codes, save all of it, in one"
    yield "transaction. prices: every pair of the round. pin: one decision, from the stored state to the saved difference."
    yield ""
    yield "| round | bare | read | score | plan | run | run / bare | prices | with prices / bare | pin, median |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for size in sizes:
        f = measured(size)
        if size == GOAL_SIZE:
            keys = list(GOALS)[:2]
            found.update(zip(keys, ((f["run"] + f["prices"]) / f["bare"], f["run"] / f["bare"]), strict=True))
        ms = {name: f"{1000 * t:,.0f}" for name, t in f.items()}
        yield (
            f"| {size:,} x {round(0.6 * size):,} | {ms['bare']} | {ms['read']} | {ms['score']} | {ms['plan']} | {ms['run']} "
            f"| **{f['run'] / f['bare']:.2f} x** | {ms['prices']} | **{(f['run'] + f['prices']) / f['bare']:.2f} x** "
            f"| {ms['pin']} |"
        )


def measured(size: int) -> dict[str, float]:
    """CPU seconds of each step, from a process that has nothing else to do."""
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        told = {**os.environ, "DATABASE_URL": url, "DEBUG": "1", "DJANGO_SETTINGS_MODULE": "mentoring.settings"}
        command = [sys.executable, "-m", "bench.round", str(size)]
        done = subprocess.run(command, env=told, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"the round could not be run:\n{done.stderr}")
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return found


def main(size: int) -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.DEBUG = False  # a debugging Django keeps every query
    django.setup()
    call_command("migrate", verbosity=0)
    print(json.dumps(_figures(size)))


def _figures(size: int) -> dict[str, float]:
    from django.utils import timezone

    from bench import crowd, rivals
    from matching.deciding import Step, decide
    from matching.engine import Prices
    from matching.models import RoundEntry
    from matching.pool import gather
    from matching.rounds import open_round, run
    from matching.sitting import Decisions, Sitting

    cohort, chair = crowd.fill(size, round(0.6 * size))
    round_ = open_round(cohort, by=chair)
    people = gather(cohort, timezone.now())
    sitting = Sitting.fresh(round_, people)
    plan = sitting.solve(Decisions())
    costs = rivals.seat_costs(sitting.table, sitting.seats)
    steps: dict[str, Callable[[], Any]] = {
        "bare": lambda: rivals.bare_assignment(costs),
        "read": lambda: gather(cohort, timezone.now()),
        "score": lambda: Sitting.fresh(round_, people),
        "plan": lambda: sitting.solve(Decisions()),
        "prices": lambda: Prices(sitting.table, plan).matrix,
        "run": lambda: run(round_, by=chair),
    }
    times = {name: min(cpu_seconds(work) for _ in range(3)) for name, work in steps.items()}
    prices = Prices(sitting.table, plan)
    nearest = [(i, prices.alternatives(i, 1)) for i in range(0, size, size // CHANGES)]
    pins = [
        Step(RoundEntry.Kind.PIN, sitting.mentees[i], sitting.mentors[other[0][0]]) for i, other in nearest if other
    ]

    def pin(step: Step) -> None:
        decide(round_, step, by=chair, seen=round_.plan_version)

    times["pin"] = median(cpu_seconds(partial(pin, step)) for step in pins)
    return times


if __name__ == "__main__":
    main(int(sys.argv[1]))
