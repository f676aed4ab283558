"""Run the benchmarks and print them as Markdown.

`python -m bench [--sizes 300 2000] [--no-large] [--out FILE]`
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench import report
from bench.targets import LARGE_SIZE, LARGEST_SIZE


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Run the benchmarks.")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[300, 1000, 2000], help="mentees per pool"
    )
    parser.add_argument(
        "--no-large", action="store_true", help="leave out 5,000 and 10,000 mentees (minutes, 3 GB)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="runs of which the best counts")
    parser.add_argument(
        "--no-mentor-match",
        action="store_true",
        help="leave out the package mentor-match, which needs a package index",
    )
    parser.add_argument(
        "--only", choices=report.SECTIONS, nargs="+", help="measure these sections only"
    )
    parser.add_argument("--out", type=Path, help="also write the report to this file")
    args = parser.parse_args()
    sizes = [*args.sizes, *([] if args.no_large else [LARGE_SIZE, LARGEST_SIZE])]
    sections = set(args.only or report.SECTIONS)
    if args.no_mentor_match:
        sections -= {"mentor-match"}
    lines = []
    for line in report.lines(sizes, args.rounds, sections):
        print(line, flush=True)
        lines.append(line)
    if args.out:
        args.out.write_text("\n".join(lines) + "\n")
        print(f"written to {args.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
