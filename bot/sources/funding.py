"""What longs pay shorts, at every payment, as a fraction per 8 hours."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.domain.series import stamp
from bot.sources.batch import Batch
from bot.sources.normalise import QUOTED, deribit_rates, funding_rates, running_rate
from bot.sources.venue_exchange import Desk
from bot.sources.venue_source import Found, Pages, VenueSource, series_points

__all__ = ["Funding", "RunningFunding"]

LONGEST_INTERVAL = timedelta(hours=8)
_PAGES: Mapping[str, tuple[Pages, int]] = {
    "binance": (Pages(timedelta(days=40)), 1000),
    "bybit": (Pages(timedelta(days=8)), 200),
    "okx": (Pages(timedelta(days=4), timedelta(days=90)), 100),
    "gate": (Pages(timedelta(days=40)), 1000),
    "deribit": (Pages(timedelta(days=30)), 744),
    "hyperliquid": (Pages(timedelta(days=20)), 500),
}
"""So long that hourly payments fit in, by venue."""


class Funding(VenueSource):
    """`funding.rate_8h.<venue>.<asset>`, dated and known when it is paid."""

    pace = timedelta(minutes=10)
    fresh = LONGEST_INTERVAL + timedelta(hours=2)

    def __init__(self, desk: Desk, assets: Iterable[str]) -> None:
        super().__init__("funding", desk, assets)

    async def _of(self, asset: str, symbol: str, since: datetime, now: datetime) -> Found:
        venue = self._desk.venue
        # From before the first one wanted: only the payment before tells how long a rate is for.
        rows = await self._rows(symbol, since - LONGEST_INTERVAL - timedelta(minutes=1), now)
        with self._desk.answering():
            rates = deribit_rates(rows) if venue.name == "deribit" else funding_rates(rows)
            paid = [(time, rate) for time, rate in rates if time <= stamp(now)]
            found = series_points(f"funding.rate_8h.{venue.name}.{asset.lower()}", venue.publisher, paid, since)
        self._check_fresh(asset, max((time for time, _ in paid), default=None), since, now)
        return (found,), ()

    async def _rows(self, symbol: str, since: datetime, now: datetime) -> list[Any]:
        pages, limit = _PAGES[self._desk.venue.name]
        rows: list[Any] = []
        with self._desk.answering():
            for start, end in pages.split(since, now):
                asked = {"after": stamp(end) + 1} if self._desk.venue.name == "okx" else {"until": stamp(end)}
                rows += await self._desk.exchange.fetch_funding_rate_history(symbol, stamp(start), limit, asked)
        return rows


class RunningFunding(VenueSource):
    """`funding.running_8h.<venue>.<asset>`: what the next payment comes to as things stand, as of now."""

    fresh = timedelta(minutes=10)

    def __init__(self, desk: Desk, assets: Iterable[str]) -> None:
        super().__init__("funding_running", desk, assets)
        self._rates: Mapping[str, Any] = {}
        self._hours: Mapping[str, int] = {}

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The assets' rates now; nothing is known of those before."""
        symbols = [symbol async for _, symbol in self._listed([])]
        if symbols:
            with self._desk.answering():
                self._rates = await self._desk.exchange.fetch_funding_rates(symbols)
                self._hours = await self._changed_hours(symbols)
        return await super().fetch(since, now)

    async def _of(self, asset: str, symbol: str, since: datetime, now: datetime) -> Found:
        del since
        with self._desk.answering():
            rate = running_rate(self._rates[symbol], self._hours.get(symbol))
            name = f"funding.running_8h.{self._desk.venue.name}.{asset.lower()}"
            found = series_points(name, self._desk.venue.publisher, [(stamp(now), rate)], now - self.fresh)
        return (found,), ()

    async def _changed_hours(self, symbols: list[str]) -> Mapping[str, int]:
        """Binance lists apart the markets that don't pay every eight hours; elsewhere the rate's own row tells."""
        if self._desk.venue.name != "binance":
            return {}
        listed = await self._desk.exchange.fetch_funding_intervals(symbols)
        told = {symbol: int(row["interval"].removesuffix("h")) for symbol, row in listed.items()}
        return dict.fromkeys(symbols, QUOTED) | told
