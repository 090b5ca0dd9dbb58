"""Which recorded bars can't be true: the glitches of a feed."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

__all__ = ["Stamps", "Values", "believable"]

Stamps: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Values: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

LARGEST_JUMP = 10.0
"""Times the price of the bars before: no major moved so far in a bar."""


def believable(bars: Mapping[str, Values]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which bars have positive, finite prices, a volume, and a close within ten times the closes before it.

    Bars that came later have no say: what was believed at a moment must not depend on them.
    """
    prices = np.stack([bars[column] for column in ("open", "high", "low", "close")])
    sound = (np.isfinite(prices) & (prices > 0)).all(axis=0) & np.isfinite(bars["volume"]) & (bars["volume"] >= 0)
    closes = bars["close"][sound]
    sound[np.flatnonzero(sound)[_jumps(closes)]] = False
    return np.asarray(sound)


def _jumps(closes: Values) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Closes far from the median of the five before them; a change of scale that lasts is believed from its fourth."""
    steps = closes[1:] / closes[:-1]
    if not len(steps) or (steps.max() <= LARGEST_JUMP and steps.min() >= 1 / LARGEST_JUMP):
        return np.zeros(len(closes), dtype=bool)
    before = np.lib.stride_tricks.sliding_window_view(np.pad(closes[:-1], (5, 0), mode="edge"), 5)
    far = closes / np.median(before, axis=1)
    return np.asarray((far > LARGEST_JUMP) | (far < 1 / LARGEST_JUMP))
