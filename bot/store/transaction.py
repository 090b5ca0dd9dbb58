"""Writes that belong together: what one transaction wrote is kept as a whole or not at all."""

from collections.abc import Iterable
from itertools import repeat

from sqlalchemy import Connection

from bot.domain.series import TIMEFRAMES, BarColumns, Headline, PointColumns, Release, stamp
from bot.store.schema import bars, headlines, points, releases
from bot.store.upsert import upsert
from bot.store.written import Written

__all__ = ["Transaction"]


class Transaction:
    """Writes on one connection. Writing what is there already changes nothing and is counted as unchanged."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def write_points(self, columns: PointColumns, source: str) -> Written:
        """Another value for the same (`time`, `known`) corrects it; a new `known` is a revision beside the first."""
        rows = zip(repeat(columns.series), columns.time, columns.known, columns.value, repeat(source), strict=False)
        return upsert(self._connection, points, rows, {"series": columns.series})

    def write_bars(self, columns: BarColumns) -> Written:
        """A bar is known when it closes."""
        market = {"venue": columns.venue, "symbol": columns.symbol, "timeframe": columns.timeframe}
        length = round(TIMEFRAMES[columns.timeframe].total_seconds() * 1000)
        rows = zip(
            *map(repeat, market.values()),
            columns.time,
            [start + length for start in columns.time],
            columns.open,
            columns.high,
            columns.low,
            columns.close,
            columns.volume,
            strict=False,
        )
        return upsert(self._connection, bars, rows, market)

    def write_releases(self, found: Iterable[Release]) -> Written:
        """A release is the same when its scheduled time and event are."""
        rows = (
            (
                stamp(r.time),
                r.event,
                r.impact,
                r.forecast,
                r.previous,
                r.actual,
                None if r.actual_known is None else stamp(r.actual_known),
            )
            for r in found
        )
        return upsert(self._connection, releases, rows, {})

    def write_headlines(self, found: Iterable[Headline]) -> Written:
        """A headline is the same when its time, outlet and title are."""
        rows = ((stamp(h.time), h.outlet, h.title, h.url) for h in found)
        return upsert(self._connection, headlines, rows, {})
