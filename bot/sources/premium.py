"""How much more a coin costs on Coinbase than elsewhere: what Americans pay over the others."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.series import TIMEFRAMES, BarColumns
from bot.sources.bars import read_bars
from bot.sources.venue_exchange import Desk
from bot.sources.venue_source import Found, VenueSource, series_points

__all__ = ["CoinbasePremium", "premiums"]

HOUR = TIMEFRAMES["1h"]
HOURS = 24
_HOUR_MS = HOUR // timedelta(milliseconds=1)


def premiums(coinbase: BarColumns, other: BarColumns) -> list[tuple[int, float]]:
    """Basis points by the end of each hour: the mean of the 24 hours up to it. Pure.

    At midnight that is the mean of the day. An hour without all 24 before it has none.
    """
    elsewhere = dict(zip(other.time, other.close, strict=True))
    hourly = {
        time: 10_000 * (price / elsewhere[time] - 1)
        for time, price in zip(coinbase.time, coinbase.close, strict=True)
        if time in elsewhere
    }
    spans = ((last, [last - back * _HOUR_MS for back in range(HOURS)]) for last in hourly)
    return [
        (last + _HOUR_MS, sum(hourly[time] for time in span) / HOURS)
        for last, span in spans
        if all(time in hourly for time in span)
    ]


class CoinbasePremium(VenueSource):
    """`premium.coinbase_<venue>.<asset>`, hourly, over the other venue's spot market."""

    fresh = timedelta(hours=3)

    def __init__(self, coinbase: Desk, other: Desk, assets: Iterable[str]) -> None:
        super().__init__(f"premium_over_{other.venue.name}", coinbase, assets)
        self._other = other

    async def _of(self, asset: str, symbol: str, since: datetime, now: datetime) -> Found:
        del symbol
        if await self._other.symbol(asset) is None:
            return (), ()
        start = since - HOURS * HOUR
        ours = await read_bars(self._desk, asset, "1h", start, now)
        theirs = await read_bars(self._other, asset, "1h", start, now)
        publisher = f"{self._desk.venue.publisher}, {self._other.venue.publisher}"
        with self._desk.answering():
            rows = premiums(ours, theirs)
            series = f"premium.{self._desk.venue.name}_{self._other.venue.name}.{asset.lower()}"
            found = series_points(series, publisher, rows, since)
        self._check_fresh(asset, rows[-1][0] if rows else None, since, now)
        return (found,), ()
