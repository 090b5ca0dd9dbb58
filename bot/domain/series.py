"""Recorded market data in columns, as it travels between archive, store and snapshot.

Times are milliseconds since 1970-01-01 UTC. `time` is when a thing happened (a session's close, a settlement, the
end of a period; for a bar its start), `known` when anyone could know it. Columns of one value are equally long and
sorted by (`time`, `known`); several rows with one `time` are revisions.
"""

from array import array
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

__all__ = ["TIMEFRAMES", "BarColumns", "Headline", "PointColumns", "Release", "moment", "stamp"]

TIMEFRAMES = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def stamp(when: datetime) -> int:
    """Milliseconds since 1970 of an aware time."""
    return (when - _EPOCH) // _MILLISECOND


def moment(milliseconds: int) -> datetime:
    """The UTC time of a stamp."""
    return _EPOCH + milliseconds * _MILLISECOND


@dataclass(frozen=True, slots=True)
class PointColumns:
    """One series of numbers, such as `etf.net_flow.btc`; the unit belongs to the series' name."""

    series: str
    time: "array[int]"
    known: "array[int]"
    value: "array[float]"

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True, slots=True)
class BarColumns:
    """One market's bars: prices in quote currency, volume in base coins; a bar is known when it closes."""

    venue: str
    symbol: str
    timeframe: str
    time: "array[int]"
    open: "array[float]"
    high: "array[float]"
    low: "array[float]"
    close: "array[float]"
    volume: "array[float]"

    def __len__(self) -> int:
        return len(self.time)

    @property
    def name(self) -> str:
        return f"{self.venue}.{self.symbol}.{self.timeframe}"


@dataclass(frozen=True, slots=True)
class Release:
    """A scheduled economic release; `actual` is the first print and visible from `actual_known` on.

    `forecast`, `previous` and `actual` keep the text of the calendar with its unit, empty where there is none.
    """

    time: datetime
    event: str
    impact: str
    forecast: str
    previous: str
    actual: str
    actual_known: datetime | None


@dataclass(frozen=True, slots=True)
class Headline:
    """A published title; `time` is its publication."""

    time: datetime
    outlet: str
    title: str
    url: str
