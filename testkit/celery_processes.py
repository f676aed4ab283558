"""A Celery worker and its beat, as a supervisor runs them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from testkit.fork_server import ROOT

CELERY = (sys.executable, "-m", "celery", "-q", "-A", "mentoring")
COMMANDS = {
    "worker": ("worker", "--concurrency=2", "--without-gossip", "--without-mingle"),
    "beat": ("beat", "--pidfile="),
}


class Supervised:
    """Processes that are started again when they end."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.environment = {**os.environ, "DEBUG": "1", **environment}
        self.folder = folder
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> subprocess.Popen[bytes]:
        with self.log_of(name).open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [*CELERY, *COMMANDS[name]],
                env=self.environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self.processes[name]

    def log_of(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def replace_ended(self) -> int:
        """Start those again that have ended; return how many."""
        ended = [name for name, process in self.processes.items() if process.poll() is not None]
        for name in ended:
            self.start(name)
        return len(ended)

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def supervised(
    *names: str, url: str, broker: str, folder: Path, **environment: str
) -> Iterator[Supervised]:
    """Run the processes called `names` ("worker", "beat") on this database and broker."""
    running = Supervised(
        {
            "DATABASE_URL": url,
            "CELERY_BROKER_URL": broker,
            "OUTBOX_EPOCH_FILE": str(folder / "epoch"),
            **environment,
        },
        folder,
    )
    try:
        for name in names:
            running.start(name)
        yield running
    finally:
        running.stop()
