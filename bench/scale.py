"""Ten times the size: do pages and sweeps grow with the data?

    python -m bench.scale [--keep FOLDER] [--update docs/benchmarks.md]

Two databases on one PostgreSQL: 1 x has 1,000 pairs, 20,000 check-ins and 200,000 e-mails, 10 x has
10,000 pairs, 200,000 check-ins and 1,000,000 e-mails (`bench.scale_data`). Times are of the
processor, for Python and PostgreSQL together, so that other work on the machine disturbs them
little. A page's figure is its p50 divided by that of an empty signed-in page, asked in turns in the
same process. Sweeps and /healthz are in milliseconds. `bench.scale_report` writes the report.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit, urlunsplit

from bench.subprocess_runs import run_module
from testkit.documents import replace_section

PAIRS = 1000
EMAILS_PER_PAIR = {1: 200, 10: 100}  # by factor
IMPORTED_ROWS, IMPORT_SECONDS = 20_000, 60.0
GROWTH = 1.3
SWEEP_MS, HEALTH_MS = 50.0, 10.0
# Another text of these fills anew.
FILLED_BY = ("copies", "scale_data", "scale_history", "scale_pairs", "scale_sample")

Figures = dict[str, float]
Measured = Mapping[str, Figures]  # "pages" and "sweeps"


@dataclass(frozen=True)
class Result:
    """What was measured: at 1 x, at 10 x, and the CPU seconds of the jobs of an import."""

    pairs: int
    small: Measured
    large: Measured
    imported: Figures


def measure(server: str, pairs: int) -> Result:
    """Fill what is missing on the server, both sizes side by side, then measure alone."""
    sizes = [
        (pairs * factor, emails * pairs * factor) for factor, emails in EMAILS_PER_PAIR.items()
    ]
    with ThreadPoolExecutor() as filling:
        urls = list(filling.map(lambda size: _filled(server, *size), sizes))
    small, large = (cast("Measured", run_module("bench.scale_run", url=url)) for url in urls)
    url = _empty_database(server, "bench_import")
    imported = cast("Figures", run_module("bench.import_run", IMPORTED_ROWS, url=url))
    return Result(pairs, small, large, imported)


def _filled(server: str, pairs: int, emails: int) -> str:
    """Return the address of the database of a size; it is filled unless it was, today, like this.

    Moments in it count from when it was filled.
    """
    name, mark = f"bench_scale_{pairs}", _mark(pairs, emails)
    found = _ask(
        server,
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
        name,
    )
    if found == mark:
        return _address(server, name)
    url = _empty_database(server, name)
    run_module("bench.scale_fill", pairs, emails, url=url)
    _ask(server, f"COMMENT ON DATABASE {name} IS '{mark}'")
    return url


def _mark(pairs: int, emails: int) -> str:
    folder = Path(__file__).parent
    code = b"".join((folder / f"{name}.py").read_bytes() for name in FILLED_BY)
    digest = hashlib.sha256(code).hexdigest()[:16]
    return f"{datetime.now(UTC):%Y-%m-%d} {pairs} {emails} {digest}"


def _empty_database(server: str, name: str) -> str:
    _ask(server, f"DROP DATABASE IF EXISTS {name}")
    _ask(server, f"CREATE DATABASE {name}")
    return _address(server, name)


def _address(server: str, name: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def _ask(server: str, sql: str, *values: str) -> str | None:
    """Run a statement; return the first value of its first row, if it has one."""
    import psycopg2

    connection = psycopg2.connect(server)
    connection.autocommit = True  # no database is made inside a transaction
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        row = cursor.fetchone() if cursor.description else None
    connection.close()
    return row[0] if row else None


@contextmanager
def _server(keep: Path | None) -> Iterator[str]:
    """Yield the address of the PostgreSQL of DATABASE_URL, else of one that runs meanwhile."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    from testkit import services

    with services.postgres(keep) as server:
        yield server.url


def main() -> None:
    from bench import scale_report

    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS, help="pairs at 1 x")
    parser.add_argument(
        "--keep",
        type=Path,
        help="a folder for the databases; what was filled today is not filled again",
    )
    parser.add_argument("--update", type=Path, help="replace the section in this document")
    args = parser.parse_args()
    with _server(args.keep) as server, tempfile.TemporaryDirectory() as folder:
        os.environ["OUTBOX_EPOCH_FILE"] = str(Path(folder) / "epoch")
        found = measure(server, args.pairs)
    text = "\n".join(scale_report.lines(found))
    print(text)
    if args.update:
        replace_section(args.update, text)
        print(f"written to {args.update}", file=sys.stderr)


if __name__ == "__main__":
    main()
