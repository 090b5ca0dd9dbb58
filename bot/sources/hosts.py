"""How often each host may be asked: below what it allows, and evenly spaced."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["PACES", "Pace", "Turns", "pace_of"]

_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """At most so many questions in any stretch of that length, one every `spacing`."""

    questions: int
    window: timedelta

    @property
    def spacing(self) -> timedelta:
        return self.window / self.questions


USUAL = Pace(2, _SECOND)

PACES: Mapping[str, Pace] = {
    "api.binance.com": Pace(10, _SECOND),
    "fapi.binance.com": Pace(3, _SECOND),  # futures/data allows 1000 in 5 minutes
    "api.bybit.com": Pace(10, _SECOND),
    "www.okx.com": Pace(5, _SECOND),
    "api.gateio.ws": Pace(10, _SECOND),
    "api.coinbase.com": Pace(5, _SECOND),
    "api.exchange.coinbase.com": Pace(5, _SECOND),
    "api.kraken.com": Pace(1, _SECOND),
    "www.deribit.com": Pace(5, _SECOND),
    "api.hyperliquid.xyz": Pace(1, _SECOND),  # 1200 weights a minute, 20 a question
    "api.coinalyze.net": Pace(30, _MINUTE),
    "api.coingecko.com": Pace(10, _MINUTE),
    "api.sosovalue.xyz": Pace(10, _MINUTE),
    "api.alternative.me": Pace(30, _MINUTE),
    "nfs.faireconomy.media": Pace(6, _HOUR),
}


def pace_of(host: str) -> Pace:
    """The host's own pace, or the usual one: two a second."""
    return PACES.get(host, USUAL)


class Turns:
    """Hands out the moments at which each host may be asked next."""

    def __init__(self) -> None:
        self._free: dict[str, datetime] = {}

    def take(self, host: str, pace: Pace, now: datetime) -> datetime:
        """The next free moment; it is taken with that."""
        turn = max(now, self._free.get(host, now))
        self._free[host] = turn + pace.spacing
        return turn
