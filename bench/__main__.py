"""Run the benchmarks and print them as Markdown: `python -m bench [--sizes 300 2000] [--no-large] [--out FILE]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench import report
from bench.goals import LARGE_SIZE, LARGEST_SIZE


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument(
        "--sizes", type=int, nargs="+", default=[300, 1000, 2000], help="mentees per pool"
    )
    asked.add_argument(
        "--no-large", action="store_true", help="leave out 5,000 and 10,000 mentees (minutes, 3 GB)"
    )
    asked.add_argument("--rounds", type=int, default=5, help="runs of which the best counts")
    asked.add_argument(
        "--no-peer", action="store_true", help="leave out mentor-match, which needs a package index"
    )
    asked.add_argument("--out", type=Path, help="write the report to this file, too")
    args = asked.parse_args()
    sizes = [*args.sizes, *([] if args.no_large else [LARGE_SIZE, LARGEST_SIZE])]
    lines = []
    for line in report.lines(sizes, args.rounds, peer=not args.no_peer):
        print(line, flush=True)
        lines.append(line)
    if args.out:
        args.out.write_text("\n".join(lines) + "\n")
        print(f"written to {args.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
