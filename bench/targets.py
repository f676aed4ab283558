"""What the matching promises, and what a run measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

TARGET_SIZE, LARGE_SIZE, LARGEST_SIZE = 2000, 5000, 10_000


@dataclass(frozen=True)
class Target:
    """`target` is aimed at, `limit` is promised; both in `unit`, and less is better."""

    what: str
    target: float
    limit: float
    unit: str

    def row(self, measured: float | None) -> str:
        """Return this target as a row of the table, beside what was measured."""
        decimals = {"x": ".2f", "s": ".1f"}.get(self.unit, ",.0f")
        value = "" if measured is None else f"{measured:{decimals}} {self.unit}"
        cells = (
            self.what,
            f"{self.target:,g} {self.unit}",
            f"{self.limit:,g} {self.unit}",
            value,
            self._verdict(measured),
        )
        return f"| {' | '.join(cell.strip() for cell in cells)} |"

    def _verdict(self, measured: float | None) -> str:
        if measured is None:
            return "not measured"
        if measured <= self.target:
            return "target met"
        return "within the limit" if measured <= self.limit else "**missed**"


TARGETS = {
    "priced round": Target(
        "whole round with every pair's price, read from and saved to the database,"
        " against the bare solver",
        2.5,
        3.5,
        "x",
    ),
    "round": Target("the same without prices", 2.0, 2.5, "x"),
    "priced plan": Target(
        "score, plan and every pair's price in memory, against the bare solver", 2.5, 3.5, "x"
    ),
    "change": Target("a change in the engine, 95th percentile", 10, 20, "ms"),
    "decision": Target(
        "a decision or a preview over HTTP with what it changed, 95th percentile, wall time",
        50,
        100,
        "ms",
    ),
    "compare": Target(
        "the page that compares candidates, 95th percentile, wall time", 100, 100, "ms"
    ),
    "list": Target("queries of the list page", 15, 15, ""),
    "pair": Target("scoring a pair", 10, 20, "ns"),
    "memory": Target("memory above base", 150, 150, "MB"),
    "large round": Target(
        "whole round of 5,000 x 3,000 with every pair's price, read from and saved to the database",
        8,
        8,
        "s",
    ),
    "largest round": Target(
        "peak memory of a whole round of 10,000 x 6,000, run as a job", 4096, 4096, "MB"
    ),
}


def table(measured: Mapping[str, float]) -> Iterator[str]:
    """Yield every target beside what was measured for it."""
    yield ""
    yield "## Targets"
    yield ""
    yield (
        f"At {TARGET_SIZE:,} mentees x {TARGET_SIZE * 6 // 10:,} mentors (pool *usual*) unless"
        " another size is given."
    )
    yield ""
    yield "| what | target | limit | measured | |"
    yield "| --- | --- | --- | --- | --- |"
    for name, target in TARGETS.items():
        yield target.row(measured.get(name))
