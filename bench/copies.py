# ruff: noqa: S608  # the SQL is put together from names of our own tables and columns
"""Copying one row many times with SQL, for databases that must be large within minutes."""

from __future__ import annotations

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
    quoted = ", ".join(f'"{name}"' for name in names)
    run(
        f'INSERT INTO "{table}" ({quoted}) SELECT {values}'
        f' FROM "{table}" t, {source} WHERE t."{row._meta.pk.column}" = {row.pk}'  # type: ignore[union-attr]
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
