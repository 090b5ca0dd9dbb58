"""Each venue's own words for a forced closure, read into one kind of event.

Binance and OKX name the side of the order that closes (sell closes a long), Bybit the side of the position (buy is a
long). Rows are the venues' JSON as it comes, numbers as text. Each reader returns None for a contract that nobody asked
for or that closed nothing, and raises KeyError, TypeError, ValueError or ArithmeticError for a row it can't read.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from bot.domain.liquidations import LiquidationEvent, Side
from bot.domain.series import moment
from bot.sources.liquidations_contracts import Contract, Contracts, ticker_contract

__all__ = ["UNREADABLE", "Row", "binance_event", "bybit_event", "gate_event", "okx_event"]

Row = Mapping[str, Any]

UNREADABLE = (KeyError, TypeError, ValueError, ArithmeticError, AttributeError)
"""What reading a row of an unexpected shape raises."""

_ORDER = {"SELL": Side.LONG, "BUY": Side.SHORT, "sell": Side.LONG, "buy": Side.SHORT}
"""A forced order sells what was held long."""

_POSITION = {"Buy": Side.LONG, "Sell": Side.SHORT, "long": Side.LONG, "short": Side.SHORT}


def binance_event(row: Row) -> LiquidationEvent | None:
    """From `o` of a `forceOrder`: all that was filled (`z`, not the last fill `l`) at its average price."""
    contract = ticker_contract(row["s"])
    if contract is None:
        return None
    price = float(row["ap"]) or float(row["p"])
    return _event("binance", contract, row["T"], side=_ORDER[row["S"]], quantity=float(row["z"]), price=price)


def bybit_event(row: Row) -> LiquidationEvent | None:
    """From a row of `allLiquidation`; the price is the bankruptcy price."""
    contract = ticker_contract(row["s"])
    if contract is None:
        return None
    return _event(
        "bybit", contract, row["T"], side=_POSITION[row["S"]], quantity=float(row["v"]), price=float(row["p"])
    )


def okx_event(instrument: str, detail: Row, contracts: Contracts) -> LiquidationEvent | None:
    """From one entry of `details`, of a stream or of a page; the price is the bankruptcy price.

    `posSide` says which position it was; it is `net` where an account holds one position only.
    """
    contract = contracts.get(instrument)
    if contract is None:
        return None
    side = _POSITION.get(detail["posSide"]) or _ORDER[detail["side"]]
    return _event("okx", contract, detail["ts"], side=side, quantity=float(detail["sz"]), price=float(detail["bkPx"]))


def gate_event(row: Row, contracts: Contracts) -> LiquidationEvent | None:
    """From a row of `liq_orders`: `size` is the position's, positive for a long, `left` of it was not closed."""
    contract = contracts.get(row["contract"])
    size = float(row["size"])
    if contract is None or size == 0:
        return None
    closed = abs(size) - abs(float(row.get("left", 0)))
    price = float(row["fill_price"]) or float(row["order_price"])
    side = Side.LONG if size > 0 else Side.SHORT
    return _event("gate", contract, 1000 * float(row["time"]), side=side, quantity=closed, price=price)


def _event(
    venue: str, contract: Contract, milliseconds: str | float, *, side: Side, quantity: float, price: float
) -> LiquidationEvent | None:
    usd = contract.usd(quantity, price)
    if not (isfinite(usd) and isfinite(price) and price > 0 and usd >= 0):
        raise ValueError(f"{usd} USD at {price} is no liquidation")
    return LiquidationEvent(moment(int(milliseconds)), venue, contract.asset, side, usd, price) if usd else None
