"""A whole round: people loaded from the database, scored, matched, priced, explained and saved."""

from __future__ import annotations

from collections.abc import Iterator


def lines(sizes: list[int]) -> Iterator[str]:
    yield "Not measured in this run."
