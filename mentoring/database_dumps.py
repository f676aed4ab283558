"""Writes the whole database into one file, reads such a file back, and loads it.

A class for each kind of database; `dump_format(connection)` chooses. SQLite uses its online backup,
PostgreSQL the client programs pg_dump, pg_restore and psql.

1. Rows are counted in the snapshot that is dumped, so the counts are those of the dump exactly.
2. `row_counts` reads a dump to its end, so a dump that passes can be loaded.
3. `load` replaces everything in one transaction: it succeeds, or nothing has changed.
4. Sessions are left out: with a stolen dump no one is signed in, and a restored database does not
   open sessions again that were ended since.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

LOCK_SECONDS = 20
SESSION_TABLES = ("django_session", "usersessions_usersession")  # dumped without their rows


class DumpError(Exception):
    """Why a dump cannot be written, read or loaded, in words for the operator."""


class DumpFormat(Protocol):
    """What each kind of database offers. `dump` and `row_counts` return rows by table."""

    file_name: str

    def dump(self, path: Path) -> dict[str, int]: ...
    def row_counts(self, path: Path) -> dict[str, int]: ...
    def load(self, path: Path, *, last_statement: str) -> None: ...


def dump_format(connection: BaseDatabaseWrapper) -> DumpFormat:
    """Return the format for the connection's database. Raises DumpError if there is none."""
    formats: dict[str, Callable[[BaseDatabaseWrapper], DumpFormat]] = {
        "sqlite": SQLiteDump,
        "postgresql": PostgreSQLDump,
    }
    if connection.vendor not in formats:
        raise DumpError(f"There are no backups of {connection.display_name} databases.")
    return formats[connection.vendor](connection)


class SQLiteDump:
    """A copy of the database file."""

    file_name = "database.sqlite3"

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.database = connection.settings_dict["NAME"]

    def dump(self, path: Path) -> dict[str, int]:
        with (
            contextlib.closing(sqlite3.connect(self.database, isolation_level=None)) as source,
            contextlib.closing(sqlite3.connect(path)) as target,
        ):
            source.execute("BEGIN")  # both the counts and the copy read this snapshot
            counts = _sqlite_counts(source)
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # the copy is one file, without a log
            for table in SESSION_TABLES:
                target.execute(f"DELETE FROM {table}")  # noqa: S608  # our own tables
            target.commit()
            target.execute("VACUUM")  # deleted rows would stay in the file
        return counts

    def row_counts(self, path: Path) -> dict[str, int]:
        try:
            with contextlib.closing(sqlite3.connect(path)) as copy:
                problems = [row[0] for row in copy.execute("PRAGMA integrity_check")]
                if problems != ["ok"]:
                    raise DumpError(f"The database file is damaged: {problems[0]}")
                return _sqlite_counts(copy)
        except sqlite3.DatabaseError as error:
            raise DumpError(f"The database file is damaged: {error}") from error

    def load(self, path: Path, *, last_statement: str) -> None:
        end = time.monotonic() + LOCK_SECONDS

        def give_up_when_locked(_status: int, _remaining: int, _total: int) -> None:
            if time.monotonic() > end:
                raise DumpError("The database is in use. Stop every process of the site first.")

        with (
            contextlib.closing(sqlite3.connect(path)) as source,
            contextlib.closing(sqlite3.connect(self.database)) as target,
        ):
            try:
                source.execute(last_statement)
                source.commit()
                source.backup(target, progress=give_up_when_locked)
            except sqlite3.DatabaseError as error:
                raise DumpError(f"The database could not be loaded: {error}") from error


def _sqlite_counts(connection: sqlite3.Connection) -> dict[str, int]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    tables = {name for (name,) in connection.execute(query)} - {*SESSION_TABLES}
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  # our own tables
        for name in sorted(tables)
    }


class PostgreSQLDump:
    """A file of pg_dump in its custom format, of every table in the schema `public`."""

    file_name = "database.dump"

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    def dump(self, path: Path) -> dict[str, int]:
        pg_dump = self._program("pg_dump")
        with self._snapshot() as (cursor, snapshot):
            counts = {}
            for table in sorted({*self._tables(cursor)} - {*SESSION_TABLES}):
                cursor.execute(f'SELECT count(*) FROM public."{table}"')  # noqa: S608  # our own tables
                counts[table] = cursor.fetchone()[0]
            without = [f"--exclude-table-data=public.{table}" for table in SESSION_TABLES]
            where = [f"--snapshot={snapshot}", f"--file={path}"]
            self._run(pg_dump, "--format=custom", *without, *where)
        return counts

    def row_counts(self, path: Path) -> dict[str, int]:
        pg_restore = self._program("pg_restore")
        self._run(pg_restore, "--list", str(path))
        command = [pg_restore, "--data-only", "--file=-", str(path)]
        with (
            tempfile.TemporaryFile() as errors,
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as process,
        ):
            assert process.stdout
            counts = count_copied_rows(process.stdout)
            if process.wait():
                raise DumpError(f"pg_restore cannot read the dump: {_tail(errors)}")
        return counts

    def load(self, path: Path, *, last_statement: str) -> None:
        psql, pg_restore = self._program("psql"), self._program("pg_restore")
        with self.connection.cursor() as cursor:
            tables = self._tables(cursor)
        self.connection.close()  # our own session must not keep locks
        # A session of the site that is in a transaction makes this fail instead of waiting.
        first = f"BEGIN;\nSET lock_timeout = '{LOCK_SECONDS}s';\n"
        first += "".join(f'DROP TABLE IF EXISTS public."{table}" CASCADE;\n' for table in tables)
        last = f"SET search_path = public;\n{last_statement};\nCOMMIT;\n"
        convert = [pg_restore, "--no-owner", "--no-privileges", "--file=-", str(path)]
        execute = [psql, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"]
        with (
            tempfile.TemporaryFile() as errors,
            subprocess.Popen(
                execute,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env=self._environment(),
            ) as process,
        ):
            assert process.stdin
            converted = 1
            with contextlib.suppress(BrokenPipeError):  # psql has ended; its error is in the file
                process.stdin.write(first.encode())
                process.stdin.flush()
                converted = subprocess.run(
                    convert, stdout=process.stdin, stderr=errors, check=False
                ).returncode
                if converted == 0:  # else the connection ends without COMMIT
                    process.stdin.write(last.encode())
            process.communicate()
            if process.returncode or converted:
                raise DumpError(
                    f"The database could not be loaded; nothing has changed: {_tail(errors)}"
                )

    @contextlib.contextmanager
    def _snapshot(self) -> Iterator[tuple[Any, str]]:
        """Open a session of its own whose snapshot pg_dump can use too.

        Yields a cursor in it and the snapshot's name. The cursor is Django's wrapper (untyped).
        """
        session = self.connection.copy()
        try:
            with session.cursor() as cursor:
                cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                for timeout in ("statement_timeout", "idle_in_transaction_session_timeout"):
                    cursor.execute(f"SET LOCAL {timeout} = 0")  # a large dump takes minutes
                cursor.execute("SELECT pg_export_snapshot()")
                yield cursor, cursor.fetchone()[0]
        finally:
            session.close()

    @staticmethod
    def _tables(cursor: Any) -> list[str]:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]

    def _program(self, name: str) -> str:
        """Return the path of a client program that fits the server. Raises DumpError.

        Debian keeps every version in a folder; PG_BINDIR names another one.
        """
        with self.connection.temporary_connection():
            server = self.connection.pg_version // 10000  # type: ignore[attr-defined]  # of PostgreSQL's wrapper
        folders = [settings.PG_BINDIR or f"/usr/lib/postgresql/{server}/bin", None]
        found = next(filter(None, (shutil.which(name, path=folder) for folder in folders)), None)
        if found is None:
            raise DumpError(
                f"{name} was not found. Install the PostgreSQL client, version {server} or newer,"
                " or set PG_BINDIR to its folder."
            )
        said = self._run(found, "--version")
        version = re.search(r"\(PostgreSQL\) (\d+)", said)
        if version and int(version[1]) < server:
            raise DumpError(
                f"{found} has version {version[1]}, the server {server}. Install the PostgreSQL"
                f" client, version {server} or newer, or set PG_BINDIR to its folder."
            )
        return found

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command, env=self._environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise DumpError(f"{Path(command[0]).name} failed: {done.stderr[-1000:].strip()}")
        return done.stdout

    def _environment(self) -> dict[str, str]:
        """Return the variables by which libpq connects; a password on a command line is public."""
        own = self.connection.settings_dict
        names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
        names["NAME"] = "PGDATABASE"
        options = {f"PG{name.upper()}": own["OPTIONS"].get(name) for name in SSL_OPTIONS}
        variables = {variable: own[name] for name, variable in names.items()} | options
        return {**os.environ, **{name: str(value) for name, value in variables.items() if value}}


SSL_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey")  # of DATABASE_URL's query


def count_copied_rows(lines: Iterable[bytes]) -> dict[str, int]:
    """Count rows by table in a plain dump: each is one line between COPY and a line with \\."""
    counts: dict[str, int] = {}
    table = None
    for line in lines:
        if table is None:
            if match := re.match(rb'COPY public\."?([^" ]+)"? \(', line):
                table = match[1].decode()
                counts[table] = 0
        elif line == b"\\.\n":
            table = None
        else:
            counts[table] += 1
    return counts


def _tail(file: IO[bytes]) -> str:
    file.seek(0)
    return str(file.read()[-1000:].decode(errors="replace").strip())
