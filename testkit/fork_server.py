"""Processes that send e-mails and are killed at random, forked from one that has loaded Django."""

from __future__ import annotations

import contextlib
import mmap
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

CLOCK = "CHAOS_CLOCK"  # names a file: by how many seconds the workers' clock is ahead
SECONDS = struct.Struct("d")
ROOT = Path(__file__).resolve().parent.parent


class ForkServer:
    """The process that workers are forked from."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "testkit.chaos", "fork-server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            cwd=ROOT,
            env=environment,
        )
        self.alive: list[int] = []

    def start(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("\n")
        self.alive.append(int(self.process.stdout.readline()))

    def end(self, number: int, how: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):  # it has just ended itself
            os.kill(self.alive.pop(number), how)

    def replace_ended(self) -> int:
        """Replace workers that ended themselves, as a supervisor does; return how many.

        A worker ends itself when sending takes longer than its alarm allows, which happens on a
        busy machine with a short lease.
        """
        gone = [pid for pid in self.alive if not is_running(pid)]
        for pid in gone:
            self.alive.remove(pid)
            self.start()
        return len(gone)

    def close(self) -> None:
        for pid in self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert self.process.stdin
        self.process.stdin.close()
        self.process.kill()  # it has nothing to finish, and may be slow on a busy machine
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def fork_workers() -> None:
    """Fork a worker for every line on standard input, and print its process id."""
    import django

    django.setup()
    if CLOCK in os.environ:
        follow_clock(Path(os.environ[CLOCK]))
    from django.core.management import call_command

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # leave no zombies
    for _line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os.close(0)
            with open(os.devnull, "w") as nowhere:
                os.dup2(nowhere.fileno(), 1)
            call_command("send_due_emails", loop=True, every=0.1)
            os._exit(0)
        print(pid, flush=True)


def set_clock(file: Path, seconds: float) -> None:
    """Let the clock of the workers that follow `file` be ahead by this much, at once."""
    with file.open("r+b" if file.exists() else "w+b") as shared:
        shared.write(SECONDS.pack(seconds))


def follow_clock(file: Path) -> None:
    """Let this process and its children read the time from the clock that `file` moves.

    Only the clock of the application jumps; leases end by those of the database and of the
    processor, as on a machine whose time is set.
    """
    with file.open("rb") as shared:
        memory = mmap.mmap(shared.fileno(), SECONDS.size, prot=mmap.PROT_READ)
    now = timezone.now

    def moved() -> datetime:
        return now() + timedelta(seconds=SECONDS.unpack(memory[: SECONDS.size])[0])

    timezone.now = moved


@contextlib.contextmanager
def fork_server(
    url: str, mail_url: str, lease: int, folder: Path, *, clock: Path | None = None
) -> Iterator[ForkServer]:
    environment = {
        **os.environ,
        **({CLOCK: str(clock)} if clock else {}),
        "DJANGO_SETTINGS_MODULE": "mentoring.settings",
        "DEBUG": "1",
        "DATABASE_URL": url,
        "EMAIL_URL": mail_url,
        "OUTBOX_LEASE_SECONDS": str(lease),
        "OUTBOX_EPOCH_FILE": str(folder / "epoch"),
        "LOG_LEVEL": "CRITICAL",
    }
    made = ForkServer(environment)
    try:
        yield made
    finally:
        made.close()
