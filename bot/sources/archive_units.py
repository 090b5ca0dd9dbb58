"""Which series there are, in which unit, and between which bounds: a number beyond them is in the wrong unit."""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

__all__ = ["Quantity", "describe", "quantity"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """All series whose name begins with `prefix`. `least` is the smallest size a number other than zero may have."""

    prefix: str
    unit: str
    low: float
    high: float
    least: float = 0.0

    def fits(self, value: float) -> bool:
        return self.low <= value <= self.high and (abs(value) >= self.least or value == 0)

    @property
    def bounds(self) -> str:
        words = f"{self.unit} between {self.low:,.15g} and {self.high:,.15g}"
        return f"{words}, and zero or at least {self.least:,.15g} in size" if self.least else words


# Bounds lie far outside anything recorded, just tight enough to tell millions from units and percent from fractions.
_QUANTITIES = (
    Quantity("credit", "percent", 0, 50),
    Quantity("depth_1pct.asks", "USD", 0, 1e12, 1e3),
    Quantity("depth_1pct.bids", "USD", 0, 1e12, 1e3),
    Quantity("dollar", "index points", 20, 500),
    Quantity("equities", "index points or USD", 0, 1e6),
    Quantity("etf.agreed", "a mark", 0, 1),
    Quantity("etf.net_assets", "USD", 0, 1e13, 1e6),
    Quantity("etf.net_flow", "USD", -5e10, 5e10, 1e4),
    Quantity("fed.cut_probability", "percent", 0, 100),
    Quantity("fed_funds.future", "100 minus percent", 50, 150),
    Quantity("funding.running_8h", "a fraction per 8 hours", -0.05, 0.05),
    Quantity("funding.rate_8h", "a fraction per 8 hours", -0.05, 0.05),
    Quantity("liquidations.hour.panel", "a sum of marks", 1, 31),
    Quantity("liquidations.hour.seconds", "seconds", 0, 3600),
    Quantity("liquidations.hour", "USD", 0, 1e12),
    Quantity("liquidations.long", "USD", 0, 1e12),
    Quantity("liquidations.minute.count", "a count", 0, 1e9),
    Quantity("liquidations.minute.seconds", "seconds", 0, 60),
    Quantity("liquidations.minute", "USD", 0, 1e12),
    Quantity("liquidations.panel", "a sum of marks", 1, 31),
    Quantity("liquidations.reported", "USD", 0, 1e12, 1e4),
    Quantity("liquidations.short", "USD", 0, 1e12),
    Quantity("long_short.accounts", "a ratio", 0, 1000),
    Quantity("long_short.top_accounts", "a ratio", 0, 1000),
    Quantity("long_short.top_positions", "a ratio", 0, 1000),
    Quantity("market_cap", "USD", 0, 1e15, 1e8),
    Quantity("oil", "USD a barrel", -100, 1000),
    Quantity("open_interest.coins", "coins", 0, 1e15),
    Quantity("open_interest.usd", "USD", 0, 1e13, 1e5),
    Quantity("premium", "basis points", -5000, 5000),
    Quantity("price.last", "USD", 1e-9, 1e8),
    Quantity("rates", "percent", -50, 50),
    Quantity("sentiment.fear_greed", "points", 0, 100),
    Quantity("stablecoins.supply", "USD", 0, 1e14, 1e8),
    Quantity("taker.buy", "USD", 0, 1e13),
    Quantity("taker.sell", "USD", 0, 1e13),
    Quantity("volatility", "points", 0, 1000),
    Quantity("options.expiry_notional", "USD", 0, 1e12, 1e5),
    Quantity("options.max_pain", "USD", 1e-9, 1e8),
    Quantity("options.put_call", "a ratio", 0, 1000),
    Quantity("options.skew_25d", "points", -500, 500),
)


@cache
def quantity(series: str) -> Quantity | None:
    """What the series' numbers are, or None for a series nobody knows."""
    return next((q for q in _QUANTITIES if f"{series}.".startswith(f"{q.prefix}.")), None)


def describe(series: str) -> str:
    """Which names there are, with the one nearest to `series` in front."""
    prefixes = [q.prefix for q in _QUANTITIES]
    depths = {series.rsplit(".", n)[0] for n in range(series.count(".") + 1)}
    near = [match for depth in sorted(depths, reverse=True) for match in get_close_matches(depth, prefixes, n=1)]
    known = f"a series' name begins with one of {', '.join(prefixes)}"
    return f"did you mean {near[0]}? {known[0].upper()}{known[1:]}" if near else known
