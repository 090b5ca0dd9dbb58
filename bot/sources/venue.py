"""The exchanges there are: what each trades of the project's assets, under which names, and who publishes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from bot.errors import SettingsError

__all__ = ["VENUES", "Market", "Venue", "chosen_venues"]


@dataclass(frozen=True, slots=True)
class Market:
    """One kind of trading. `{}` in `symbol` (as ccxt writes it) and `label` (as bars are named) is the asset.

    `exchange` is ccxt's class, `only` the options and `asked` the parameters that keep it from loading everything.
    """

    name: str
    exchange: str
    symbol: str
    label: str
    only: Mapping[str, Any] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Venue:
    """An exchange by its name in series, and by its name as readers know it."""

    name: str
    publisher: str
    spot: Market | None = None
    perpetual: Market | None = None


def _types(*types: str) -> Mapping[str, Any]:
    return {"fetchMarkets": {"types": list(types)}}


_TETHER, _TETHERED = ("{}/USDT", "{}-USDT"), ("{}/USDT:USDT", "{}-USDT-PERP")
_GATE_PERPETUALS = {**_types("swap"), "swap": {"fetchMarkets": {"settlementCurrencies": ["usdt"]}}}

VENUES: Mapping[str, Venue] = {
    venue.name: venue
    for venue in (
        Venue(
            "binance",
            "Binance",
            Market("binance", "binance", *_TETHER, _types("spot")),
            Market("binanceusdm", "binanceusdm", *_TETHERED, _types("linear")),
        ),
        Venue(
            "bybit",
            "Bybit",
            Market("bybit", "bybit", *_TETHER, _types("spot")),
            Market("bybit", "bybit", *_TETHERED, _types("linear")),
        ),
        Venue(
            "okx",
            "OKX",
            Market("okx", "okx", *_TETHER, _types("spot")),
            Market("okx", "okx", *_TETHERED, _types("swap")),
        ),
        Venue(
            "gate",
            "Gate",
            Market("gate", "gate", *_TETHER, _types("spot")),
            Market("gate", "gate", *_TETHERED, _GATE_PERPETUALS),
        ),
        Venue("coinbase", "Coinbase", Market("coinbase", "coinbase", "{}/USD", "{}-USD")),
        Venue("kraken", "Kraken", Market("kraken", "kraken", "{}/USD", "{}-USD")),
        Venue(
            "deribit",
            "Deribit",
            perpetual=Market("deribit", "deribit", "{0}/USD:{0}", "{}-USD-PERP", asked={"kind": "future"}),
        ),
        Venue(
            "hyperliquid",
            "Hyperliquid",
            perpetual=Market("hyperliquid", "hyperliquid", "{}/USDC:USDC", "{}-USDC-PERP", _types("swap")),
        ),
    )
}


def chosen_venues(names: Iterable[str]) -> tuple[Venue, ...]:
    """The venues of those names, each once; raises SettingsError for an unknown one, with the nearest right name."""
    return tuple(_venue(name) for name in dict.fromkeys(name.lower() for name in names))


def _venue(name: str) -> Venue:
    if name in VENUES:
        return VENUES[name]
    near = get_close_matches(name, VENUES, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(VENUES)}"
    raise SettingsError(f"{name} is no venue known here; {hint}")
