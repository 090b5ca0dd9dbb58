"""How many are long for one that is short: accounts, and on Binance also its top traders by head and by size."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.domain.series import stamp
from bot.sources.normalise import ratios
from bot.sources.venue_exchange import Desk
from bot.sources.venue_source import Found, Pages, VenueSource, series_points

__all__ = ["LongShort", "TopTraders"]

_PAGES: Mapping[str, tuple[Pages, int]] = {
    "binance": (Pages(timedelta(hours=500), timedelta(days=29)), 500),
    "bybit": (Pages(timedelta(hours=500)), 500),
    "okx": (Pages(timedelta(hours=99)), 100),
    "gate": (Pages(timedelta(hours=99)), 100),
}


class LongShort(VenueSource):
    """`long_short.accounts.<venue>.<asset>`, hourly: heads, not money."""

    fresh = timedelta(hours=3)

    def __init__(self, desk: Desk, assets: Iterable[str]) -> None:
        super().__init__("long_short", desk, assets)

    async def _of(self, asset: str, symbol: str, since: datetime, now: datetime) -> Found:
        venue = self._desk.venue
        pages, limit = _PAGES[venue.name]
        with self._desk.answering():
            rows: list[Any] = []
            for start, end in pages.split(since, now):
                rows += await self._page(symbol, stamp(start), stamp(end), limit)
            found = [(time, ratio) for time, ratio in ratios(rows) if time <= stamp(now)]
            series = series_points(f"long_short.accounts.{venue.name}.{asset.lower()}", venue.publisher, found, since)
        self._check_fresh(asset, found[-1][0] if found else None, since, now)
        return (series,), ()

    async def _page(self, symbol: str, start: int, end: int, limit: int) -> list[Any]:
        exchange = self._desk.exchange
        match self._desk.venue.name:
            case "gate":
                stats = await exchange.fetch_open_interest_history(symbol, "1h", start, limit)
                return [row | {"info": None, "longShortRatio": row["info"]["lsr_account"]} for row in stats]
            case "bybit":  # ccxt doesn't hand its `since` on
                asked = {"startTime": start, "endTime": end}
            case _:
                asked = {"until": end}
        return list(await exchange.fetch_long_short_ratio_history(symbol, "1h", start, limit, asked))


class TopTraders(VenueSource):
    """`long_short.{top_accounts,top_positions}.binance.<asset>`, hourly."""

    fresh = timedelta(hours=3)

    def __init__(self, desk: Desk, assets: Iterable[str]) -> None:
        super().__init__("top_traders", desk, assets)

    async def _of(self, asset: str, symbol: str, since: datetime, now: datetime) -> Found:
        exchange, coin = self._desk.exchange, asset.lower()
        asked = {
            f"long_short.top_accounts.binance.{coin}": exchange.fapiDataGetTopLongShortAccountRatio,
            f"long_short.top_positions.binance.{coin}": exchange.fapiDataGetTopLongShortPositionRatio,
        }
        found = []
        for series, ask in asked.items():
            with self._desk.answering():
                rows = await self._rows(ask, exchange.market(symbol)["id"], since, now)
                told = [(time, ratio) for time, ratio in ratios(rows) if time <= stamp(now)]
                found.append(series_points(series, self._desk.venue.publisher, told, since))
            self._check_fresh(asset, told[-1][0] if told else None, since, now)
        return tuple(found), ()

    async def _rows(self, ask: Any, market: str, since: datetime, now: datetime) -> list[Any]:
        pages, limit = _PAGES["binance"]
        rows = []
        for start, end in pages.split(since, now):
            asked = {"symbol": market, "period": "1h", "limit": limit, "startTime": stamp(start), "endTime": stamp(end)}
            rows += [{**row, "info": row} for row in await ask(asked)]
        return rows
