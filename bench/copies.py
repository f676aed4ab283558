# ruff: noqa: S608  # the SQL is put together from names of our own tables and columns
"""Copying one row many times with SQL, for databases that must be large within minutes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, models

FIRST = 1_000_000  # the ids of copies begin here


def copy(row: models.Model, source: str, **columns: str) -> None:
    """Insert a copy of `row` for each line of `source`, a FROM list or query.

    `columns` gives SQL for the columns that differ; `t` is the row. A column named `public_id`
    is new in every copy.
    """
    table = row._meta.db_table
    names = [str(field.column) for field in row._meta.concrete_fields]
    unknown = set(columns) - set(names)
    if unknown:
        raise LookupError(f"{table} has no column {unknown}")
    if "public_id" in names:
        columns.setdefault("public_id", "left(md5(random()::text || random()::text), 22)")
    values = ", ".join(columns.get(name, f't."{name}"') for name in names)
    key = f"'{row.pk}'" if isinstance(row.pk, str) else row.pk
    quoted = ", ".join(f'"{name}"' for name in names)
    run(
        f'INSERT INTO "{table}" ({quoted}) SELECT {values}'
        f' FROM "{table}" t, {source} WHERE t."{row._meta.pk.column}" = {key}'  # type: ignore[union-attr]  # models have a key
    )


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        if sql.startswith("CREATE TEMPORARY TABLE"):
            cursor.execute(f"ANALYZE {sql.split()[3]}")


def series(count: int, name: str = "k") -> str:
    return f"generate_series(1, {count}) {name}"


def set_sequences() -> None:
    """Let every table's next id follow its highest one."""
    for model in apps.get_models():
        table, key = model._meta.db_table, model._meta.pk
        if isinstance(key, models.AutoField) and not model._meta.proxy:
            run(
                f"SELECT setval(pg_get_serial_sequence('\"{table}\"', '{key.column}'),"
                f' 1 + (SELECT COALESCE(max("{key.column}"), 0) FROM "{table}"))'
            )


@contextmanager
def filling() -> Iterator[None]:
    """Insert without checking foreign keys, and without indexes that are not unique.

    They are made again at the end, which takes a fraction of the time that keeping them takes.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " JOIN pg_class ON pg_class.oid = indexrelid"
            " WHERE NOT indisunique AND relnamespace = 'public'::regnamespace"
        )
        indexes = cursor.fetchall()
    for name, _definition in indexes:
        run(f"DROP INDEX {name}")
    run("SET session_replication_role = replica")
    yield
    run("SET session_replication_role = DEFAULT")
    run("SET maintenance_work_mem = '512MB'")
    for _name, definition in indexes:
        run(definition)
    run("RESET maintenance_work_mem")
