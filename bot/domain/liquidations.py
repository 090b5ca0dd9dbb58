"""A position that was closed by force, told alike for every venue."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["LiquidationEvent", "Side"]


class Side(StrEnum):
    """Which position was closed, never which order closed it."""

    LONG = "long"
    SHORT = "short"


@dataclass(slots=True)  # not frozen: tens of thousands a second are made, and freezing triples what each costs
class LiquidationEvent:
    """One forced closure: `usd` is what was closed, `price` at which (a bankruptcy price on Bybit and OKX).

    `time` is the venue's own, aware, in UTC; `asset` in capitals, as in BTC.
    """

    time: datetime
    venue: str
    asset: str
    side: Side
    usd: float
    price: float
