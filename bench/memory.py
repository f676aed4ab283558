"""Peak memory of one round above the loaded libraries: `python -m bench.memory 2000` prints MB."""

from __future__ import annotations

import sys

from bench import pools
from bench.timing import peak_megabytes
from matching.engine import Criteria, Pool, Prices, score, solve


def main(size: int) -> None:
    _price_all_pairs(pools.pool(60))  # loads what scipy loads late
    people = pools.pool(size)
    base = peak_megabytes()
    _price_all_pairs(people)
    print(f"{peak_megabytes() - base:.0f}")


def _price_all_pairs(people: Pool) -> None:
    table = score(people, Criteria())
    _ = Prices(table, solve(table, people.capacity)).matrix


if __name__ == "__main__":
    main(int(sys.argv[1]))
