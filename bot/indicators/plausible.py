"""Which recorded bars and rows can't be true: the glitches of a feed and slips of the unit."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

__all__ = ["Stamps", "Values", "believable", "credible"]

Stamps: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Values: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

LARGEST_JUMP = 5.0
"""Times what was recorded before: no major moved so far in a bar, no index in a day; slips of the unit are tenfold."""

HIGHEST_WICK, DEEPEST_WICK = 3.0, 0.1
"""Of a bar's open and close: liquidations have torn majors down by 80 % within a bar, nothing tripled them in one."""

STEADY = (
    "credit.",
    "dollar.",
    "equities.",
    "etf.net_assets.",
    "market_cap.",
    "oil.",
    "open_interest.",
    "rates.us",
    "stablecoins.supply",
    "volatility.",
)
"""Series of levels that are always positive and go on from where they were."""


def believable(bars: Mapping[str, Values]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which bars have positive, finite prices, a volume, no endless wick, and a close within five times those before.

    Bars that came later have no say: what was believed at a moment must not depend on them.
    """
    prices = np.stack([bars[column] for column in ("open", "high", "low", "close")])
    sound = (np.isfinite(prices) & (prices > 0)).all(axis=0) & np.isfinite(bars["volume"]) & (bars["volume"] >= 0)
    sound &= bars["high"] <= HIGHEST_WICK * np.maximum(bars["open"], bars["close"])
    sound &= bars["low"] >= DEEPEST_WICK * np.minimum(bars["open"], bars["close"])
    closes = bars["close"][sound]
    sound[np.flatnonzero(sound)[_jumps(closes)]] = False
    return np.asarray(sound)


def credible(series: str, values: Values) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which rows of a series are no slip; of a steady one those above zero and within five times the rows before."""
    if not series.startswith(STEADY):
        return np.ones(len(values), dtype=bool)
    sound = np.isfinite(values) & (values > 0)
    sound[np.flatnonzero(sound)[_jumps(values[sound])]] = False
    return np.asarray(sound)


def _jumps(closes: Values) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Values far from the median of the five before; a change of scale that lasts is believed from its fourth row."""
    if len(closes) < 2 or closes.max() <= LARGEST_JUMP * closes.min():
        return np.zeros(len(closes), dtype=bool)
    before = np.lib.stride_tricks.sliding_window_view(np.pad(closes[:-1], (5, 0), mode="edge"), 5)
    far = closes / np.median(before, axis=1)
    return np.asarray((far > LARGEST_JUMP) | (far < 1 / LARGEST_JUMP))
