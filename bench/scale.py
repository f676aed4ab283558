"""Ten times the size: do pages and sweeps grow with the data?

    python -m testkit.services python -m bench.scale [--pairs 1000] [--out FILE]

Two databases on one PostgreSQL: 1 x has 1,000 pairs, 20,000 check-ins and 200,000 e-mails, 10 x has
10,000 pairs, 200,000 check-ins and 1,000,000 e-mails (`bench.scale_data`). Times are of the
processor, for Python and PostgreSQL together, so that other work on the machine disturbs them
little. A page's figure is its p50 divided by that of an empty signed-in page, asked in turns in the
same process. Sweeps and /healthz are in milliseconds.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit, urlunsplit

from bench.report import processor
from bench.subprocess_runs import run_module

PAIRS = 1000
EMAILS_PER_PAIR = {1: 200, 10: 100}
GROWTH = 1.3
PARTICIPANT, COMMITTEE, TODAY = 4.0, 15.0, 20.0  # times the empty page
SWEEP_MS, HEALTH_MS = 50.0, 10.0
EMPTY_PAGE = "checkins:concern-list"  # of someone who takes part in nothing

Figures = dict[str, float]


@dataclass(frozen=True)
class Page:
    """One line of the table: `viewer` is a field of `People`, `limit` the goal as a ratio."""

    name: str
    viewer: str
    address: str  # name of a URL, of the page of the viewer's pair when it ends with "*"
    limit: float
    query: str = ""


def _list(name: str, model: str, query: str = "", viewer: str = "chair") -> Page:
    return Page(name, viewer, f"admin:{model}_changelist", COMMITTEE, query)


PAGES = (
    _list("outbox", "notifications_notification"),
    _list("outbox, last page", "notifications_notification", "p=last"),
    Page("today (chair)", "chair", "admin:index", TODAY),
    Page("today (carer)", "carer", "admin:index", TODAY),
    _list("matches", "matches_match"),
    _list("applications", "applications_application"),
    Page("home", "mentee", "dashboard:home", PARTICIPANT),
    _list("pairs", "dashboard_pair"),
    _list("pairs, only stuck", "dashboard_pair", "health=stuck"),
    _list("check-ins", "checkins_checkin"),
    _list("check-ins to read", "checkins_checkin", "read=no"),
    _list("history", "workflow_transition"),
    _list("agreements", "agreements_agreementversion"),
    _list("people", "accounts_user"),
    Page("help form", "mentee", "checkins:concern-create", PARTICIPANT),
    _list("outbox (carer)", "notifications_notification", viewer="carer"),
    _list("outbox, one kind", "notifications_notification", "kind=meeting-date"),
    _list("applications to review", "applications_application", "queue=to-read"),
    _list("meetings (carer)", "meetings_meeting", viewer="carer"),
    _list("concerns", "checkins_concern"),
    _list("contacts", "checkins_contactlog"),
    _list("rounds", "matching_round"),
    _list("pooled results", "checkins_wave"),
    _list("conflicts of interest", "programs_conflict"),
    _list("members", "programs_membership"),
    _list("employers", "accounts_employer"),
    Page("home (mentor)", "mentor", "dashboard:home", PARTICIPANT),
    Page("pair", "mentee", "matches:match-detail*", PARTICIPANT),
    Page("meetings", "mentee", "meetings:meeting-list*", PARTICIPANT),
    Page("agreement", "mentee", "agreements:agreement-detail*", PARTICIPANT),
    Page("requests for help", "mentee", "checkins:concern-list", PARTICIPANT),
    Page("e-mail settings", "mentee", "notifications:preferences", PARTICIPANT),
    Page("my data", "mentee", "accounts:privacy", PARTICIPANT),
)


def lines(pairs: int) -> Iterator[str]:
    """Build both sizes, measure them, and yield the report in Markdown."""
    small, large = (_measured(pairs, factor) for factor in (1, 10))
    yield "## Ten times the size"
    yield ""
    yield "Made by `make bench-scale`: PostgreSQL with 1 x and 10 x of everything, measured"
    yield f"{datetime.now(UTC):%Y-%m-%d} on {_machine()}."
    yield f"1 x is {pairs:,} pairs, {20 * pairs:,} check-ins, {200 * pairs:,} e-mails; 10 x is"
    yield f"{10 * pairs:,} pairs, {200 * pairs:,} check-ins, {1000 * pairs:,} e-mails."
    yield "Times are of the processor, for Python and PostgreSQL together. A page's figure is its"
    yield "median divided by that of an empty signed-in page, which took"
    yield f"{small['empty page']:.1f} and {large['empty page']:.1f} ms. The goals: from 1 x to 10 x"
    yield f"at most {GROWTH} times, and at both sizes no more than the column *at most*."
    yield ""
    yield "| page | 1 x | 10 x | growth | at most | |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for page in PAGES:
        before, after = small[page.name], large[page.name]
        growth = after / before
        is_met = growth <= GROWTH and max(before, after) <= page.limit
        yield _row(page.name, f"{before:.1f}", f"{after:.1f}", f"{growth:.2f}",
                   f"{page.limit:.0f}", is_met)  # fmt: skip
    yield ""
    yield "| in milliseconds | 1 x | 10 x | at most | |"
    yield "| --- | --- | --- | --- | --- |"
    for name in [name for name in large if name.startswith(("sweep", "/"))]:
        limit = HEALTH_MS if name.startswith("/") else SWEEP_MS
        yield _row(name, f"{small[name]:.1f}", f"{large[name]:.1f}", f"{limit:.0f}",
                   large[name] <= limit)  # fmt: skip


def _row(*cells: str | bool) -> str:
    *texts, is_met = cells
    return f"| {' | '.join(map(str, texts))} | {'met' if is_met else '**missed**'} |"


def _machine() -> str:
    return f"{processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def _measured(pairs: int, factor: int) -> Figures:
    """Return the figures of one size, from a process and a database of its own."""
    emails = EMAILS_PER_PAIR[factor] * factor * pairs
    url = _database(pairs, factor)
    return cast("Figures", run_module("bench.scale_run", factor * pairs, url, emails))


def _database(pairs: int, factor: int) -> str:
    """Return the address of the database of a size, made empty on the server of DATABASE_URL."""
    import psycopg2

    url = os.environ["DATABASE_URL"]
    name = f"bench_scale_{factor * pairs}"
    connection = psycopg2.connect(url)
    connection.autocommit = True  # no database is made inside a transaction
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS, help="pairs at 1 x")
    parser.add_argument("--out", type=Path, help="also write the table to this file")
    args = parser.parse_args()
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        sys.exit("needs PostgreSQL: python -m testkit.services python -m bench.scale")
    found = []
    for line in lines(args.pairs):
        print(line, flush=True)
        found.append(line)
    if args.out:
        args.out.write_text("\n".join(found) + "\n")


if __name__ == "__main__":
    main()
