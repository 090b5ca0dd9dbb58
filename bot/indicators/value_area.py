"""Where the volume of the month before the window was traded: point of control and 70 % value area.

Each bar's volume is spread evenly from its low to its high, over 100 bins of the month's range.
"""

from typing import NamedTuple

import numpy as np

from bot.domain.series import TIMEFRAMES
from bot.indicators.candles import DAY, Candles
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Values
from bot.indicators.view import View, indicator

PROFILE_DAYS = 30
BINS = 100
VALUE_AREA = 0.7


class Profile(NamedTuple):
    """Three prices in USD."""

    low: float
    control: float
    high: float


def _profile(view: View, asset: str) -> Profile:
    return view.once(f"volume profile {asset}", lambda: _profile_of(view.candles(asset)))


def _profile_of(candles: Candles) -> Profile:
    if candles.bars.timeframe > TIMEFRAMES["4h"]:
        raise NoData(f"{candles.bars.name} is too coarse for a volume profile: it takes bars of 4 hours or less")
    bars = candles.before(PROFILE_DAYS * DAY)
    if bars["high"].max() <= bars["low"].min() or bars["volume"].sum() <= 0:
        raise NoData(f"{candles.bars.name} holds no volume over a range of prices before the window")
    return value_area(bars["low"], bars["high"], bars["volume"])


def value_area(lows: Values, highs: Values, volumes: Values) -> Profile:
    """From the fullest bin outwards, always towards the fuller neighbour, until 70 % of the volume lies inside."""
    edges = np.linspace(lows.min(), highs.max(), BINS + 1)
    held = np.diff(_volume_below(edges, lows, highs, volumes))
    first = last = control = int(held.argmax())
    inside, wanted = held[control], VALUE_AREA * held.sum()
    while inside < wanted and last - first < BINS - 1:
        above = held[last + 1] if last + 1 < BINS else -1.0
        below = held[first - 1] if first > 0 else -1.0
        first, last = (first, last + 1) if above >= below else (first - 1, last)
        inside += max(above, below)
    return Profile(float(edges[first]), float((edges[control] + edges[control + 1]) / 2), float(edges[last + 1]))


def _volume_below(edges: Values, lows: Values, highs: Values, volumes: Values) -> Values:
    """Volume traded under each edge; a bar narrower than a bin counts as wide as one."""
    width = edges[1] - edges[0]
    bottoms = np.minimum(lows, edges[-1] - width)
    tops = np.maximum(highs, bottoms + width)
    density = volumes / (tops - bottoms)
    return _ramps(edges, bottoms, density) - _ramps(edges, tops, density)


def _ramps(edges: Values, knots: Values, slopes: Values) -> Values:
    """Σ slope · max(edge - knot, 0) at each edge, by running sums over the sorted knots."""
    order = np.argsort(knots)
    count = np.searchsorted(knots[order], edges, side="right")
    slope = np.append(0.0, np.cumsum(slopes[order]))[count]
    offset = np.append(0.0, np.cumsum((slopes * knots)[order]))[count]
    return np.asarray(edges * slope - offset)


def _fixed(view: View, asset: str, price: float) -> Measured:
    return Measured(price, view.window.start, view.window.start, view.candles(asset).source)


def _close_against(view: View, asset: str, price: float) -> Measured:
    candles = view.candles(asset)
    above = 100 * (float(candles.inside["close"][-1]) / price - 1)
    return Measured(above, view.window.end, view.window.end, candles.source)


@indicator("level.value_area_low.{asset}")
def area_low(view: View, asset: str) -> Measured:
    """Lower edge of the 70 % value area of the 30 days before the window, USD a coin.

    From `bars/*` of the lead market, volume by price; a level, no threshold.
    """
    return _fixed(view, asset, _profile(view, asset).low)


@indicator("level.value_area_high.{asset}")
def area_high(view: View, asset: str) -> Measured:
    """Upper edge of the 70 % value area of the 30 days before the window, USD a coin.

    From `bars/*` of the lead market, volume by price; a level, no threshold.
    """
    return _fixed(view, asset, _profile(view, asset).high)


@indicator("level.point_of_control.{asset}")
def point_of_control(view: View, asset: str) -> Measured:
    """Middle of the price bin with most volume in the 30 days before the window, USD a coin.

    From `bars/*` of the lead market, volume by price; a level, no threshold.
    """
    return _fixed(view, asset, _profile(view, asset).control)


@indicator("level.close_vs_value_area_low.{asset}")
def close_vs_area_low(view: View, asset: str) -> Measured:
    """100 (close / value area low - 1), percent.

    From `bars/*` of the lead market; below 0 the market accepted lower prices.
    """
    return _close_against(view, asset, _profile(view, asset).low)


@indicator("level.close_vs_value_area_high.{asset}")
def close_vs_area_high(view: View, asset: str) -> Measured:
    """100 (close / value area high - 1), percent.

    From `bars/*` of the lead market; above 0 the market accepted higher prices.
    """
    return _close_against(view, asset, _profile(view, asset).high)
