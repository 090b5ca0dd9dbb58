"""Bars of an exchange's markets: only closed ones, each known from its close on."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.domain.series import TIMEFRAMES, BarColumns, moment, stamp
from bot.sources.normalise import bar_columns
from bot.sources.venue_exchange import Desk
from bot.sources.venue_source import Found, Pages, VenueSource

__all__ = ["Bars", "read_bars"]

_ROWS: Mapping[str, int] = {
    "binance": 1000,
    "binanceusdm": 1000,
    "bybit": 1000,
    "okx": 100,
    "gate": 1000,
    "coinbase": 299,
    "kraken": 720,
    "deribit": 1000,
    "hyperliquid": 4000,
}
"""Bars a page, by ccxt's class."""

_REACH: Mapping[str, int] = {"kraken": 720, "hyperliquid": 5000}
"""Bars back from now that can be had at all."""

_IN_CONTRACTS = {"gate"}
"""Whose perpetuals' volume is told in contracts."""


async def read_bars(desk: Desk, asset: str, timeframe: str, since: datetime, now: datetime) -> BarColumns:
    """The asset's bars that started at or after `since` and have surely closed by `now`; raises SourceFault.

    The asset must be listed, as the desk's `symbol` tells.
    """
    step, market = TIMEFRAMES[timeframe], desk.market
    exchange, symbol = market.exchange, market.symbol.format(asset)
    reach = _REACH.get(exchange)
    pages = Pages(_ROWS[exchange] * step, None if reach is None else (reach - 1) * step)
    perpetual = market is desk.venue.perpetual
    coins = desk.coins_per_contract(symbol) if perpetual and exchange in _IN_CONTRACTS else 1.0
    with desk.answering():
        rows = []
        for start, end in pages.split(_on_grid(since, step), now):
            asked = {"until": stamp(end)} if exchange == "hyperliquid" else {}
            rows += await desk.exchange.fetch_ohlcv(symbol, timeframe, stamp(start), _ROWS[exchange], asked)
        return bar_columns(market.name, market.label.format(asset), timeframe, rows, desk.surely(now), coins=coins)


def _on_grid(since: datetime, step: timedelta) -> datetime:
    """The first start of a bar at or after `since`: a page that begins between two bars would end short of one."""
    return since + -(since - moment(0)) % step


class Bars(VenueSource):
    """`<market>.<label>.<timeframe>` of each asset."""

    def __init__(self, desk: Desk, assets: Iterable[str], timeframe: str) -> None:
        kind = "perpetual" if desk.market is desk.venue.perpetual else "spot"
        super().__init__(f"bars.{kind}.{timeframe}", desk, assets)
        self._timeframe = timeframe
        self.pace = min(max(self.pace, TIMEFRAMES[timeframe] / 12), timedelta(hours=1))
        self.fresh = 2 * TIMEFRAMES[timeframe] + timedelta(minutes=10)

    async def _of(self, asset: str, symbol: str, since: datetime, now: datetime) -> Found:
        del symbol
        bars = await read_bars(self._desk, asset, self._timeframe, since, now)
        self._check_fresh(asset, bars.time[-1] if len(bars) else None, since, now)
        return (), (bars,)
