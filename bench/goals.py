"""What the matching promises, and what a run found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

GOAL_SIZE, LARGE_SIZE, LARGEST_SIZE = 2000, 5000, 10_000


@dataclass(frozen=True)
class Goal:
    """`goal` is aimed at, `must` is promised; both in `unit`, and less is better."""

    what: str
    goal: float
    must: float
    unit: str

    def row(self, found: float | None) -> str:
        said = "not measured"
        if found is not None:
            said = (
                "goal met"
                if found <= self.goal
                else "must met"
                if found <= self.must
                else "**missed**"
            )
        precise = {"x": ".2f", "s": ".1f"}.get(self.unit, ",.0f")
        measured = "" if found is None else f"{found:{precise}} {self.unit}"
        cells = (
            self.what,
            f"{self.goal:,g} {self.unit}",
            f"{self.must:,g} {self.unit}",
            measured,
            said,
        )
        return f"| {' | '.join(cell.strip() for cell in cells)} |"


GOALS = {
    "priced round": Goal(
        "a whole round with every pair's price, read from and saved to the database, against the bare solver",
        2.5,
        3.5,
        "x",
    ),
    "round": Goal("the same without prices", 2.0, 2.5, "x"),
    "priced plan": Goal(
        "score, plan and every pair's price in memory, against the bare solver", 2.5, 3.5, "x"
    ),
    "change": Goal("a change in the engine, 95th percentile", 10, 20, "ms"),
    "decision": Goal(
        "a decision or a try over HTTP with what it changed, 95th percentile by the clock",
        50,
        100,
        "ms",
    ),
    "compare": Goal(
        "the page that compares candidates, 95th percentile by the clock", 100, 100, "ms"
    ),
    "list": Goal("queries of the list page", 15, 15, ""),
    "pair": Goal("scoring a pair", 10, 20, "ns"),
    "memory": Goal("memory above base", 150, 150, "MB"),
    "large round": Goal(
        "a whole round of 5,000 x 3,000 with every pair's price, read from and saved to the database",
        8,
        8,
        "s",
    ),
    "largest round": Goal(
        "peak memory of a whole round of 10,000 x 6,000, run as a job", 4096, 4096, "MB"
    ),
}


def verdict(found: Mapping[str, float]) -> Iterator[str]:
    """Every goal beside what was measured for it."""
    yield ""
    yield "## Against the goals"
    yield ""
    yield f"At {GOAL_SIZE:,} mentees x {GOAL_SIZE * 6 // 10:,} mentors (pool *usual*) where no other size is said."
    yield ""
    yield "| what | goal | must | measured | |"
    yield "| --- | --- | --- | --- | --- |"
    for name, goal in GOALS.items():
        yield goal.row(found.get(name))
