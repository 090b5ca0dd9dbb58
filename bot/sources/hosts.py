"""How often each host may be asked: below what it allows, and evenly spaced after a first few."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["PACES", "Pace", "Turns", "pace_of", "paces_of"]

_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """So many questions a stretch of that length, one every `spacing`; up to `burst` at once after a rest."""

    questions: int
    window: timedelta
    burst: int = 1

    @property
    def spacing(self) -> timedelta:
        return self.window / self.questions


USUAL = Pace(2, _SECOND)

PACES: Mapping[str, Pace] = {
    "api.binance.com": Pace(10, _SECOND),
    "fapi.binance.com": Pace(6, _SECOND, burst=20),  # 2400 weights a minute, 5 a page of bars
    "fapi.binance.com/futures/data": Pace(3, _SECOND, burst=60),  # 1000 in 5 minutes
    "api.bybit.com": Pace(10, _SECOND),
    "www.okx.com": Pace(16, _SECOND, burst=20),
    "www.okx.com/api/v5/market": Pace(9, _SECOND, burst=2),  # questions of a kind may come 20 times in 2 seconds
    "www.okx.com/api/v5/public": Pace(8, _SECOND, burst=4),
    "www.okx.com/api/v5/public/funding-rate-history": Pace(4, _SECOND, burst=2),  # 10 times in 2 seconds
    "www.okx.com/api/v5/rubik": Pace(12, 5 * _SECOND),  # these 5 times
    "api.gateio.ws": Pace(10, _SECOND),
    "api.coinbase.com": Pace(5, _SECOND),
    "api.exchange.coinbase.com": Pace(5, _SECOND),
    "api.kraken.com": Pace(1, _SECOND, burst=4),
    "www.deribit.com": Pace(5, _SECOND),
    "api.hyperliquid.xyz": Pace(30, _MINUTE, burst=28),  # 1200 weights a minute, 20 a question
    "api.coinalyze.net": Pace(30, _MINUTE, burst=4),
    "api.coingecko.com": Pace(10, _MINUTE, burst=4),
    "api.sosovalue.xyz": Pace(10, _MINUTE, burst=5),
    "api.alternative.me": Pace(30, _MINUTE),
    "nfs.faireconomy.media": Pace(6, _HOUR),
}


def pace_of(host: str) -> Pace:
    """The host's own pace, or the usual one: two a second."""
    return PACES.get(host, USUAL)


def paces_of(host: str, path: str) -> Mapping[str, Pace]:
    """All that hold for a question, by what they hold for: the host, and parts of it that are slower."""
    parts = {name: pace for name, pace in PACES.items() if f"{host}{path}/".startswith(f"{name}/") and "/" in name}
    return {host: pace_of(host)} | parts


class Turns:
    """Hands out the moments at which each host may be asked next."""

    def __init__(self) -> None:
        self._free: dict[str, datetime] = {}

    def take(self, host: str, pace: Pace, now: datetime) -> datetime:
        """The next free moment; it is taken with that."""
        evenly = max(now, self._free.get(host, now))
        self._free[host] = evenly + pace.spacing
        return max(now, evenly - (pace.burst - 1) * pace.spacing)
