"""What the matching promises at one size: (goal, must, unit)."""

from __future__ import annotations

GOAL_SIZE = 2000
GOALS = {
    "a whole round with every pair's price, read from and saved to the database, against the bare solver": (
        2.5,
        3.5,
        "x",
    ),
    "the same without prices": (2.0, 2.5, "x"),
    "score, plan and every pair's price in memory, against the bare solver": (2.5, 3.5, "x"),
    "a change in the engine, 95th percentile": (10, 20, "ms"),
    "scoring a pair": (10, 20, "ns"),
    "memory above base": (150, 150, "MB"),
}
