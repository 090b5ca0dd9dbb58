"""How each venue's websocket is spoken to: where it is, what to say, what its frames mean."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from bot.domain.liquidations import LiquidationEvent
from bot.sources.liquidations import UNREADABLE, binance_event, bybit_event, okx_event
from bot.sources.liquidations_contracts import Contracts

__all__ = ["Binance", "Bybit", "Dialect", "Frame", "Okx", "dialects"]

_PING = timedelta(seconds=20)
_PATIENCE = timedelta(seconds=60)
"""A venue that answers pings and has said nothing for this long is gone."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What one frame says: closures, whether a subscription now stands, what to answer, what was wrong with it."""

    events: Sequence[LiquidationEvent] = ()
    subscribed: bool = False
    answers: tuple[str, ...] = ()
    fault: str = ""


NOTHING = Frame()
SUBSCRIBED = Frame(subscribed=True)


class Dialect(Protocol):
    """One venue's manners. `quiet` is the longest silence of closures that can be true, `patience` that of any frame.

    `ping` is said every `ping_every`; where it is empty nothing is, and silence of frames tells nothing.
    """

    venue: str
    url: str
    quiet: timedelta
    patience: timedelta | None
    ping: str
    ping_every: timedelta

    async def prepare(self) -> None:
        """What must be known before connecting; raises SourceFault."""

    def hello(self) -> Iterable[str]:
        """The frames that subscribe."""

    def read(self, text: str) -> Frame:
        """Never raises: a frame that can't be read is a fault in it."""


class Binance:
    """All symbols of the USD-margined futures; at most one order a second and symbol, the largest."""

    venue, url = "binance", "wss://fstream.binance.com/market/ws"
    quiet = timedelta(minutes=10)
    patience: timedelta | None = None
    ping, ping_every = "", _PING

    async def prepare(self) -> None:
        """Nothing."""

    def hello(self) -> Iterable[str]:
        yield json.dumps({"method": "SUBSCRIBE", "params": ["!forceOrder@arr"], "id": 1})

    def read(self, text: str) -> Frame:
        said = _parsed(text)
        if isinstance(said, dict) and said.get("e") != "forceOrder" and "data" not in said:
            return SUBSCRIBED if "result" in said and not said.get("error") else Frame(fault=_refusal("Binance", said))
        data = said.get("data", said) if isinstance(said, dict) else said
        orders = data if isinstance(data, list) else [data]
        return _read("Binance", orders, lambda order: binance_event(order["o"]))


class Bybit:
    """All closures of the asked assets' linear perpetuals, every half second; an unknown symbol is left out."""

    venue, url = "bybit", "wss://stream.bybit.com/v5/public/linear"
    quiet = timedelta(hours=6)
    patience: timedelta | None = _PATIENCE
    ping, ping_every = '{"op":"ping"}', _PING
    _CHUNK = 10

    def __init__(self, assets: Iterable[str]) -> None:
        self._topics = [f"allLiquidation.{asset}USDT" for asset in assets]

    async def prepare(self) -> None:
        """Nothing."""

    def hello(self) -> Iterable[str]:
        for first in range(0, len(self._topics), self._CHUNK):
            yield _bybit_subscription(str(first), self._topics[first : first + self._CHUNK])

    def read(self, text: str) -> Frame:
        said = _parsed(text)
        if not isinstance(said, dict):
            return Frame(fault="Bybit sent a frame that can't be read")
        if str(said.get("topic", "")).startswith("allLiquidation"):
            return _read("Bybit", said.get("data"), bybit_event)
        if said.get("op") == "subscribe":
            return SUBSCRIBED if said.get("success") else self._refused(said)
        return NOTHING if said.get("op") in {"ping", "pong"} else Frame(fault=_refusal("Bybit", said))

    def _refused(self, said: Mapping[str, Any]) -> Frame:
        """One bad topic spoils its whole request: ask for each of them alone."""
        chunk = str(said.get("req_id", ""))
        if not chunk.isdecimal():
            return Frame(fault=_refusal("Bybit", said))
        topics = self._topics[int(chunk) : int(chunk) + self._CHUNK]
        return Frame(answers=tuple(_bybit_subscription(topic, [topic]) for topic in topics))


def _bybit_subscription(name: str, topics: list[str]) -> str:
    return json.dumps({"req_id": name, "op": "subscribe", "args": topics})


class Okx:
    """All perpetuals; at most one closure a second and contract. The first frame brings what happened before."""

    venue, url = "okx", "wss://ws.okx.com:8443/ws/v5/public"
    quiet = timedelta(minutes=60)
    patience: timedelta | None = _PATIENCE
    ping, ping_every = "ping", _PING

    def __init__(self, contracts: Callable[[], Awaitable[Contracts]]) -> None:
        """`contracts` fetches how much each contract stands for; it is asked before each connection."""
        self._fetch = contracts
        self._contracts: Contracts = {}

    async def prepare(self) -> None:
        """Sizes of contracts: without them nothing can be counted in USD."""
        self._contracts = await self._fetch()

    def hello(self) -> Iterable[str]:
        channel = {"channel": "liquidation-orders", "instType": "SWAP"}
        yield json.dumps({"op": "subscribe", "args": [channel]})

    def read(self, text: str) -> Frame:
        if text == "pong":
            return NOTHING
        said = _parsed(text)
        if not isinstance(said, dict):
            return Frame(fault="OKX sent a frame that can't be read")
        if "data" in said:
            return _read("OKX", _details(said["data"]), lambda pair: okx_event(pair[0], pair[1], self._contracts))
        if said.get("event") in {"subscribe", "channel-conn-count"}:
            return SUBSCRIBED if said["event"] == "subscribe" else NOTHING
        return Frame(fault=_refusal("OKX", said))


def dialects(
    venues: Iterable[str], assets: Iterable[str], okx_contracts: Callable[[], Awaitable[Contracts]]
) -> list[Dialect]:
    """Those of the venues that have a stream of liquidations here; the others are left out."""
    listed = tuple(assets)
    known: dict[str, Dialect] = {"binance": Binance(), "bybit": Bybit(listed), "okx": Okx(okx_contracts)}
    return [known[venue] for venue in venues if venue in known]


def _details(rows: Any) -> list[tuple[str, Any]]:
    """Every entry of every instrument's `details`."""
    listed = rows if isinstance(rows, list) else [rows]
    return [pair for row in listed for pair in _entries(row)]


def _entries(row: Any) -> list[tuple[str, Any]]:
    try:
        return [(row["instId"], detail) for detail in row["details"]]
    except UNREADABLE:
        return [("", None)]


def _read(venue: str, rows: Any, event: Callable[[Any], LiquidationEvent | None]) -> Frame:
    """All rows that can be read, whatever stands between them."""
    events, refused = [], 0
    for row in rows if isinstance(rows, list) else [rows]:
        try:
            found = event(row)
        except UNREADABLE:
            refused += 1
        else:
            if found is not None:
                events.append(found)
    return Frame(events, subscribed=True, fault=f"{venue} sent {refused} rows that can't be read" if refused else "")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _refusal(venue: str, said: Mapping[str, Any]) -> str:
    """What the venue says against it, without line breaks and not at length."""
    reason = said.get("ret_msg") or said.get("msg") or said.get("error") or "a frame of an unknown kind"
    return f"{venue} says: {' '.join(str(reason).split())[:200]}"
