"""Rows as columns. The driver's own cursor is read straight into arrays: a recap waits for this."""

from array import array
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.domain.series import BarColumns, Headline, PointColumns, Release, moment, stamp
from bot.store.upsert import sql
from bot.store.written import Coverage

__all__ = [
    "read_bars",
    "read_coverage",
    "read_headlines",
    "read_market",
    "read_names",
    "read_points",
    "read_publisher",
    "read_releases",
    "read_series",
]

_POINTS = "SELECT time, known, value FROM points WHERE series = ? AND time >= ? AND known <= ? ORDER BY time, known"
_NEWEST = "SELECT source FROM points WHERE series = ? AND known <= ? ORDER BY time DESC, known DESC LIMIT 1"
_BARS = (
    "SELECT time, open, high, low, close, volume FROM bars "
    "WHERE venue = ? AND symbol = ? AND timeframe = ? AND time >= ? AND known <= ? ORDER BY time"
)
_RELEASES = (
    "SELECT time, event, impact, forecast, previous, actual, actual_known FROM releases "
    "WHERE time BETWEEN ? AND ? AND (? IN ('', impact)) ORDER BY time, event"
)
_HEADLINES = "SELECT time, outlet, title, url FROM headlines WHERE time BETWEEN ? AND ? ORDER BY time, outlet, title"
_COVERAGE = (
    "SELECT series, min(time), max(time), count(*) FROM points GROUP BY series",
    (
        "SELECT venue || '.' || symbol || '.' || timeframe, min(time), max(known), count(*) "
        "FROM bars GROUP BY venue, symbol, timeframe"
    ),
    "SELECT 'releases', min(time), max(time), count(*) FROM releases HAVING count(*) > 0",
    "SELECT 'headlines', min(time), max(time), count(*) FROM headlines HAVING count(*) > 0",
)


def read_points(
    connection: Connection, since: datetime, until: datetime, beginnings: tuple[str, ...] = ("",)
) -> list[PointColumns]:
    """Every series whose name begins so, with rows of `time >= since` and `known <= until`."""
    with _cursor(connection) as cursor:
        names = [name for (name,) in _names(connection, cursor, "points", ("series",)) if name.startswith(beginnings)]
        found = (_series(connection, cursor, name, since, until) for name in names)
        return [columns for columns in found if columns is not None]


def read_series(connection: Connection, series: str, since: datetime, until: datetime) -> PointColumns | None:
    """One series, None without such rows."""
    with _cursor(connection) as cursor:
        return _series(connection, cursor, series, since, until)


def _series(connection: Connection, cursor: Any, series: str, since: datetime, until: datetime) -> PointColumns | None:
    rows = cursor.execute(sql(connection, _POINTS), (series, stamp(since), stamp(until))).fetchall()
    if not rows:
        return None
    time, known, value = zip(*rows, strict=True)
    return PointColumns(series, array("q", time), array("q", known), array("d", value))


def read_publisher(connection: Connection, series: str, until: datetime) -> str | None:
    """Who published the series' newest row known by then."""
    with _cursor(connection) as cursor:
        row = cursor.execute(sql(connection, _NEWEST), (series, stamp(until))).fetchone()
    return row[0] if row else None


def read_bars(connection: Connection, since: datetime, until: datetime) -> list[BarColumns]:
    """Every market with bars of `time >= since` that had closed at `until`."""
    with _cursor(connection) as cursor:
        markets = list(_names(connection, cursor, "bars", ("venue", "symbol", "timeframe")))
        found = (_market(connection, cursor, market, since, until) for market in markets)
        return [columns for columns in found if columns is not None]


def read_market(connection: Connection, market: tuple[str, ...], since: datetime, until: datetime) -> BarColumns | None:
    """One market's (venue, symbol and timeframe), None without such bars."""
    with _cursor(connection) as cursor:
        return _market(connection, cursor, market, since, until)


def _market(
    connection: Connection, cursor: Any, market: tuple[str, ...], since: datetime, until: datetime
) -> BarColumns | None:
    rows = cursor.execute(sql(connection, _BARS), (*market, stamp(since), stamp(until))).fetchall()
    if not rows:
        return None
    time, *prices = zip(*rows, strict=True)
    return _bar_columns(market, array("q", time), [array("d", column) for column in prices])


def read_releases(connection: Connection, since: datetime, until: datetime, impact: str = "") -> list[Release]:
    """Releases scheduled from `since` to `until`, whatever has been published since; of all impacts or of one."""
    with _cursor(connection) as cursor:
        rows = cursor.execute(sql(connection, _RELEASES), (stamp(since), stamp(until), impact)).fetchall()
    return [_release(row) for row in rows]


def read_headlines(connection: Connection, since: datetime, until: datetime) -> list[Headline]:
    """Headlines published from `since` to `until`."""
    with _cursor(connection) as cursor:
        rows = cursor.execute(sql(connection, _HEADLINES), (stamp(since), stamp(until))).fetchall()
    return [Headline(moment(time), outlet, title, url) for time, outlet, title, url in rows]


def read_coverage(connection: Connection) -> list[Coverage]:
    """What is stored, by name."""
    with _cursor(connection) as cursor:
        rows = [row for statement in _COVERAGE for row in cursor.execute(statement).fetchall()]
    return sorted((Coverage(name, moment(a), moment(z), n) for name, a, z, n in rows), key=lambda c: c.name)


def read_names(connection: Connection, table: str, keys: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """The different values of a table's leading key columns."""
    with _cursor(connection) as cursor:
        return list(_names(connection, cursor, table, keys))


def _cursor(connection: Connection) -> "closing[Any]":
    if connection.dialect.name == "sqlite":
        return closing(connection.connection.cursor())
    # Numbers arrive as text otherwise, to be parsed one by one.
    return closing(connection.connection.cursor(binary=True))


def _bar_columns(market: tuple[str, ...], time: "array[int]", prices: list["array[float]"]) -> BarColumns:
    venue, symbol, timeframe = market
    opens, highs, lows, closes, volumes = prices
    return BarColumns(venue, symbol, timeframe, time, opens, highs, lows, closes, volumes)


def _release(row: tuple[Any, ...]) -> Release:
    time, event, impact, forecast, previous, actual, known = row
    visible = None if known is None else moment(known)
    return Release(moment(time), event, impact, forecast, previous, actual, visible)


def _names(connection: Connection, cursor: Any, table: str, keys: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The values of the leading key columns, found by leaps along the key: `DISTINCT` would read every row."""
    columns, marks = ", ".join(keys), ", ".join("?" * len(keys))
    leap = f"SELECT {columns} FROM {table} WHERE ({columns}) > ({marks}) ORDER BY {columns} LIMIT 1"  # noqa: S608
    name = ("",) * len(keys)
    while row := cursor.execute(sql(connection, leap), name).fetchone():
        name = tuple(row)
        yield name
