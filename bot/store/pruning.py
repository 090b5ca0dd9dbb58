"""Rows that have served: dropped a series at a time, so that nobody waits long for a lock."""

from datetime import datetime
from typing import Any

from sqlalchemy import Delete, delete

from bot.domain.series import stamp
from bot.store.database import Store
from bot.store.read import read_names
from bot.store.schema import bars, headlines, points

__all__ = ["drop_bars", "drop_headlines", "drop_points"]


def drop_points(store: Store, beginning: str, before: datetime) -> int:
    """Drops rows older than `before` of all series whose name begins so; returns how many. Raises StoreError."""
    names = [name for (name,) in _names(store, "points", ("series",)) if name.startswith(beginning)]
    old = points.c.time < stamp(before)
    return sum(_run(store, delete(points).where(points.c.series == name, old)) for name in names)


def drop_bars(store: Store, timeframe: str, before: datetime) -> int:
    """Drops bars of that timeframe that began before `before`; returns how many. Raises StoreError."""
    markets = [m for m in _names(store, "bars", ("venue", "symbol", "timeframe")) if m[-1] == timeframe]
    return sum(_run(store, _bars_before(venue, symbol, timeframe, before)) for venue, symbol, _ in markets)


def drop_headlines(store: Store, before: datetime) -> int:
    """Drops headlines published before `before`; returns how many. Raises StoreError."""
    return _run(store, delete(headlines).where(headlines.c.time < stamp(before)))


def _bars_before(venue: str, symbol: str, timeframe: str, before: datetime) -> Delete:
    market = (bars.c.venue == venue, bars.c.symbol == symbol, bars.c.timeframe == timeframe)
    return delete(bars).where(*market, bars.c.time < stamp(before))


def _names(store: Store, table: str, keys: tuple[str, ...]) -> list[tuple[Any, ...]]:
    with store.reading() as connection:
        return read_names(connection, table, keys)


def _run(store: Store, statement: Delete) -> int:
    with store.writing() as connection:
        return connection.execute(statement).rowcount
