"""The report in Markdown, line by line as it is measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from pathlib import Path

import numpy
import scipy

from bench import figures, goals, http, peer, round

MEANING = """
## What the figures mean

- *bare* finds the best plan and nothing else. *plan* also makes the solver's input, finds the prices that prove the
  plan, and lets other code check them. *prices* answers "what if this pair" for all pairs at once.
- Below 1 x the engine is quicker than the bare solver alone, and has the same optimum: from some hundred people a side on
  it solves the best pairs of each person, and holds the prices against all the others.
- Below some hundred mentees fixed costs of a few milliseconds rule, and a ratio to a solver that takes two says little.
- A change is repaired, not solved again: compare its milliseconds with *plan*.
- The engine finds the best total by definition; what matters beside greedy and Gale-Shapley is the weakest tenth, the
  number of people placed, and that only an optimum has prices and a proof.
- mentor-match maximises the total, as the engine does with objective "best", so equal totals are as they should be.
- On a busy machine CPU time grows for everybody, and more for work that waits for memory; run it on a quiet one.
"""


def lines(sizes: list[int], rounds: int, *, peer: bool) -> Iterator[str]:
    found: dict[str, float] = {}
    yield from _head()
    yield from _speed(sizes, rounds, found)
    yield from _round(sizes, found)
    yield ""
    yield from http.lines(found)
    yield from _quality()
    if peer:
        yield from _peer()
    yield from goals.verdict(found)
    yield from MEANING.rstrip().splitlines()


def _head() -> Iterator[str]:
    yield "# Benchmarks of the matching engine"
    yield ""
    yield "Made by `make bench`, which anybody can repeat. Ratios are to `scipy.optimize.linear_sum_assignment` alone on the"
    yield "same scores (one column per seat, the matrix made beforehand), in the same process, the two taking turns, one"
    yield "thread, CPU time, best run. Seconds belong to this machine and to what else it did; the ratios are what counts."
    yield ""
    yield f"- machine: {_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} when the run began"
    yield f"- Python {platform.python_version()}, numpy {numpy.__version__}, scipy {scipy.__version__}, {platform.system()}"


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.machine()
    names = [
        line.split(":", 1)[1].strip() for line in told.splitlines() if line.startswith("model name")
    ]
    return names[0] if names else platform.machine()


def _speed(sizes: list[int], rounds: int, found: dict[str, float]) -> Iterator[str]:
    yield ""
    yield "## Speed and memory of the engine"
    yield ""
    yield "usual: a third of the pairs forbidden, 1.2 seats per mentee. scarce: 0.8 seats per mentee. bare: the yardstick."
    yield "plan: solve, prices of seats, certificate checked by other code. prices: every pair. Milliseconds unless said."
    yield ""
    yield "| pool | bare | score | ns per pair | plan | prices | frontier | score + plan | with prices | change p50 / p95 / max | MB |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for size in sizes:
        for kind in ("usual", "scarce") if size <= goals.LARGE_SIZE else ("usual",):
            times = rounds if size < goals.LARGE_SIZE else 2 if size < goals.LARGEST_SIZE else 1
            s = figures.speed(kind, size, times, memory=kind == "usual")
            if (kind, size) == ("usual", goals.GOAL_SIZE):
                found.update(s.goals)
            ms = [
                f"{1000 * t:.1f}" if t < 0.1 else f"{1000 * t:,.0f}"
                for t in (s.bare, s.score, s.solve, s.prices, s.min_score_frontier)
            ]
            change = " / ".join(f"{1000 * t:.1f}" for t in s.change)
            memory = "" if s.megabytes is None else f"{s.megabytes:.0f}"
            yield (
                f"| {kind} {s.mentees:,} x {s.mentors:,} | {ms[0]} | {ms[1]} | {s.nanoseconds_per_pair:.0f} | {ms[2]} | {ms[3]} "
                f"| {ms[4]} | **{s.without_prices:.2f} x** | **{s.with_prices:.2f} x** | {change} | {memory} |"
            )


def _round(sizes: list[int], found: dict[str, float]) -> Iterator[str]:
    yield ""
    yield "## A whole round with the database"
    yield ""
    yield from round.lines(sizes, found)


def _quality() -> Iterator[str]:
    yield ""
    yield "## Plans beside simpler methods"
    yield ""
    yield "Suitability 0 to 10,000; p10: a tenth of the pairs score no more. Blocking: pairs who would both rather have each"
    yield "other; only Gale-Shapley has none, and pays with fewer people placed and a lower total."
    yield ""
    yield "| pool | method | pairs | total | p10 | weakest | blocking |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for kind, size in (("usual", 300), ("scarce", 300), ("scarce", 2000)):
        rows = figures.quality(kind, size, seed=1)
        best = max(row.total for row in rows)
        for q in rows:
            share = f"{100 * q.total / best:.1f} %"
            yield f"| {kind} {size:,} | {q.method} | {q.pairs:,} | {share} | {q.p10:,} | {q.worst:,} | {q.blocking:,} |"


def _peer() -> Iterator[str]:
    yield ""
    yield f"## Beside {peer.PACKAGE}"
    yield ""
    yield peer.__doc__ or ""
    yield "Times are for scoring and matching alone, without reading files."
    yield ""
    found = peer.compare([50, 100, 200, 400])
    if isinstance(found, str):
        yield found
        return
    yield "| people per side | method | pairs | total | seconds |"
    yield "| --- | --- | --- | --- | --- |"
    for row in found:
        yield f"| {row.people} | {row.method} | {row.pairs} | {row.total:,} | {row.seconds:.4f} |"
