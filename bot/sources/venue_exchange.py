"""A venue asked through ccxt, which knows its questions and answers, over this project's client, which asks them.

ccxt's own connections, pauses and clock stay unused: every question is paced, mapped and timed like any other.
"""

from asyncio import Lock
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import ccxt.async_support as ccxt

from bot.domain.catalogue import ASSETS
from bot.domain.clock import Clock
from bot.domain.series import stamp
from bot.sources.batch import FaultKind, SourceFault
from bot.sources.endpoints import host_of
from bot.sources.http import Client
from bot.sources.http_faults import parsed, refused
from bot.sources.venue import Market, Venue

__all__ = ["Desk"]

DAY = timedelta(days=1)
UNTOLD = timedelta(minutes=1)
SETTLING = timedelta(seconds=2)
"""For a venue to add up a bar's last trades."""

LONGEST_REASON = 120
_BAD = 400
_UNREADABLE = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)


class _OverClient:
    """What replaces ccxt's own way of asking; mixed into one of its exchanges."""

    client: Client
    clock: Clock
    handle_errors: Any
    on_json_response: Any

    async def fetch(self, url: str, method: str = "GET", headers: Any = None, body: str | None = None) -> Any:
        answer = await self.client.answer(method, url, headers=headers, body=body.encode() if body else None)
        told = self.on_json_response(answer.text) if _is_json(url, answer.status, answer.text) else None
        self.handle_errors(
            answer.status, "", url, method, dict(answer.headers), answer.text, told, dict(headers or {}), body
        )
        if answer.status >= _BAD:
            raise refused(host_of(url), f"it answered with status {answer.status}")
        return told

    def milliseconds(self) -> int:
        return stamp(self.clock.now())

    def seconds(self) -> int:
        return self.milliseconds() // 1000


def _is_json(url: str, status: int, text: str) -> bool:
    """Whether the text can be read; raises SourceFault where it has to be and can't."""
    try:
        parsed(host_of(url), text)
    except SourceFault:
        if status < _BAD:
            raise
        return False
    return True


class Desk:
    """One kind of trading at one venue. `exchange` is ccxt's, to be asked inside `answering`."""

    def __init__(self, venue: Venue, market: Market, client: Client, clock: Clock) -> None:
        self.venue, self.market = venue, market
        self.exchange = _exchange(market, client, clock)
        self._client, self._clock = client, clock
        self._loaded: datetime | None = None
        self._loading = Lock()

    async def symbol(self, asset: str) -> str | None:
        """What ccxt calls the asset's market here, None where there is none; raises SourceFault."""
        await self._load()
        symbol = self.market.symbol.format(asset)
        return symbol if symbol in self.exchange.markets else None

    def coins_per_contract(self, symbol: str) -> float:
        """How much of the asset one contract stands for; raises SourceFault where the venue doesn't tell."""
        with self.answering():
            size = float(self.exchange.market(symbol)["contractSize"])
            if not size > 0:
                raise ValueError(f"a contract of {size} coins")
            return size

    def surely(self, now: datetime) -> datetime:
        """What of `now` has passed by any clock: a bar that closed by then will not change any more."""
        return min(now, now + self._client.ahead) - SETTLING

    async def _load(self) -> None:
        """Which markets there are, asked once a day; those of no asset known here are forgotten: they are thousands."""
        async with self._loading:  # one source that gives up must not take the list from the others
            if self._loaded is None or self._clock.now() - self._loaded >= DAY:
                await self._load_anew()
                self._loaded = self._clock.now()

    async def _load_anew(self) -> None:
        with self.answering():
            await self.exchange.load_markets(reload=True, params=dict(self.market.asked))
            if not self.exchange.markets:
                raise ValueError("no markets at all")
            known = {self.market.symbol.format(asset) for asset in ASSETS}
            self.exchange.set_markets([m for m in self.exchange.markets.values() if m["symbol"] in known])

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Turns what ccxt raises, and what an answer of another shape raises, into a SourceFault."""
        try:
            yield
        except ccxt.BaseError as error:
            raise _fault(self.venue.publisher, error) from None
        except _UNREADABLE as error:
            sentence = f"{self.venue.publisher} answered in another shape than agreed on ({_reason(error)})."
            remedy = "Nothing of it was taken; if that lasts, the venue has changed and this program needs an update."
            raise SourceFault(FaultKind.GARBLED, f"{sentence} {remedy}") from None


def _exchange(market: Market, client: Client, clock: Clock) -> Any:
    base = getattr(ccxt, market.exchange)
    wired = type(base.__name__, (_OverClient, base), {"client": client, "clock": clock})
    exchange: Any = wired({"enableRateLimit": False, "options": dict(market.only)})
    exchange.has["fetchCurrencies"] = False  # nobody here needs them, and some venues want a key for them
    return exchange


def _fault(publisher: str, error: ccxt.BaseError) -> SourceFault:
    """The fault behind an error told inside an answer that looked well."""
    if isinstance(error, ccxt.RateLimitExceeded | ccxt.DDoSProtection):
        sentence = f"{publisher} was asked too often; it is left alone for a minute."
        return SourceFault(FaultKind.LIMITED, sentence, UNTOLD)
    if isinstance(error, ccxt.PermissionDenied | ccxt.RestrictedLocation) or "restricted location" in str(error):
        sentence = f"{publisher} doesn't serve this machine's address; it is left alone for a day."
        return SourceFault(FaultKind.BLOCKED, f"{sentence} Other venues go on without it.", DAY)
    if isinstance(error, ccxt.BadResponse):
        return SourceFault(FaultKind.GARBLED, f"{publisher} answered with something unreadable ({_reason(error)}).")
    if isinstance(error, ccxt.OperationFailed):
        sentence = f"{publisher} can't answer now ({_reason(error)}); it is asked again later."
        return SourceFault(FaultKind.UNREACHABLE, sentence)
    return SourceFault(FaultKind.REFUSED, f"{publisher} refuses the question ({_reason(error)}).")


def _reason(error: Exception) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= LONGEST_REASON else f"{text[:LONGEST_REASON]}…"
