"""Every fault of the surroundings while workers are killed; count what was lost and duplicated.

    python -m testkit.chaos_full [--due 10000] [--kills 200] [--rounds 3] [--seconds 3] [--lease 5]
                                 [--workers 2] [--seed 1] [--limit 3600]
                                 [--sqlite] [--update docs/reliability.md]

A run of some minutes that plays each fault once: --due 300 --kills 8 --rounds 1. It starts its own
PostgreSQL, unless --sqlite, its own Redis, a Celery worker and beat beside the forked workers of
`testkit.chaos`, and a mail server that also loses answers and refuses e-mails at random. Nothing
leaves the loopback. Each fault lasts `--seconds`, or until a stopped worker's lease is over, and
one of the kills is in its middle. It ends with `manage.py check_invariants`, prints what it found
and exits with 1 if a promise is broken.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from testkit import chaos, chaos_report, services, smtp
from testkit.celery_processes import Supervised, supervised
from testkit.documents import replace_section
from testkit.fork_server import ROOT, ForkServer, fork_server, set_clock

HOUR, DAY = 3600, 86400
DUE_SINCE_DAYS = 2  # so that no jump of the clock makes an e-mail due later
AWAKE_SECONDS = 60  # for Celery after the last fault, on a busy machine
# Of the e-mails: some are refused for good, so the last fault must not wait for the last of them.
SHARE_OF_FAULTS = 0.95


@dataclass
class Scene:
    """Everything that can fail."""

    url: str
    lease: int
    seconds: float
    chance: random.Random
    report: chaos.Report
    mail: smtp.Sink
    pool: ForkServer
    celery: Supervised
    redis: services.Server
    postgres: services.Server | None
    clock: Path
    kills_left: int
    end: float  # monotonic: give up then
    played: list[str] = field(default_factory=list)

    def supervise(self) -> None:
        self.report.alarms += self.pool.replace_ended() + self.celery.replace_ended()

    def wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.supervise()
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill one of the workers, wherever it is, and start another."""
        if self.kills_left:
            self.kills_left -= 1
            self.pool.end(self.chance.randrange(len(self.pool.alive)), signal.SIGKILL)
            self.pool.start()

    def wait_for_sent(self, count: int) -> None:
        while len(self.mail.messages) < count and time.monotonic() < self.end:
            self.supervise()
            time.sleep(0.001)

    def play(self, name: str) -> None:
        """Let a fault begin, last and end, with a kill in its middle."""
        self.played.append(name)
        print(f"{len(self.mail.messages)} e-mails: {name}", file=sys.stderr, flush=True)
        with FAULTS[name](self):
            self.wait(self.seconds / 2)
            self.kill()
            self.wait(self.seconds / 2)


Fault = Callable[[Scene], AbstractContextManager[None]]
FAULTS: dict[str, Fault] = {}


def fault(name: str) -> Callable[[Callable[[Scene], Iterator[None]]], Fault]:
    """Register the decorated generator: it lets a fault begin, yields, and ends it."""

    def register(play: Callable[[Scene], Iterator[None]]) -> Fault:
        FAULTS[name] = contextlib.contextmanager(play)
        return FAULTS[name]

    return register


def _mail_fault(name: str) -> Fault:
    return lambda scene: scene.mail.play(name)


FAULTS |= {f"mail server {words}": _mail_fault(name) for name, words in smtp.FAULTS.items()}


@fault("Redis stopped and emptied")
def without_redis(scene: Scene) -> Iterator[None]:
    scene.redis.stop()  # it keeps nothing on disk: starting again it is empty
    yield
    scene.redis.start()


@fault("PostgreSQL restarted")
def without_postgres(scene: Scene) -> Iterator[None]:
    assert scene.postgres
    ways = [signal.SIGINT, signal.SIGQUIT]  # with sessions ended in order, and as after a crash
    scene.postgres.stop_signal = ways[scene.played.count("PostgreSQL restarted") % len(ways)]
    scene.postgres.stop()
    yield
    scene.postgres.start()


@fault("a worker stopped for longer than its lease, then continued")
def frozen_worker(scene: Scene) -> Iterator[None]:
    pid = scene.chance.choice(scene.pool.alive)
    scene.report.stops += 1
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
    yield
    time.sleep(max(scene.lease + 1 - scene.seconds, 0))
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


def _clock_jump(seconds: int) -> Fault:
    @contextlib.contextmanager
    def jump(scene: Scene) -> Iterator[None]:
        set_clock(scene.clock, seconds)
        yield
        set_clock(scene.clock, 0)

    return jump


FAULTS |= {
    "the workers' clock an hour ahead, then right again": _clock_jump(HOUR),
    "the workers' clock an hour behind, then right again": _clock_jump(-HOUR),
    "the workers' clock a day ahead, then right again": _clock_jump(DAY),
    "the workers' clock a day behind, then right again": _clock_jump(-DAY),
}


def run(options: argparse.Namespace, folder: Path, url: str, postgres: services.Server | None,
        redis: services.Server) -> tuple[chaos.Report, Scene, bool]:  # fmt: skip
    """Send the e-mails in the database at `url`; return also whether Celery still works."""
    chance = random.Random(options.seed)
    report = chaos.Report(options.due, options.kills)
    names = [name for name in FAULTS if postgres or name != "PostgreSQL restarted"]
    order = [name for _ in range(options.rounds) for name in chance.sample(names, len(names))]
    clock = folder / "clock"
    set_clock(clock, 0)
    began = time.monotonic()
    with (
        smtp.sink() as mail,
        fork_server(url, mail.url, options.lease, folder, clock=clock) as pool,
        supervised(
            "worker", "beat", url=url, broker=redis.url, folder=folder, EMAIL_URL=mail.url,
            OUTBOX_LEASE_SECONDS=str(options.lease), LOG_LEVEL="CRITICAL",
        ) as celery,
    ):  # fmt: skip
        mail.script = chaos.server_faults(chance, 2 * options.due)
        for _ in range(options.workers):
            pool.start()
        scene = Scene(
            url, options.lease, options.seconds, chance, report, mail, pool, celery, redis,
            postgres, clock, options.kills, began + options.limit,
        )  # fmt: skip
        _live_through(scene, order)
        # Whatever waits for its next attempt is due a day later.
        set_clock(clock, 2 * DAY)
        while chaos.are_open(url) and time.monotonic() < scene.end:
            scene.wait(0.2)
        is_awake = _is_celery_awake(scene)
        report.outcomes = chaos.outcomes(url)
        report.copies, report.lost_answers = mail.copies(), mail.lost_answers
    report.seconds = time.monotonic() - began
    return report, scene, is_awake


def _live_through(scene: Scene, order: list[str]) -> None:
    """Play the faults in this order, with the other kills between them, spread over the e-mails."""
    between: list[str] = [""] * max(scene.kills_left - len(order), 0)
    events = [*order]
    for _ in between:
        events.insert(scene.chance.randint(0, len(events)), "")
    most = scene.report.due * SHARE_OF_FAULTS
    for number, name in enumerate(events):
        scene.wait_for_sent(round(most * (number + scene.chance.random()) / len(events)))
        if name:
            scene.play(name)
        else:
            time.sleep(scene.chance.uniform(0, 0.02))
            scene.kill()


def _is_celery_awake(scene: Scene) -> bool:
    """Return whether Celery alone still runs what is due, after all that happened to it."""
    while scene.pool.alive:
        scene.pool.end(0, signal.SIGKILL)
    before, end = _runs(scene.url), time.monotonic() + AWAKE_SECONDS
    while _runs(scene.url) == before:
        if time.monotonic() > end:
            return False
        scene.celery.replace_ended()
        time.sleep(0.2)
    return True


def _runs(url: str) -> object:
    with chaos.connect(url) as cursor:
        cursor.execute("SELECT epoch FROM notifications_outboxstate")
        return cursor.fetchall()


def prepare(url: str, due: int) -> None:
    """Migrate the empty database at `url` and enqueue `due` e-mails."""
    os.environ.update(DATABASE_URL=url, DJANGO_SETTINGS_MODULE="mentoring.settings", DEBUG="1")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    chaos.enqueue(due, days_ago=DUE_SINCE_DAYS)
    if connection.vendor == "postgresql":
        # The servers of the tests may forget the last commits in a crash; one that is used may not.
        name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
    connection.close()


def invariants_hold() -> bool:
    command = [sys.executable, "manage.py", "check_invariants"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m testkit.chaos_full")
    for name, usual in {
        "due": 10_000, "kills": 200, "rounds": 3, "lease": 5, "workers": 2, "seed": 1,
        "limit": 3600,
    }.items():  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--seconds", type=float, default=3, help="how long each fault lasts")
    parser.add_argument("--sqlite", action="store_true", help="a file instead of PostgreSQL")
    parser.add_argument("--update", type=Path, help="replace the section in this document")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mentoring-chaos-")))
        redis = stack.enter_context(services.redis())
        postgres = None if options.sqlite else stack.enter_context(services.postgres())
        os.environ["DATABASE_URL"] = postgres.url if postgres else ""
        os.environ["CELERY_BROKER_URL"] = redis.url
        url = stack.enter_context(chaos.own_database(folder))
        prepare(url, options.due)
        report, scene, is_awake = run(options, folder, url, postgres, redis)
        are_true = invariants_hold()
    is_good = report.is_good and is_awake and are_true
    text = chaos_report.section(
        "PostgreSQL" if postgres else "SQLite", report, scene.played,
        is_awake=is_awake, are_invariants_true=are_true, is_good=is_good,
    )  # fmt: skip
    print(report)
    print(text)
    if options.update:
        replace_section(options.update, text)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
