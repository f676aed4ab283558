"""A whole round as the committee's page runs it: people read from the database, scored, matched, explained, saved, and
every pair priced. In a process and a database of its own: `python -m bench.round 300` prints its figures as JSON."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import Any

from bench.apart import set_django_up, told_by
from bench.goals import GOAL_SIZE, LARGE_SIZE, LARGEST_SIZE
from bench.timing import Watch, cpu_seconds

CHANGES = 12
REPEATED = 2000


def lines(sizes: list[int], found: dict[str, float]) -> Iterator[str]:
    """A row for each size, measured in a fresh database (SQLite unless BENCH_DATABASE_URL names another one), and the
    stages of large rounds. Puts what the goals ask for into `found`."""
    yield "read: everybody's answers as arrays. run: read, score, match, explain every pair in codes, save all of it, in one"
    yield "transaction. prices: every pair of the round. pin: one decision, from the stored state to the saved difference."
    yield "Milliseconds."
    yield ""
    yield "| round | bare | read | score | plan | run | run / bare | prices | with prices / bare | pin, median |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    figures = {}
    for size in sizes:
        figures[size] = f = measured(size)
        if size < LARGEST_SIZE:
            ms = {name: f"{1000 * t:,.0f}" for name, t in f["seconds"].items()}
            yield (
                f"| {_people(size)} | {ms['bare']} | {ms['read']} | {ms['score']} | {ms['plan']} | {ms['run']} "
                f"| **{_ratio(f, 'run'):.2f} x** | {ms['prices']} | **{_ratio(f, 'run', 'prices'):.2f} x** | {ms['pin']} |"
            )
    found.update(_goals(figures))
    large = [size for size in sizes if size >= LARGE_SIZE]
    if large:
        yield from _stages({size: figures[size]["stages"] for size in large})


def _stages(stages: dict[int, list[tuple[str, float, float]]]) -> Iterator[str]:
    yield ""
    yield "Large rounds run as a job that names its stage. Peak: the most memory of the whole process up to the stage's end,"
    yield "with Python, Django and the libraries."
    yield ""
    yield "| round | stage | seconds | peak MB |"
    yield "| --- | --- | --- | --- |"
    for size, rows in stages.items():
        for name, seconds, megabytes in rows:
            yield f"| {_people(size)} | {name} | {seconds:.1f} | {megabytes:,.0f} |"


def _people(size: int) -> str:
    return f"{size:,} x {round(0.6 * size):,}"


def _ratio(figures: dict[str, Any], *steps: str) -> float:
    return float(sum(figures["seconds"][step] for step in steps) / figures["seconds"]["bare"])


def _goals(figures: dict[int, dict[str, Any]]) -> Iterator[tuple[str, float]]:
    if GOAL_SIZE in figures:
        yield "priced round", _ratio(figures[GOAL_SIZE], "run", "prices")
        yield "round", _ratio(figures[GOAL_SIZE], "run")
    if LARGE_SIZE in figures:
        seconds = figures[LARGE_SIZE]["seconds"]
        yield "large round", seconds["run"] + seconds["prices"]
    if LARGEST_SIZE in figures:
        yield "largest round", max(megabytes for _, _, megabytes in figures[LARGEST_SIZE]["stages"])


def measured(size: int) -> dict[str, Any]:
    """CPU seconds of each step and the stages of the first run, from a process that has nothing else to do."""
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        return told_by("bench.round", size, url)


def main(size: int) -> None:
    set_django_up()
    print(json.dumps(_figures(size)))


def _figures(size: int) -> dict[str, Any]:
    import scipy.optimize
    import scipy.sparse.csgraph  # noqa: F401 - a worker has loaded it long before

    from bench import crowd
    from matching.rounds.lifecycle import open_round, run

    cohort, chair = crowd.fill(size, round(0.6 * size))
    round_ = open_round(cohort, by=chair)
    watch = Watch()
    seconds = {"run": cpu_seconds(lambda: run(round_, by=chair, tell=watch))}
    stages = watch.stages
    if size < LARGEST_SIZE:
        times = 3 if size <= REPEATED else 1
        seconds = _steps(round_, chair, times, seconds["run"])
    return {"seconds": seconds, "stages": stages}


def _steps(round_: Any, chair: Any, times: int, first: float) -> dict[str, float]:
    """Seconds of every step, the best of so many runs."""
    from django.utils import timezone

    from bench import rivals
    from matching.engine import Prices
    from matching.pool.pool_data import build_pool
    from matching.rounds.lifecycle import run
    from matching.storage.solver_state import Decisions, SolverState

    people = build_pool(round_.cohort, timezone.now())
    sitting = SolverState.fresh(round_, people)
    plan = sitting.solve(Decisions())
    costs = rivals.seat_costs(sitting.table, sitting.seats)
    steps: dict[str, Callable[[], Any]] = {
        "bare": lambda: rivals.bare_assignment(costs),
        "read": lambda: build_pool(round_.cohort, timezone.now()),
        "score": lambda: SolverState.fresh(round_, people),
        "plan": lambda: sitting.solve(Decisions()),
        "prices": lambda: Prices(sitting.table, plan).matrix,
        "run": lambda: run(round_, by=chair),
    }
    seconds = {name: min(cpu_seconds(work) for _ in range(times)) for name, work in steps.items()}
    seconds["run"] = min(first, seconds["run"])
    seconds["pin"] = _pin(round_, chair, sitting, Prices(sitting.table, plan))
    return seconds


def _pin(round_: Any, chair: Any, sitting: Any, prices: Any) -> float:
    """Seconds of one pin to the nearest other mentor, the median of several."""
    from matching.models import RoundEntry
    from matching.rounds.decisions import Step, decide

    size = len(sitting.mentees)
    nearest = [(i, prices.alternatives(i, 1)) for i in range(0, size, size // CHANGES)]
    pins = [
        Step(RoundEntry.Kind.PIN, sitting.mentees[i], sitting.mentors[other[0][0]])
        for i, other in nearest
        if other
    ]

    def pin(step: Step) -> None:
        decide(round_, step, by=chair, seen=round_.plan_version)

    return median(cpu_seconds(partial(pin, step)) for step in pins)


if __name__ == "__main__":
    main(int(sys.argv[1]))
