"""Peak memory of one round above the loaded libraries: `python -m bench.memory 2000` prints MB."""

from __future__ import annotations

import sys

from bench import pools
from bench.timing import peak_megabytes
from matching.engine import Criteria, Prices, score, solve


def main(size: int) -> None:
    warm = pools.pool(60)
    _ = Prices(table := score(warm, Criteria()), solve(table, warm.capacity)).matrix
    people = pools.pool(size)
    base = peak_megabytes()
    table = score(people, Criteria())
    _ = Prices(table, solve(table, people.capacity)).matrix
    print(f"{peak_megabytes() - base:.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
