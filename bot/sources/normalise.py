"""What venues answer, in the catalogue's units. Pure: rows as ccxt gives them in, rows of plain numbers out.

Every function raises ValueError, TypeError or LookupError for a row that isn't what was agreed on, so that a renamed
field, a text in a number's place or half a row ends in a fault and never in a wrong number.
"""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from bot.domain.series import TIMEFRAMES, BarColumns, stamp
from bot.sources.payload import number

__all__ = [
    "QUOTED",
    "Held",
    "Rate",
    "Row",
    "bar_columns",
    "deribit_rates",
    "funding_rates",
    "last_price",
    "once",
    "open_interest",
    "ratios",
    "running_rate",
    "shares",
    "taker_sides",
    "whole",
]

Row = Mapping[str, Any]
Rate = tuple[int, float]
"""Milliseconds, and a number."""

Held = tuple[int, float | None, float | None]
"""Open interest: milliseconds, coins, USD; None for what the venue doesn't tell."""

_BAR_FIELDS = 6
HOUR_MS, MINUTE_MS = 3_600_000, 60_000
INTERVALS = (1, 2, 4, 8)
"""Hours between two payments of funding, at any venue."""

QUOTED = 8
"""Hours a rate is quoted for."""


def whole(value: Any) -> int:
    """Milliseconds since 1970; raises for anything that can't be a time of this century."""
    found = number(value)
    if found != int(found) or not 1e12 <= found <= 4.2e12:
        raise ValueError(f"{value!r} is no time in milliseconds")
    return int(found)


def once(rows: Iterable[tuple[int, Any]]) -> list[tuple[int, Any]]:
    """Sorted by time, the same row once; raises ValueError for two different rows of one time."""
    found: dict[int, Any] = {}
    for time, told in rows:
        if found.setdefault(time, told) != told:
            raise ValueError(f"two different rows of the time {time}")
    return sorted(found.items())


def bar_columns(
    venue: str, symbol: str, timeframe: str, rows: Iterable[Sequence[Any]], now: datetime, *, coins: float = 1.0
) -> BarColumns:
    """The bars that have closed by `now`, sorted; `coins` is how much of the asset a unit of volume stands for."""
    step = TIMEFRAMES[timeframe] // timedelta(milliseconds=1)
    read = (_bar(row, step) for row in rows)
    closed = once((time, told) for time, told in read if time + step <= stamp(now))
    columns = list(zip(*(told for _, told in closed), strict=True)) if closed else [()] * 5
    opens, highs, lows, closes = (array("d", column) for column in columns[:4])
    volume = array("d", (coins * amount for amount in columns[4]))
    times = array("q", (time for time, _ in closed))
    return BarColumns(venue, symbol, timeframe, times, opens, highs, lows, closes, volume)


def _bar(row: Sequence[Any], step: int) -> tuple[int, tuple[float, ...]]:
    if len(row) != _BAR_FIELDS:
        raise ValueError(f"a bar of {len(row)} fields")
    time, (opened, high, low, close, volume) = whole(row[0]), map(number, row[1:])
    if time % step:
        raise ValueError(f"a bar that starts at {time}, off its grid")
    if not (0 < low <= min(opened, close) <= max(opened, close) <= high) or volume < 0:
        raise ValueError(f"a bar that can't be: {opened}, {high}, {low}, {close}, {volume}")
    return time, (opened, high, low, close, volume)


def funding_rates(rows: Iterable[Row]) -> list[Rate]:
    """Rates per 8 hours by their payment. A rate is for the time since the payment before: the first row only dates.

    Venues change a market's interval from one payment to the next, so it is read off the rows themselves; a rate
    after a gap that is no interval is left out.
    """
    paid = once((_minute(whole(row["timestamp"])), number(row["fundingRate"])) for row in rows)
    gaps = (((time - before) / HOUR_MS, time, rate) for (before, _), (time, rate) in pairwise(paid))
    return [(time, rate * QUOTED / hours) for hours, time, rate in gaps if hours in INTERVALS]


def deribit_rates(rows: Iterable[Row]) -> list[Rate]:
    """Rates per 8 hours, of every hour: the rate of the hour itself, as each row's own is one of the 8 hours before."""
    hourly = ((whole(row["timestamp"]), number(row["info"]["interest_1h"])) for row in rows)
    return [(time, rate * QUOTED) for time, rate in once(hourly)]


def last_price(row: Row, now: datetime) -> Rate:
    """A ticker's last trade and its time; a venue that gives no time, or one ahead of `now`, means now.

    Hyperliquid gives the middle of its book instead.
    """
    time, last = row["timestamp"], row["last"]
    price = row["info"]["midPx"] if last is None else last
    return min(stamp(now) if time is None else whole(time), stamp(now)), _amount(price)


def running_rate(row: Row, hours: int | None = None) -> float:
    """The rate that builds up for the next payment, per 8 hours; `hours` pass between payments where no row tells."""
    told = row["interval"]
    interval = hours if hours is not None else int(told.removesuffix("h"))
    if interval not in INTERVALS:
        raise ValueError(f"a payment every {interval} hours")
    return number(row["fundingRate"]) * QUOTED / interval


def _minute(time: int) -> int:
    """Venues pay some milliseconds late."""
    return time - time % MINUTE_MS


def open_interest(venue: str, rows: Iterable[Row], coins_per_contract: float) -> list[tuple[int, Held]]:
    """Coins and USD by time, each position counted once; raises KeyError for a venue not listed in the module."""
    read = _OPEN_INTEREST[venue]
    found = ((whole(row["timestamp"]), read(row, coins_per_contract)) for row in rows)
    return [(time, (time, *held)) for time, held in once(found)]


def _binance(row: Row, _: float) -> tuple[float, float]:
    return _amount(row["openInterestAmount"]), _amount(row["openInterestValue"])


def _bybit(row: Row, _: float) -> tuple[float, None]:
    """Its plain figure adds the longs and the shorts."""
    info = row["info"]
    if "singleOpenInterest" in info:
        return _amount(info["singleOpenInterest"]), None
    return _amount(info["openInterest"]) / 2, None


def _okx(row: Row, _: float) -> tuple[float, float]:
    """Its amount is in contracts; the coins stand beside it."""
    return _amount(row["baseVolume"]), _amount(row["openInterestValue"])


def _gate(row: Row, coins_per_contract: float) -> tuple[float, float]:
    return _amount(row["openInterestAmount"]) * coins_per_contract, _amount(row["openInterestValue"])


def _deribit(row: Row, _: float) -> tuple[float, float]:
    usd = _amount(row["openInterestValue"])
    return usd / _amount(row["info"]["mark_price"]), usd


def _hyperliquid(row: Row, _: float) -> tuple[float, float]:
    coins = _amount(row["openInterestAmount"])
    return coins, coins * _amount(row["info"]["markPx"])


_OPEN_INTEREST: Mapping[str, Callable[[Row, float], tuple[float, float | None]]] = {
    "binance": _binance,
    "bybit": _bybit,
    "okx": _okx,
    "gate": _gate,
    "deribit": _deribit,
    "hyperliquid": _hyperliquid,
}


def _amount(value: Any) -> float:
    found = number(value)
    if not found > 0:
        raise ValueError(f"{value!r} is no amount")
    return found


_SIDES = (("longAccount", "shortAccount"), ("buyRatio", "sellRatio"), ("longAccountRatio", "shortAccountRatio"))


def shares(info: Any) -> tuple[float, float] | None:
    """The two sides as the venue itself tells them, None where it tells their ratio alone."""
    for long, short in _SIDES:
        if isinstance(info, Mapping) and long in info:
            return _amount(info[long]), _amount(info[short])
    return None


def ratios(rows: Iterable[Row]) -> list[Rate]:
    """Long over short; from the two sides where they are told, as some ready ratios are of something else."""
    return once((whole(row["timestamp"]), _ratio(row)) for row in rows)


def _ratio(row: Row) -> float:
    sides = shares(row.get("info"))
    return _amount(row["longShortRatio"]) if sides is None else sides[0] / sides[1]


def taker_sides(rows: Iterable[Sequence[Any]], step: timedelta, now: datetime) -> list[tuple[int, tuple[float, float]]]:
    """USD bought and sold by takers, by the end of each of Binance's bars that has closed."""
    length = step // timedelta(milliseconds=1)
    found = once((whole(row[0]) + length, (number(row[7]), number(row[10]))) for row in rows)
    if any(not 0 <= bought <= traded for _, (traded, bought) in found):
        raise ValueError("takers bought more than was traded")
    return [(end, (bought, traded - bought)) for end, (traded, bought) in found if end <= stamp(now)]
