"""The section of docs/benchmarks.md about ten times the size, from what `bench.scale` measured."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime

from bench.report import processor
from bench.scale import (
    GROWTH,
    HEALTH_MS,
    IMPORT_SECONDS,
    IMPORTED_ROWS,
    SWEEP_MS,
    Result,
)
from bench.scale_pages import PAGES, Page

HEADING, WIDTH = "## Ten times the size", 118
FIRST = "first run"  # of the reconcilers, after filling or a stop: has no limit


def lines(result: Result) -> Iterator[str]:
    """Yield the section in Markdown."""
    yield HEADING
    yield ""
    yield from _introduction(result)
    yield ""
    yield "| page | 1 x | 10 x | growth | at most | |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for page in PAGES:
        before, after = _ratios(result, page)
        yield _row(page.name, f"{before:.1f}", f"{after:.1f}", f"{after / before:.2f}",
                   f"{page.limit:.0f}", not _misses(result, page))  # fmt: skip
    yield ""
    yield from _summary(result)
    yield ""
    yield "### Sweeps with nothing due"
    yield ""
    yield from _paragraph(
        "Milliseconds of the processor. A *task* is what Celery's beat wakes, every five seconds."
        " Each reconciler, whose names follow, runs in one of the 24 runs of two minutes; which"
        " ones run together depends on the second at which beat began, so every second was tried."
    )
    yield ""
    yield "| sweep | 1 x | 10 x | at most | |"
    yield "| --- | --- | --- | --- | --- |"
    small, large = result.small["sweeps"], result.large["sweeps"]
    for name in sorted(large, key=lambda name: (not name.startswith("task"), name)):
        if not name.startswith(FIRST):
            yield _row(name, f"{small[name]:.1f}", f"{large[name]:.1f}", f"{SWEEP_MS:.0f}",
                       large[name] <= SWEEP_MS)  # fmt: skip
    health = "/healthz"
    before, after = (size["pages"][health] for size in (result.small, result.large))
    yield _row(f"{health}, all well", f"{before:.1f}", f"{after:.1f}", f"{HEALTH_MS:.0f}",
               after <= HEALTH_MS)  # fmt: skip
    yield ""
    for name in [name for name in large if name.startswith(FIRST)]:
        yield f"{name.capitalize()}: {small[name]:,.0f} and {large[name]:,.0f} ms."
    yield ""
    yield from _imports(result)


def _introduction(result: Result) -> Iterator[str]:
    pairs = result.pairs
    small, large = (size["pages"]["empty page"] for size in (result.small, result.large))
    yield from _paragraph(
        f"Made by `make bench-scale`, {datetime.now(UTC):%Y-%m-%d}: PostgreSQL on {_machine()}. 1 x"
        f" is {pairs:,} pairs, {20 * pairs:,} check-ins, {200 * pairs:,} e-mails; 10 x is"
        f" {10 * pairs:,} pairs, {200 * pairs:,} check-ins, {1000 * pairs:,} e-mails. Times are of"
        " the processor, for Python and PostgreSQL together. A page's figure is its median divided"
        f" by that of an empty signed-in page, which took {small:.1f} and {large:.1f} ms. The"
        f" goals: from 1 x to 10 x at most {GROWTH} times, and at both sizes no more than the"
        " column *at most*."
    )


def _summary(result: Result) -> Iterator[str]:
    too_much = [page.name for page in PAGES if "limit" in _misses(result, page)]
    grew = [page.name for page in PAGES if "growth" in _misses(result, page)]
    met = len(PAGES) - len({*too_much, *grew})
    yield f"{met} of {len(PAGES)} pages met both goals."
    missed = {"More than *at most*": too_much, f"Grew more than {GROWTH} times": grew}
    for what, names in missed.items():
        if names:
            yield ""
            yield from _paragraph(f"{what}: {', '.join(f'*{name}*' for name in names)}.")


def _imports(result: Result) -> Iterator[str]:
    yield f"### An import of {IMPORTED_ROWS:,} rows"
    yield ""
    yield from _paragraph(
        f"As jobs of a worker; seconds of the processor for Python and PostgreSQL together, at most"
        f" {IMPORT_SECONDS:.0f} for each. A tenth of the people name someone. *check* saves and"
        " rolls back; then the same file is imported again, which changes nothing, and the first"
        " import is undone."
    )
    yield ""
    yield "| job | seconds | |"
    yield "| --- | --- | --- |"
    for name, seconds in result.imported.items():
        yield _row(name, f"{seconds:.1f}", seconds <= IMPORT_SECONDS)


def _ratios(result: Result, page: Page) -> tuple[float, float]:
    return result.small["pages"][page.name], result.large["pages"][page.name]


def _misses(result: Result, page: Page) -> set[str]:
    """Return which of the goals the page misses: "limit", "growth"."""
    before, after = _ratios(result, page)
    missed = {"limit"} if max(before, after) > page.limit else set()
    return missed | ({"growth"} if after / before > GROWTH else set())


def _row(*cells: str | bool) -> str:
    *texts, is_met = cells
    return f"| {' | '.join(map(str, texts))} | {'met' if is_met else '**missed**'} |"


def _paragraph(text: str) -> Iterator[str]:
    yield from textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _machine() -> str:
    return f"{processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
