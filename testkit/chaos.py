"""Kill real outbox workers at random while e-mail is sent; count what was lost and duplicated.

    python -m testkit.chaos --due 2000 --kills 40 [--lease 5] [--workers 2] [--seed 1]
                            [--faults] [--restart]

--faults lets the mail server fail (rejections, closed connections, lost answers). --restart asks
workers to end instead of killing them, as an update does. It uses a database of its own: on the
PostgreSQL server of DATABASE_URL, else SQLite in a temporary folder. The tests call `run()` on
theirs. Workers are forked from a process that has Django loaded, so a new one costs milliseconds;
in every other respect each is `manage.py send_due_emails --loop`, and it dies by SIGKILL.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from django.utils import timezone

from testkit import smtp
from testkit.fork_server import fork_server, fork_workers

NOT_SENT = {"failed", "cancelled", "expired"}
ENDED = {"sent", *NOT_SENT}


@dataclass(frozen=True)
class Outcome:
    """What the database says of one e-mail."""

    message_id: str  # "" while nobody has tried to send it
    state: str
    reason: str = ""


@dataclass
class Report:
    due: int
    kills: int
    stops: int = 0  # workers stopped for longer than their lease, then continued
    lost_answers: int = 0  # messages accepted without an answer
    alarms: int = 0  # workers ended by their own alarm
    seconds: float = 0.0
    outcomes: list[Outcome] = field(default_factory=list)
    copies: dict[str, int] = field(default_factory=dict)  # Message-ID: how often it was accepted

    @property
    def states(self) -> Counter[str]:
        return Counter(one.state for one in self.outcomes)

    @property
    def reasons(self) -> Counter[str]:
        """Why e-mails were not sent."""
        return Counter(one.reason for one in self.outcomes if one.state in NOT_SENT)

    @property
    def lost(self) -> int:
        """E-mails that the server never received, and of which no row says that they were not sent.

        One that was accepted without an answer, and refused when it was sent again, counts once.
        """
        accounted = [
            one for one in self.outcomes if one.message_id in self.copies or one.state in NOT_SENT
        ]
        return self.due - len(accounted)

    @property
    def refused_copies(self) -> int:
        """E-mails that were accepted although their row says that they were not sent."""
        return sum(one.state in NOT_SENT and one.message_id in self.copies for one in self.outcomes)

    @property
    def bound(self) -> int:
        """Extra copies that are allowed: one per ended or stopped worker and per lost answer."""
        return self.kills + self.stops + self.alarms + self.lost_answers

    @property
    def is_good(self) -> bool:
        return (
            self.lost == 0
            and len(self.outcomes) == self.due
            and not set(self.states) - ENDED
            and self.extra <= self.bound
            and self.most <= 5
        )

    @property
    def extra(self) -> int:
        return sum(self.copies.values()) - len(self.copies)

    @property
    def most(self) -> int:
        return max(self.copies.values(), default=0)

    def __str__(self) -> str:
        return (
            f"{self.due} due, {self.kills} kills, {self.seconds:.0f} s: {self.lost} lost,"
            f" {self.extra} extra copies (bound {self.bound}),"
            f" at most {self.most} of one e-mail, {dict(self.states)}"
        )


def outcomes(url: str) -> list[Outcome]:
    """Return what became of each e-mail, without Django so that no connection stays open."""
    with connect(url) as cursor:
        cursor.execute("SELECT message_id, state, reason FROM notifications_notification")
        return [Outcome(*map(str, row)) for row in cursor.fetchall()]


def are_open(url: str) -> bool:
    """Return whether an e-mail is still waiting or being sent."""
    with connect(url) as cursor:
        cursor.execute("SELECT DISTINCT state FROM notifications_notification")
        return bool({str(state) for [state] in cursor.fetchall()} - ENDED)


class Cursor(Protocol):
    """What the cursors of sqlite3 and psycopg2 have in common."""

    def execute(self, sql: str, /) -> object: ...

    def fetchall(self) -> list[tuple[object, ...]]: ...


@contextlib.contextmanager
def connect(url: str) -> Iterator[Cursor]:
    if url.startswith("sqlite"):
        import sqlite3

        connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)
    else:
        import psycopg2  # type: ignore[import-untyped]  # has no stubs here

        connection = psycopg2.connect(url)
        connection.autocommit = True
    try:
        with contextlib.closing(connection.cursor()) as cursor:
            yield cursor
    finally:
        connection.close()


def server_faults(chance: random.Random, count: int) -> list[str]:
    """Return one random behaviour of the mail server per e-mail; see `testkit.smtp`."""
    words = {"450": 5, "451": 3, "421": 1, "close-after-dot": 0.5, "rcpt550": 1}
    weights = [100 - sum(words.values()), *words.values()]
    return chance.choices(["", *words], weights, k=count)


def run(
    url: str,
    *,
    due: int,
    kills: int,
    folder: Path,
    lease: int = 5,
    workers: int = 2,
    seed: int = 1,
    limit: float = 600,
    faults: bool = False,
    restart: bool = False,
) -> Report:
    """Send the `due` e-mails in the database at `url` while `kills` workers are killed.

    `lease` and `limit` are seconds. With `restart` workers are asked to end, which must not cause a
    duplicate.
    """
    chance, report = random.Random(seed), Report(due, 0 if restart else kills)
    how = signal.SIGTERM if restart else signal.SIGKILL
    began = time.monotonic()
    with smtp.sink() as server, fork_server(url, server.url, lease, folder) as pool:
        server.script = server_faults(chance, 2 * due) if faults else []
        for _ in range(workers):
            pool.start()
        for number in range(kills):
            # The queue is never empty here, so each kill hits a worker in the middle of sending.
            killed_after = chance.randint(
                due * number // (kills + 1), due * (number + 1) // (kills + 1)
            )
            while len(server.messages) < killed_after and time.monotonic() - began < limit:
                time.sleep(0.001)
                report.alarms += pool.replace_ended()
            time.sleep(chance.uniform(0, 0.02))
            pool.end(chance.randrange(len(pool.alive)), how)
            pool.start()
        while are_open(url) and time.monotonic() - began < limit:
            time.sleep(0.2)
            report.alarms += pool.replace_ended()
        report.outcomes = outcomes(url)
        report.copies, report.lost_answers = server.copies(), server.lost_answers
    report.seconds = time.monotonic() - began
    return report


def url_of_the_test_database(folder: Path) -> str:
    """Return the URL of the test database for other processes; SQLite is copied to a file."""
    from django.db import connection

    if connection.vendor == "sqlite":
        path = folder / "copy.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
        return f"sqlite:///{path}"
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)


def enqueue(count: int, *, days_ago: int = 0) -> None:
    """Make `count` people and enqueue an e-mail to each, due since so many days."""
    from django.db import transaction

    from accounts.models import User
    from notifications import outbox

    due_at = timezone.now() - timedelta(days=days_ago)
    people = [User(email=f"chaos.{number}@example.org", name="Chaos") for number in range(count)]
    with transaction.atomic():
        for person in User.objects.bulk_create(people):
            outbox.enqueue("test-email", to=person, about=person, at=due_at)


@contextlib.contextmanager
def own_database(folder: Path, purpose: str = "chaos", copy_of: str = "") -> Iterator[str]:
    """A new database for one run: on the server of DATABASE_URL if there is one, else a file.

    `copy_of`: the address of another one, to which no one is connected; by default it is empty.
    """
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        file = folder / f"{purpose}.sqlite3"
        if copy_of:
            shutil.copy(urlsplit(copy_of).path, file)
        yield f"sqlite:///{file}"
        return
    name = f"{purpose}_{os.getpid()}"
    template = urlsplit(copy_of).path.removeprefix("/") or "template1"
    with connect(server) as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with connect(server) as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m testkit.chaos")
    for name, usual in {
        "due": 2000,
        "kills": 40,
        "lease": 5,
        "workers": 2,
        "seed": 1,
        "limit": 600,
    }.items():
        parser.add_argument(f"--{name}", type=int, default=usual)
    for name in ("faults", "restart"):
        parser.add_argument(f"--{name}", action="store_true")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="mentoring-chaos-") as name,
        own_database(Path(name)) as url,
    ):
        os.environ.update(DATABASE_URL=url, DJANGO_SETTINGS_MODULE="mentoring.settings", DEBUG="1")
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        enqueue(options.due)
        connection.close()
        report = run(url, folder=Path(name), **vars(options))
    print(report)
    return 0 if report.is_good else 1


if __name__ == "__main__":
    if sys.argv[1:] == ["fork-server"]:
        fork_workers()
    else:
        sys.exit(main())
