"""Liquidations by the hour from Coinalyze, for those who have its free key: the past that no stream can give.

Its addresses answer no one without a key. Times are in seconds, amounts in USD where that is asked for.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from bot.domain.series import moment, stamp
from bot.sources.batch import Batch
from bot.sources.hosts import Pace
from bot.sources.http import Client
from bot.sources.liquidations_rollup import HOUR_MS
from bot.sources.liquidations_rows import Rows, published_by
from bot.sources.payload import reading

__all__ = ["Coinalyze", "hourly_sums", "markets_of"]

_API, _HOST = "https://api.coinalyze.net/v1", "api.coinalyze.net"
_VENUES = {"binance": "binance", "bybit": "bybit", "okx": "okx"}
REACH = timedelta(hours=1500)
"""Hours it keeps at least."""

_MOST_SYMBOLS = 20
PACE = Pace(2, timedelta(minutes=1), burst=3)
"""Forty symbols a minute, and twenty in a question."""

Sums = Mapping[str, Mapping[int, tuple[float, float]]]
"""By symbol: USD of longs and of shorts by the end of each hour, in milliseconds."""


def markets_of(exchanges: Any, markets: Any, assets: Iterable[str]) -> dict[tuple[str, str], str]:
    """Coinalyze's symbols of the Tether-margined perpetuals, by venue and asset; raises for another shape."""
    codes = {row["code"]: _VENUES[name] for row in exchanges if (name := row["name"].lower()) in _VENUES}
    wanted = set(assets)
    return {
        (codes[row["exchange"]], row["base_asset"]): row["symbol"]
        for row in markets
        if row["exchange"] in codes
        and row["base_asset"] in wanted
        and row["quote_asset"] == "USDT"
        and row["is_perpetual"]
    }


def hourly_sums(payload: Any, now: datetime) -> Sums:
    """What a history says of the hours that are over; raises ValueError for an amount that can't be."""
    found = {row["symbol"]: {_end(hour): _sides(hour) for hour in row["history"]} for row in payload}
    return {
        symbol: {end: sides for end, sides in hours.items() if moment(end) <= now} for symbol, hours in found.items()
    }


def _end(hour: Mapping[str, Any]) -> int:
    start = int(hour["t"])
    if start % 3600 or start > 1e11:
        raise ValueError(f"{start} is no full hour in seconds")
    return 1000 * start + HOUR_MS


def _sides(hour: Mapping[str, Any]) -> tuple[float, float]:
    longs, shorts = float(hour["l"]), float(hour["s"])
    if not (isfinite(longs) and isfinite(shorts) and longs >= 0 and shorts >= 0):
        raise ValueError(f"{longs} and {shorts} USD are no liquidations")
    return longs, shorts


class Coinalyze:
    """`liquidations.hour.{long,short,seconds}.<venue>` of the venues it names as we do; a key is needed."""

    name, pace = "coinalyze.liquidations", timedelta(hours=1)

    def __init__(self, client: Client, key: str, assets: Iterable[str]) -> None:
        self._client, self._key, self._assets = client, key, tuple(assets)
        self._markets: dict[tuple[str, str], str] = {}

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The hours that ended after `since`, 1,500 back at most; raises SourceFault."""
        markets = await self._symbols()
        start = max(since, now - REACH)
        symbols = sorted(markets.values())
        sums: dict[str, Mapping[int, tuple[float, float]]] = {}
        for first in range(0, len(symbols), _MOST_SYMBOLS):
            sums |= await self._history(symbols[first : first + _MOST_SYMBOLS], start, now)
        return Batch(points=_rows(markets, sums, self._assets, start, now).points())

    async def _symbols(self) -> Mapping[tuple[str, str], str]:
        if not self._markets:
            exchanges, markets = await self._ask("exchanges", {}), await self._ask("future-markets", {})
            with reading(_HOST):
                self._markets = markets_of(exchanges, markets, self._assets)
        return self._markets

    async def _history(self, symbols: Sequence[str], start: datetime, now: datetime) -> Sums:
        asked = {"symbols": ",".join(symbols), "interval": "1hour", "convert_to_usd": "true"}
        span = {"from": str(stamp(start) // 1000), "to": str(stamp(now) // 1000)}
        payload = await self._ask("liquidation-history", asked | span, PACE)
        with reading(_HOST):
            return hourly_sums(payload, now)

    async def _ask(self, what: str, params: Mapping[str, str], pace: Pace | None = None) -> Any:
        return await self._client.json(f"{_API}/{what}", params=params, headers={"api_key": self._key}, pace=pace)


def _rows(
    markets: Mapping[tuple[str, str], str], sums: Sums, assets: Sequence[str], since: datetime, now: datetime
) -> Rows:
    """An hour without a closure is absent there and zero here, as long as the venue has a row of any hour."""
    rows = Rows()
    first, last = -(-stamp(since) // HOUR_MS) + 1, stamp(now) // HOUR_MS
    for venue in dict.fromkeys(venue for venue, _ in markets):
        told = {asset: sums.get(symbol, {}) for (v, asset), symbol in markets.items() if v == venue}
        oldest = min((min(hours) for hours in told.values() if hours), default=None)
        if oldest is None or set(told) < set(assets):
            continue
        publisher = f"{published_by([venue])} by Coinalyze"
        for end in range(max(first * HOUR_MS, oldest), last * HOUR_MS + 1, HOUR_MS):
            rows.add(f"liquidations.hour.seconds.{venue}", publisher, end, stamp(now), HOUR_MS / 1000)
            sides = {asset: hours.get(end, (0.0, 0.0)) for asset, hours in told.items()}
            rows.add_sides(f"liquidations.hour.{{side}}.{venue}.{{asset}}", publisher, end, stamp(now), sides)
    return rows
