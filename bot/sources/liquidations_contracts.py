"""Which asset a venue's contract is on, and how much of it one contract stands for."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

__all__ = ["Contract", "Contracts", "gate_contracts", "okx_contracts", "ticker_contract"]

_DOLLARS = "USDT|USDC|USD1|FDUSD|BUSD|USD|PERP"
_TICKER = re.compile(rf"(?P<asset>[A-Z0-9]+?)(?P<quote>{_DOLLARS})(?:[_-](?:PERP|\w+))?")
_COIN_MARGINED_USD = {"BTC": 100.0}
_OTHER_COIN_MARGINED_USD = 10.0
"""What a coin-margined contract of Binance is worth: 100 USD of BTC, 10 USD of any other."""


@dataclass(frozen=True, slots=True)
class Contract:
    """`size` is in coins, or in USD for an inverse contract, whose worth is fixed in USD and settled in coins."""

    asset: str
    size: float
    inverse: bool = False

    def usd(self, contracts: float, price: float) -> float:
        return contracts * self.size * (1.0 if self.inverse else price)


Contracts = Mapping[str, Contract]
"""By the venue's own name for them, as in `BTC-USDT-SWAP`."""


@cache
def ticker_contract(symbol: str) -> Contract | None:
    """The contract of Binance's and Bybit's names, such as BTCUSDT, BTCPERP, BTCUSD or BTCUSD_PERP; None for others.

    Linear contracts count coins; Bybit's inverse ones count USD, Binance's count contracts of a fixed worth.
    """
    found = _TICKER.fullmatch(symbol)
    if found is None:
        return None
    asset = found["asset"]
    if found["quote"] != "USD":
        return Contract(asset, 1.0)
    worth = _COIN_MARGINED_USD.get(asset, _OTHER_COIN_MARGINED_USD) if "_" in symbol else 1.0
    return Contract(asset, worth, inverse=True)


def okx_contracts(rows: Iterable[Mapping[str, Any]]) -> dict[str, Contract]:
    """From the answer of `public/instruments?instType=SWAP`; rows without a usable size are left out."""
    found = {}
    for row in rows:
        size = _number(row.get("ctVal")) * (_number(row.get("ctMult")) or 1.0)
        kind, name = row.get("ctType"), str(row.get("instId", ""))
        if size > 0 and kind in {"linear", "inverse"}:
            found[name] = Contract(name.partition("-")[0], size, inverse=kind == "inverse")
    return found


def gate_contracts(rows: Iterable[Mapping[str, Any]]) -> dict[str, Contract]:
    """From the answer of `futures/usdt/contracts`; rows without a usable multiplier are left out."""
    sizes = {str(row.get("name", "")): _number(row.get("quanto_multiplier")) for row in rows}
    return {name: Contract(name.partition("_")[0], size) for name, size in sizes.items() if size > 0}


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]  # what isn't a number raises
    except (TypeError, ValueError):
        return 0.0
