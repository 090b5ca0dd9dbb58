"""The market's worth, BTC's and ETH's part of it: CoinGecko, else CoinPaprika."""

from datetime import datetime, timedelta
from typing import Any

from bot.domain.series import moment
from bot.sources.batch import Batch, FaultKind, SourceFault
from bot.sources.keys import Client, ask_with_key
from bot.sources.payload import number, points, reading

__all__ = ["CoinGecko", "CoinPaprika", "coingecko_caps", "coinpaprika_caps"]

_COINGECKO = "https://api.coingecko.com/api/v3/global"
_COINPAPRIKA = "https://api.coinpaprika.com/v1/global"
OLDEST = timedelta(hours=3)
Caps = tuple[datetime, dict[str, float]]
"""When it was measured, and USD by series."""


def coingecko_caps(payload: Any) -> Caps:
    """BTC's and ETH's caps are their percentages of the total; raises ValueError for another shape."""
    data = payload["data"]
    total, share = number(data["total_market_cap"]["usd"]), data["market_cap_percentage"]
    parts = {f"market_cap.{asset}": total * _part(share[asset]) for asset in ("btc", "eth")}
    return moment(1000 * int(data["updated_at"])), {"market_cap.total": total, **parts}


def coinpaprika_caps(payload: Any) -> Caps:
    """The total and BTC's part; it says nothing of ETH."""
    total = number(payload["market_cap_usd"])
    bitcoin = total * _part(payload["bitcoin_dominance_percentage"])
    return moment(1000 * int(payload["last_updated"])), {"market_cap.total": total, "market_cap.btc": bitcoin}


def _part(percentage: Any) -> float:
    found = number(percentage)
    if not 0 < found < 100:
        raise ValueError(f"{found} is no percentage of the market")
    return found / 100


def _batch(host: str, publisher: str, caps: Caps, now: datetime, notes: tuple[str, ...] = ()) -> Batch:
    when, values = caps
    if now - when > OLDEST:
        sentence = f"{host} answered with figures of {when:%Y-%m-%d %H:%M} UTC."
        raise SourceFault(FaultKind.STALE, f"{sentence} They count as missing until newer ones come.")
    when = min(when, now)
    return Batch(points=tuple(points(name, publisher, [(when, now, usd)]) for name, usd in values.items()), notes=notes)


class CoinGecko:
    """With a key from the settings its own limit holds, without one that of the address."""

    name = "market_cap.coingecko"
    pace = timedelta(minutes=30)

    def __init__(self, client: Client, key: str = "") -> None:
        self._client, self._key = client, key

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The present state: there is no history here; raises SourceFault."""
        del since
        payload, notes = await ask_with_key(
            self._key,
            "keys.coingecko",
            lambda key: self._client.json(_COINGECKO, headers={"x-cg-demo-api-key": key}),
            lambda: self._client.json(_COINGECKO),
        )
        with reading("api.coingecko.com"):
            return _batch("api.coingecko.com", "CoinGecko", coingecko_caps(payload), now, notes)


class CoinPaprika:
    """Where CoinGecko doesn't answer."""

    name = "market_cap.coinpaprika"
    pace = timedelta(minutes=30)

    def __init__(self, client: Client) -> None:
        self._client = client

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The present state; raises SourceFault."""
        del since
        payload = await self._client.json(_COINPAPRIKA)
        with reading("api.coinpaprika.com"):
            return _batch("api.coinpaprika.com", "CoinPaprika", coinpaprika_caps(payload), now)
