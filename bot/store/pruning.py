"""Rows that have served: dropped a series at a time, so that nobody waits long for a lock."""

from datetime import datetime

from sqlalchemy import delete

from bot.domain.series import stamp
from bot.store.database import Store
from bot.store.read import read_names
from bot.store.schema import points

__all__ = ["drop_points"]


def drop_points(store: Store, beginning: str, before: datetime) -> int:
    """Drops rows older than `before` of all series whose name begins so; returns how many. Raises StoreError."""
    with store.reading() as connection:
        names = [name for (name,) in read_names(connection, "points", ("series",)) if name.startswith(beginning)]
    return sum(_drop(store, name, before) for name in names)


def _drop(store: Store, series: str, before: datetime) -> int:
    with store.writing() as connection:
        old = delete(points).where(points.c.series == series, points.c.time < stamp(before))
        return connection.execute(old).rowcount
