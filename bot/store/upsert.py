"""Many rows written at once, so that writing them again changes nothing."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table

from bot.store.written import Written

__all__ = ["sql", "upsert"]

Row = tuple[Any, ...]
_KINDS = {str: "text", int: "bigint", float: "double precision"}


def sql(connection: Connection, statement: str) -> str:
    """The statement with the driver's own marks in place of `?`."""
    return statement if connection.dialect.name == "sqlite" else statement.replace("?", "%s")


def upsert(connection: Connection, table: Table, rows: Iterable[Row], shared: Mapping[str, str]) -> Written:
    """Writes `rows`, each with a value a column; of rows with the same key the last one counts.

    `shared` names the leading key columns in which all rows are alike.
    """
    width = len(table.primary_key)
    fresh = list({row[:width]: row for row in rows}.values())
    if not fresh:
        return Written()
    times = [row[table.columns.keys().index("time")] for row in fresh]
    span = (*shared.values(), min(times), max(times))
    count = sql(connection, _count(table, tuple(shared)))
    with closing(connection.connection.cursor()) as cursor:
        before = cursor.execute(count, span).fetchone()[0]
        touched = _write(cursor, table, fresh, connection.dialect.name)
        added = cursor.execute(count, span).fetchone()[0] - before
    return Written(added, touched - added, len(fresh) - touched)


def _write(cursor: Any, table: Table, rows: list[Row], dialect: str) -> int:
    if dialect == "sqlite":
        cursor.executemany(_sqlite(table), rows)
    else:
        cursor.execute(_postgres(table), [list(column) for column in zip(*rows, strict=True)])
    return int(cursor.rowcount)


def _count(table: Table, shared: tuple[str, ...]) -> str:
    where = " AND ".join([*(f"{name} = ?" for name in shared), "time BETWEEN ? AND ?"])
    return f"SELECT count(*) FROM {table.name} WHERE {where}"  # noqa: S608 - names of our own tables


@cache
def _sqlite(table: Table) -> str:
    marks = ", ".join("?" * len(table.columns))
    return _insert(table, f"VALUES ({marks})", "IS NOT")


@cache
def _postgres(table: Table) -> str:
    """One array a column: a single statement carries any number of rows."""
    arrays = ", ".join(f"%s::{_KINDS[column.type.python_type]}[]" for column in table.columns)
    return _insert(table, f"SELECT * FROM unnest({arrays})", "IS DISTINCT FROM")  # noqa: S608


def _insert(table: Table, rows: str, differs: str) -> str:
    names = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key]
    # The same number from another source is no correction, so a source alone doesn't make a row differ.
    content = [name for name in names if name not in {*keys, "source"}]
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) {rows} "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
        + " WHERE "
        + " OR ".join(f"{table.name}.{name} {differs} excluded.{name}" for name in content)
    )
