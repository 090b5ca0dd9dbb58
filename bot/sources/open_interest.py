"""How much is open in an exchange's perpetuals: every hour, in coins and in USD, each position counted once."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.domain.series import TIMEFRAMES, moment, stamp
from bot.sources.bars import read_bars
from bot.sources.normalise import Held, open_interest
from bot.sources.venue_exchange import Desk
from bot.sources.venue_source import Found, Pages, VenueSource, series_points

__all__ = ["OpenInterest"]

HOUR = TIMEFRAMES["1h"]
_PAGES: Mapping[str, tuple[Pages, int]] = {
    "binance": (Pages(timedelta(hours=500), timedelta(days=29)), 500),
    "bybit": (Pages(timedelta(hours=200)), 200),
    "okx": (Pages(timedelta(hours=99)), 100),
    "gate": (Pages(timedelta(hours=99)), 100),
}
"""Venues with a history; the others tell how it stands now."""


class OpenInterest(VenueSource):
    """`open_interest.{coins,usd}.<venue>.<asset>`; Gate and Hyperliquid may count both sides: their change is sound."""

    fresh = timedelta(hours=3)

    def __init__(self, desk: Desk, assets: Iterable[str]) -> None:
        super().__init__("open_interest", desk, assets)

    async def _of(self, asset: str, symbol: str, since: datetime, now: datetime) -> Found:
        venue = self._desk.venue
        rows = await self._history(symbol, since, now) if venue.name in _PAGES else await self._now(symbol, now)
        coins_per_contract = self._desk.coins_per_contract(symbol) if venue.name == "gate" else 1.0
        with self._desk.answering():
            held = [row for time, row in open_interest(venue.name, rows, coins_per_contract) if time <= stamp(now)]
        priced = await self._priced(asset, held, now)
        with self._desk.answering():
            coins, usd = (
                series_points(
                    f"open_interest.{unit}.{venue.name}.{asset.lower()}",
                    venue.publisher,
                    [(row[0], value) for row in priced if (value := row[column]) is not None],
                    since,
                )
                for unit, column in (("coins", 1), ("usd", 2))
            )
        self._check_fresh(asset, held[-1][0] if held else None, since, now)
        return (coins, usd), ()

    async def _history(self, symbol: str, since: datetime, now: datetime) -> list[Any]:
        pages, limit = _PAGES[self._desk.venue.name]
        rows: list[Any] = []
        with self._desk.answering():
            for start, end in pages.split(since, now):
                asked = {} if self._desk.venue.name == "gate" else {"until": stamp(end)}
                rows += await self._desk.exchange.fetch_open_interest_history(symbol, "1h", stamp(start), limit, asked)
        return rows

    async def _now(self, symbol: str, now: datetime) -> list[Any]:
        """How it stands; a venue that doesn't say when, or answers with a moment after the question, means now."""
        with self._desk.answering():
            row = dict(await self._desk.exchange.fetch_open_interest(symbol))
            return [row | {"timestamp": min(row["timestamp"] or stamp(now), stamp(now))}]

    async def _priced(self, asset: str, held: list[Held], now: datetime) -> list[Held]:
        """With USD where the venue tells coins alone: at the close of the hour that ended then."""
        if not held or all(usd is not None for _, _, usd in held):
            return held
        first = moment(min(time for time, _, _ in held))
        bars = await read_bars(self._desk, asset, "1h", first - HOUR, now)
        closes = {
            time + HOUR // timedelta(milliseconds=1): price for time, price in zip(bars.time, bars.close, strict=True)
        }
        return [
            (time, coins, coins * closes[time] if usd is None and coins is not None and time in closes else usd)
            for time, coins, usd in held
        ]
