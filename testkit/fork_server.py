"""Processes that send e-mails and are killed at random, forked from one that has loaded Django."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

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
        self.process.wait(20)
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


@contextlib.contextmanager
def fork_server(url: str, mail_url: str, lease: int, folder: Path) -> Iterator[ForkServer]:
    environment = {
        **os.environ,
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
