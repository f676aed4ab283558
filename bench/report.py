"""The report in Markdown, line by line as it is measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy
import scipy

from bench import full_round, http, measurements, mentor_match, targets

SECTIONS = ("engine", "round", "http", "quality", "mentor-match")

MEANING = """
## What the figures mean

- *bare* finds the best plan and nothing else. *plan* also prepares the solver's input, finds the
  dual prices that prove the plan, and has other code check them. *prices* answers "what if this
  pair" for all pairs at once.
- Below 1 x the engine is faster than the bare solver and has the same optimum: from some hundred
  people per side on, it solves the best pairs of each person and checks the prices against all
  other pairs.
- Below some hundred mentees, fixed costs of a few milliseconds dominate, and the ratio to a solver
  that takes two says little.
- A change is repaired, not solved again: compare its milliseconds with *plan*.
- The engine finds the best total by definition. Compare the weakest tenth and the number of pairs
  with greedy and Gale-Shapley; only an optimum has prices and a proof.
- mentor-match maximises the total, as the engine does with the objective "best", so equal totals
  are expected.
- On a busy machine CPU time grows for all methods, and most for work that waits for memory. Run the
  benchmarks on a quiet machine.
"""


def lines(sizes: list[int], rounds: int, sections: Collection[str]) -> Iterator[str]:
    """Yield the report on pools of these sizes; the best of so many rounds counts."""
    measured: dict[str, float] = {}
    yield from _head()
    if "engine" in sections:
        yield from _engine(sizes, rounds, measured)
    if "round" in sections:
        yield from _round(sizes, measured)
    if "http" in sections:
        yield ""
        yield from http.lines(measured)
    if "quality" in sections:
        yield from _quality()
    if "mentor-match" in sections:
        yield from _mentor_match()
    yield from targets.table(measured)
    yield from MEANING.rstrip().splitlines()


def _head() -> Iterator[str]:
    yield "# Benchmarks of the matching engine"
    yield ""
    yield "Made by `make bench`; anyone can repeat them. Ratios are to"
    yield "`scipy.optimize.linear_sum_assignment` alone on the same scores (one column per slot,"
    yield "the matrix made beforehand), in the same process, in turns, one thread, CPU time, best"
    yield "run. Seconds depend on the machine and on its load; compare the ratios."
    yield ""
    yield (
        f"- machine: {processor()}, {os.cpu_count()} cores,"
        f" load {os.getloadavg()[0]:.1f} when the run began"
    )
    yield (
        f"- Python {platform.python_version()}, numpy {numpy.__version__},"
        f" scipy {scipy.__version__}, {platform.system()}"
    )


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _engine(sizes: list[int], rounds: int, measured: dict[str, float]) -> Iterator[str]:
    yield ""
    yield "## Speed and memory of the engine"
    yield ""
    yield "usual: a third of the pairs forbidden, 1.2 slots per mentee. scarce: 0.8 slots per"
    yield "mentee. bare: the yardstick. plan: solve, dual prices, certificate checked by other"
    yield "code. prices: every pair. Milliseconds unless the column names another unit."
    yield ""
    yield (
        "| pool | bare | score | ns per pair | plan | prices | frontier | score + plan"
        " | with prices | change p50 / p95 / max | MB |"
    )
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for size in sizes:
        for kind in ("usual", "scarce") if size <= targets.LARGE_SIZE else ("usual",):
            speed = measurements.speed(kind, size, _rounds(size, rounds), memory=kind == "usual")
            if (kind, size) == ("usual", targets.TARGET_SIZE):
                measured.update(speed.for_targets)
            yield _engine_row(speed)


def _rounds(size: int, rounds: int) -> int:
    """Fewer rounds where each of them takes long."""
    if size < targets.LARGE_SIZE:
        return rounds
    return 2 if size < targets.LARGEST_SIZE else 1


def _engine_row(speed: measurements.Speed) -> str:
    times = (speed.bare, speed.score, speed.solve, speed.prices, speed.frontier)
    bare, score, plan, prices, frontier = (
        f"{1000 * t:.1f}" if t < 0.1 else f"{1000 * t:,.0f}" for t in times
    )
    cells = (
        f"{speed.kind} {speed.mentees:,} x {speed.mentors:,}",
        bare,
        score,
        f"{speed.nanoseconds_per_pair:.0f}",
        plan,
        prices,
        frontier,
        f"**{speed.without_prices:.2f} x**",
        f"**{speed.with_prices:.2f} x**",
        " / ".join(f"{1000 * t:.1f}" for t in speed.change),
        "" if speed.megabytes is None else f"{speed.megabytes:.0f}",
    )
    return f"| {' | '.join(cells)} |"


def _round(sizes: list[int], measured: dict[str, float]) -> Iterator[str]:
    yield ""
    yield "## A whole round with the database"
    yield ""
    yield from full_round.lines(sizes, measured)


def _quality() -> Iterator[str]:
    yield ""
    yield "## Plans of simpler methods"
    yield ""
    yield "Scores are 0 to 10,000. p10: a tenth of the pairs score no more. Blocking pairs: two"
    yield "people who both prefer each other to their match. Only Gale-Shapley has none, at the"
    yield "cost of fewer pairs and a lower total."
    yield ""
    yield "| pool | method | pairs | total | p10 | weakest | blocking pairs |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for kind, size in (("usual", 300), ("scarce", 300), ("scarce", 2000)):
        rows = measurements.quality(kind, size, seed=1)
        best = max(row.total for row in rows)
        for row in rows:
            yield (
                f"| {kind} {size:,} | {row.method} | {row.pairs:,} | {100 * row.total / best:.1f} %"
                f" | {row.p10:,} | {row.worst:,} | {row.blocking_pairs:,} |"
            )


def _mentor_match() -> Iterator[str]:
    yield ""
    yield f"## Compared with {mentor_match.PACKAGE}"
    yield ""
    yield from mentor_match.DESCRIPTION.strip().splitlines()
    yield ""
    found = mentor_match.compare([50, 100, 200, 400])
    if isinstance(found, str):
        yield found
        return
    yield "| people per side | method | pairs | total | seconds |"
    yield "| --- | --- | --- | --- | --- |"
    for row in found:
        yield f"| {row.people} | {row.method} | {row.pairs} | {row.total:,} | {row.seconds:.4f} |"
