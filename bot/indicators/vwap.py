"""What the average coin changed hands at: of the window, and since the high of the month before it.

From the lead market's bars. A bar's price is its typical one, (high + low + close) / 3, weighed by its volume.
"""

import numpy as np

from bot.indicators.candles import DAY, Candles
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Values
from bot.indicators.view import View, indicator

ANCHOR_DAYS = 30


def _average(candles: Candles, bars: dict[str, Values]) -> float:
    """Σ typical price x volume / Σ volume, USD; raises NoData where nothing was traded."""
    volume = bars["volume"]
    if not volume.sum() > 0:
        raise NoData(f"{candles.source} holds no volume to weigh prices by")
    typical = (bars["high"] + bars["low"] + bars["close"]) / 3
    return float((typical * volume).sum() / volume.sum())


@indicator("price.vwap.{asset}")
def window_average(view: View, asset: str) -> Measured:
    """Σ typical price x volume / Σ volume of the window's bars, USD, from `bars/*`.

    After a close below it the average buyer of the window is under water; a level, no threshold.
    """
    candles = view.candles(asset)
    return Measured(_average(candles, candles.inside), view.window.end, view.window.end, candles.source)


@indicator("price.close_vs_vwap.{asset}")
def close_against_average(view: View, asset: str) -> Measured:
    """100 (close / the window's average price - 1), percent, from `bars/*`; z beyond ±1.5 closed far on one side."""
    candles = view.candles(asset)
    value = 100 * (float(candles.inside["close"][-1]) / _average(candles, candles.inside) - 1)
    return Measured(value, view.window.end, view.window.end, candles.source, _past_distances(candles))


def _past_distances(candles: Candles) -> Values:
    high, low, close, volume = (candles.past(column) for column in ("high", "low", "close", "volume"))
    average = ((high + low + close) / 3 * volume).sum(axis=1) / volume.sum(axis=1)
    return np.asarray(100 * (close[:, -1] / average - 1))


@indicator("level.vwap_from_high.{asset}")
def average_since_high(view: View, asset: str) -> Measured:
    """Σ typical price x volume / Σ volume from the bar of the 30-day high to the window's start, USD, from `bars/*`.

    What those paid who bought since the high; a level, no threshold.
    """
    candles = view.candles(asset)
    month = candles.before(ANCHOR_DAYS * DAY)
    anchor = int(month["high"].argmax())
    value = _average(candles, {column: held[anchor:] for column, held in month.items()})
    return Measured(value, view.window.start, view.window.start, candles.source)


@indicator("level.close_vs_vwap_from_high.{asset}")
def close_against_average_since_high(view: View, asset: str) -> Measured:
    """100 (close / that average - 1), percent, from `bars/*`; below 0 buyers since the high are under water."""
    level = average_since_high(view, asset)
    close = float(view.candles(asset).inside["close"][-1])
    return Measured(100 * (close / level.value - 1), view.window.end, view.window.end, level.source)
