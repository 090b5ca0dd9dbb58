"""The price of this moment, as a venue's ticker tells it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.domain.series import moment
from bot.sources.batch import Batch, FaultKind, SourceFault
from bot.sources.normalise import last_price
from bot.sources.venue_exchange import Desk
from bot.sources.venue_source import Found, VenueSource, series_points

__all__ = ["Tickers"]

_ONE_BY_ONE = {"coinbase", "deribit"}
"""Venues that would answer one question for all with thousands of markets, or don't take it."""


class Tickers(VenueSource):
    """`price.last.<market>.<asset>`: the last trade in USD, dated as the venue does; one without a date is of now."""

    fresh = timedelta(minutes=10)

    def __init__(self, desk: Desk, assets: Iterable[str]) -> None:
        super().__init__("tickers", desk, assets)
        self._told: Mapping[str, Any] = {}

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The assets' prices now; nothing is known of those before."""
        symbols = [symbol async for _, symbol in self._listed([])]
        if symbols and self._desk.venue.name not in _ONE_BY_ONE:
            with self._desk.answering():
                self._told = await self._desk.exchange.fetch_tickers(symbols)
        return await super().fetch(since, now)

    async def _of(self, asset: str, symbol: str, since: datetime, now: datetime) -> Found:
        del since
        with self._desk.answering():
            alone = self._desk.venue.name in _ONE_BY_ONE
            row = await self._desk.exchange.fetch_ticker(symbol) if alone else self._told[symbol]
            time, price = last_price(row, now)
            name = f"price.last.{self._desk.market.name}.{asset.lower()}"
            found = series_points(name, self._desk.venue.publisher, [(time, price)], now - self.fresh)
        if not len(found.columns):
            sentence = f"{self.name} tells a price of {asset} that is of {moment(time):%Y-%m-%d %H:%M:%S} UTC."
            raise SourceFault(FaultKind.STALE, f"{sentence} It isn't used until it goes on.")
        return (found,), ()
