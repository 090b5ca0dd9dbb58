"""The market's worth, BTC's and ETH's part of it: CoinGecko, else CoinPaprika."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.domain.series import moment
from bot.sources.batch import Batch, FaultKind, SourceFault
from bot.sources.keys import Client, ask_with_key
from bot.sources.payload import number, points, reading

__all__ = ["CapsOfThePast", "CoinGecko", "CoinPaprika", "coingecko_caps", "coinpaprika_caps"]

_COINGECKO = "https://api.coingecko.com/api/v3/global"
_CHART = "https://api.coingecko.com/api/v3/coins/{coin}/market_chart"
_COINS = {"btc": "bitcoin", "eth": "ethereum"}
_COINPAPRIKA = "https://api.coinpaprika.com/v1/global"
OLDEST = timedelta(hours=3)
SHORTEST_CHART, LONGEST_CHART = 2, 90
"""Days of which a chart is by the hour."""

TOLD_AFTER = timedelta(minutes=10)
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


class CapsOfThePast:
    """`market_cap.{btc,eth}` by the hour, as CoinGecko charts the last ninety days."""

    name = "market_cap.past"
    pace = timedelta(days=1)

    def __init__(self, client: Client, key: str = "") -> None:
        self._client, self._key = client, key

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The hours after `since`; raises SourceFault."""
        days = str(min(max((now - since).days + 1, SHORTEST_CHART), LONGEST_CHART))
        found, notes = [], list[str]()
        for asset, coin in _COINS.items():
            url, asked = _CHART.format(coin=coin), {"vs_currency": "usd", "days": days}
            payload, said = await ask_with_key(
                self._key,
                "keys.coingecko",
                partial(self._with_key, url, asked),
                partial(self._client.json, url, params=asked),
            )
            notes += said
            with reading("api.coingecko.com"):
                rows = [(moment(int(at)), number(usd)) for at, usd in payload["market_caps"]]
                told = [(at, at + TOLD_AFTER, usd) for at, usd in rows if since < at <= now - TOLD_AFTER]
                found.append(points(f"market_cap.{asset}", "CoinGecko", told))
        return Batch(points=tuple(found), notes=tuple(dict.fromkeys(notes)))

    async def _with_key(self, url: str, asked: Mapping[str, str], key: str) -> Any:
        return await self._client.json(url, params=asked, headers={"x-cg-demo-api-key": key})


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
