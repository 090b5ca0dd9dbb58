"""Who crossed the spread: what takers bought and sold of Binance's perpetuals, in USD a day."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.domain.series import TIMEFRAMES, stamp
from bot.sources.normalise import taker_sides
from bot.sources.venue_exchange import Desk
from bot.sources.venue_source import Found, Pages, VenueSource, series_points

__all__ = ["Takers"]

DAY = TIMEFRAMES["1d"]
LIMIT = 1000
_PAGES = Pages(LIMIT * DAY)


class Takers(VenueSource):
    """`taker.{buy,sell}.binance.<asset>`: dated and known at the end of the UTC day; from the venue's daily bars."""

    fresh = 2 * DAY

    def __init__(self, desk: Desk, assets: Iterable[str]) -> None:
        super().__init__("takers", desk, assets)

    async def _of(self, asset: str, symbol: str, since: datetime, now: datetime) -> Found:
        with self._desk.answering():
            days = taker_sides(
                await self._rows(self._desk.exchange.market(symbol)["id"], since, now), DAY, self._desk.surely(now)
            )
            found = [
                series_points(
                    f"taker.{side}.{self._desk.venue.name}.{asset.lower()}",
                    self._desk.venue.publisher,
                    [(end, sides[column]) for end, sides in days],
                    since,
                )
                for column, side in enumerate(("buy", "sell"))
            ]
        self._check_fresh(asset, days[-1][0] if days else None, since, now)
        return tuple(found), ()

    async def _rows(self, market: str, since: datetime, now: datetime) -> list[Any]:
        rows: list[Any] = []
        for start, end in _PAGES.split(since - DAY, now):
            asked = {
                "symbol": market,
                "interval": "1d",
                "limit": LIMIT,
                "startTime": stamp(start),
                "endTime": stamp(end),
            }
            rows += await self._desk.exchange.fapiPublicGetKlines(asked)
        return rows
