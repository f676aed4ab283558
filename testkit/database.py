"""The test database: migrated once per run, copied by each test process. A pytest plugin.

Migrating takes twenty seconds of processor time, copying less than two. The first process that
needs a database makes the template while the others wait for it; the process that started them
drops it. A run in one process migrates its own database. After a test that commits, only tables
that have rows are emptied.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings
from django.core.management.color import Style
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from testkit.chaos import connect


def _record(run: str) -> Path:
    """The file that is locked while the template is made, and is not empty afterwards."""
    return Path(tempfile.gettempdir()) / f"test-template-{run}"


def _name(run: str) -> str:
    """The name of the template, or its path on SQLite."""
    is_file = connection.vendor == "sqlite"
    return str(settings.VAR / f"test-template-{run}.sqlite3") if is_file else f"template_{run}"


def _make(name: str) -> None:
    """Migrate an empty database of this name."""
    test, used = connection.settings_dict["TEST"], connection.settings_dict["NAME"]
    own, test["NAME"] = test["NAME"], name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()  # a database in use cannot be copied
        test["NAME"], connection.settings_dict["NAME"] = own, used


def _copy(name: str) -> None:
    """Let the test database of this process begin as a copy of the template."""
    if connection.vendor != "sqlite":
        connection.settings_dict["TEST"]["TEMPLATE"] = name
        return
    create_empty = connection.creation._create_test_db  # type: ignore[attr-defined]  # has no stub

    def create(*options: bool) -> str:
        made = str(create_empty(*options))
        shutil.copy(name, made)
        return made

    connection.creation._create_test_db = create  # type: ignore[attr-defined]  # has no stub


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest,
    django_db_modify_db_settings: None,
    django_test_environment: None,
    django_db_use_migrations: bool,
    django_db_keepdb: bool,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    """Copy the template of this run, if it has one."""
    run = getattr(request.config, "workerinput", {}).get("testrunuid")
    if not run or not django_db_use_migrations or django_db_keepdb:
        return
    with _record(run).open("a+") as record, django_db_blocker.unblock():
        fcntl.flock(record, fcntl.LOCK_EX)  # until the file is closed
        record.seek(0)
        if not record.read():
            _make(_name(run))
            record.write("made")
    _copy(_name(run))


def sql_to_empty(_style: Style, tables: list[str], **_options: bool) -> list[str]:
    """Return statements that delete the rows of the tables that have some.

    Our foreign keys are checked at the end of the transaction, so the order does not matter.
    TRUNCATE takes a third of a second for all tables, mostly for the files of empty ones.
    """
    names = [connection.ops.quote_name(table) for table in tables]
    one_row_each = " UNION ALL ".join(
        f"(SELECT {number} FROM {name} LIMIT 1)"  # noqa: S608  # our own tables
        for number, name in enumerate(names)
    )
    with connection.cursor() as cursor:
        cursor.execute(one_row_each)
        found = [names[number] for (number,) in cursor.fetchall()]
    return [f"DELETE FROM {name}" for name in found]  # noqa: S608  # our own tables


@pytest.fixture(scope="session", autouse=True)
def _only_tables_with_rows_are_emptied() -> Iterator[None]:
    """Replace the TRUNCATE after a test that commits, on PostgreSQL."""
    tear_down = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # has no stub

    def tear_down_quickly(test: TransactionTestCase) -> None:
        if connection.vendor != "postgresql" or test.reset_sequences:
            tear_down(test)
            return
        with mock.patch.object(connection.ops, "sql_flush", sql_to_empty):
            tear_down(test)

    with mock.patch.object(TransactionTestCase, "_fixture_teardown", tear_down_quickly):
        yield


def pytest_configure(config: pytest.Config) -> None:
    """Name the run before its workers start."""
    if config.getoption("numprocesses", None) and not config.getoption("testrunuid"):
        config.option.testrunuid = uuid.uuid4().hex


def pytest_unconfigure(config: pytest.Config) -> None:
    """Drop the template when the workers have ended."""
    run = config.getoption("testrunuid", None)
    if run is None or hasattr(config, "workerinput") or not _record(run).exists():
        return
    _record(run).unlink()
    if connection.vendor == "sqlite":
        Path(_name(run)).unlink(missing_ok=True)
        return
    with connect(os.environ["DATABASE_URL"]) as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {_name(run)} WITH (FORCE)")
