"""A whole round as the committee's page runs it, in a process and a database of its own.

People read from the database, scored, matched, explained, saved, and every pair priced.
`python -m bench.full_round 300` prints its figures as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, TypedDict, cast

from bench.subprocess_runs import run_module, set_up_django
from bench.targets import LARGE_SIZE, LARGEST_SIZE, TARGET_SIZE
from bench.timing import StageTimer, cpu_seconds

if TYPE_CHECKING:  # Django has to be set up before these are imported
    from accounts.models import User
    from matching.engine import Prices
    from matching.models import Round
    from matching.storage.solver_state import SolverState

CHANGES = 12
REPEATED = 2000  # larger rounds are measured once


class Figures(TypedDict):
    """CPU seconds of each step, and (stage, CPU seconds, peak MB) of the first run."""

    seconds: dict[str, float]
    stages: list[tuple[str, float, float]]


def lines(sizes: list[int], found: dict[str, float]) -> Iterator[str]:
    """Yield a row for each size, and the stages of large rounds.

    Measured in a new database: SQLite, unless BENCH_DATABASE_URL names another one. Puts what the
    targets ask for into `found`.
    """
    yield "read: all answers as arrays. run: read, score, match, explain each pair in codes and"
    yield "save it, in one transaction. prices: each pair of the round. pin: one decision, from the"
    yield "stored state to the saved difference. Milliseconds."
    yield ""
    yield (
        "| round | bare | read | score | plan | run | run / bare | prices | with prices / bare"
        " | pin, median |"
    )
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    figures = {}
    for size in sizes:
        figures[size] = measured(size)
        if size < LARGEST_SIZE:
            yield _row(size, figures[size])
    found.update(_for_targets(figures))
    large = {size: figures[size]["stages"] for size in sizes if size >= LARGE_SIZE}
    if large:
        yield from _stages(large)


def _row(size: int, figures: Figures) -> str:
    ms = {name: f"{1000 * seconds:,.0f}" for name, seconds in figures["seconds"].items()}
    cells = (
        _people(size),
        *(ms[name] for name in ("bare", "read", "score", "plan", "run")),
        f"**{_ratio(figures, 'run'):.2f} x**",
        ms["prices"],
        f"**{_ratio(figures, 'run', 'prices'):.2f} x**",
        ms["pin"],
    )
    return f"| {' | '.join(cells)} |"


def _stages(stages: dict[int, list[tuple[str, float, float]]]) -> Iterator[str]:
    yield ""
    yield "Large rounds run as a job with named stages. Peak: the most memory of the whole process"
    yield "until the stage ended, with Python, Django and the libraries."
    yield ""
    yield "| round | stage | seconds | peak MB |"
    yield "| --- | --- | --- | --- |"
    for size, rows in stages.items():
        for name, seconds, megabytes in rows:
            yield f"| {_people(size)} | {name} | {seconds:.1f} | {megabytes:,.0f} |"


def _people(size: int) -> str:
    return f"{size:,} x {round(0.6 * size):,}"


def _ratio(figures: Figures, *steps: str) -> float:
    seconds = figures["seconds"]
    return sum(seconds[step] for step in steps) / seconds["bare"]


def _for_targets(figures: dict[int, Figures]) -> Iterator[tuple[str, float]]:
    if TARGET_SIZE in figures:
        yield "priced round", _ratio(figures[TARGET_SIZE], "run", "prices")
        yield "round", _ratio(figures[TARGET_SIZE], "run")
    if LARGE_SIZE in figures:
        seconds = figures[LARGE_SIZE]["seconds"]
        yield "large round", seconds["run"] + seconds["prices"]
    if LARGEST_SIZE in figures:
        yield "largest round", max(peak for _, _, peak in figures[LARGEST_SIZE]["stages"])


def measured(size: int) -> Figures:
    """Return the figures of a round of so many mentees, from a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        return cast("Figures", run_module("bench.full_round", size, url=url))


def main(size: int) -> None:
    set_up_django()
    print(json.dumps(_figures(size)))


def _figures(size: int) -> Figures:
    import scipy.optimize
    import scipy.sparse.csgraph  # noqa: F401 - loaded long before in a worker

    from bench import dataset
    from matching.rounds.lifecycle import open_round, run

    cohort, chair = dataset.fill(size, round(0.6 * size))
    round_ = open_round(cohort, by=chair)
    timer = StageTimer()
    seconds = {"run": cpu_seconds(lambda: run(round_, by=chair, progress=timer.advance))}
    stages = timer.stages
    if size < LARGEST_SIZE:
        times = 3 if size <= REPEATED else 1
        seconds = _steps(round_, chair, times, seconds["run"])
    return {"seconds": seconds, "stages": stages}


def _steps(round_: Round, chair: User, times: int, first: float) -> dict[str, float]:
    """CPU seconds of every step, the best of so many runs; `first`: of a first "run"."""
    from django.utils import timezone

    from bench import baselines
    from matching.engine import Prices
    from matching.pool.pool_data import build_pool
    from matching.rounds.lifecycle import run
    from matching.storage.solver_state import Decisions, SolverState

    people = build_pool(round_.cohort, timezone.now())
    state = SolverState.fresh(round_, people)
    plan = state.solve(Decisions())
    costs = baselines.slot_costs(state.table, state.capacity)
    steps: dict[str, Callable[[], object]] = {
        "bare": lambda: baselines.bare_assignment(costs),
        "read": lambda: build_pool(round_.cohort, timezone.now()),
        "score": lambda: SolverState.fresh(round_, people),
        "plan": lambda: state.solve(Decisions()),
        "prices": lambda: Prices(state.table, plan).matrix,
        "run": lambda: run(round_, by=chair),
    }
    seconds = {name: min(cpu_seconds(work) for _ in range(times)) for name, work in steps.items()}
    seconds["run"] = min(first, seconds["run"])
    seconds["pin"] = _pin(round_, chair, state, Prices(state.table, plan))
    return seconds


def _pin(round_: Round, chair: User, state: SolverState, prices: Prices) -> float:
    """CPU seconds of one pin to the cheapest other mentor, the median of several."""
    from matching.models import RoundEntry
    from matching.rounds.decisions import RoundDecision, decide

    size = len(state.mentees)
    cheapest = [(i, prices.alternatives(i, 1)) for i in range(0, size, size // CHANGES)]
    pins = [
        RoundDecision(RoundEntry.Kind.PIN, state.mentees[i], state.mentors[other[0][0]])
        for i, other in cheapest
        if other
    ]

    def pin(step: RoundDecision) -> None:
        decide(round_, step, by=chair, expected_version=round_.plan_version)

    return median(cpu_seconds(partial(pin, step)) for step in pins)


if __name__ == "__main__":
    main(int(sys.argv[1]))
