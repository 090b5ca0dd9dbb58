"""The move itself: return, range, path, volume, and the usual range it is held against."""

import numpy as np

from bot.indicators.candles import DAY, Candles, annualised
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Values
from bot.indicators.view import View, indicator

__all__ = ["average_true_range"]


def _at_end(view: View, candles: Candles, value: float, history: Values | None = None) -> Measured:
    return Measured(value, view.window.end, view.window.end, candles.source, history)


@indicator("price.open.{asset}")
def price_open(view: View, asset: str) -> Measured:
    """Open of the window's first bar, USD a coin.

    From `bars/*` of the lead market; a level, no threshold.
    """
    candles = view.candles(asset)
    value = float(candles.inside["open"][0])
    return Measured(value, view.window.start, view.window.start, candles.source)


@indicator("price.close.{asset}")
def price_close(view: View, asset: str) -> Measured:
    """Close of the window's last bar, USD a coin.

    From `bars/*` of the lead market; a level, no threshold.
    """
    candles = view.candles(asset)
    return _at_end(view, candles, float(candles.inside["close"][-1]))


@indicator("price.high.{asset}")
def price_high(view: View, asset: str) -> Measured:
    """Highest trade, USD a coin; it happened by the close of its bar.

    From `bars/*` of the lead market; a level, no threshold.
    """
    candles = view.candles(asset)
    when = candles.close_of(int(candles.inside["high"].argmax()))
    return Measured(float(candles.inside["high"].max()), when, when, candles.source)


@indicator("price.low.{asset}")
def price_low(view: View, asset: str) -> Measured:
    """Lowest trade, USD a coin; it happened by the close of its bar.

    From `bars/*` of the lead market; a level, no threshold.
    """
    candles = view.candles(asset)
    when = candles.close_of(int(candles.inside["low"].argmin()))
    return Measured(float(candles.inside["low"].min()), when, when, candles.source)


@indicator("price.return.{asset}")
def price_return(view: View, asset: str) -> Measured:
    """100 (close / open - 1) of the window, percent.

    From `bars/*` of the lead market; z beyond ±1.5 is worth a word.
    """
    candles = view.candles(asset)
    return _at_end(view, candles, window_return(candles), candles.past_returns)


def window_return(candles: Candles) -> float:
    """Percent, from the open of the window's first bar to the close of its last."""
    return 100 * (float(candles.inside["close"][-1]) / float(candles.inside["open"][0]) - 1)


@indicator("price.range.{asset}")
def price_range(view: View, asset: str) -> Measured:
    """100 (high - low) / open, percent.

    From `bars/*` of the lead market; z ≥ 1.5 is wide.
    """
    candles = view.candles(asset)
    return _at_end(view, candles, _range(candles.inside), candles.past_ranges)


@indicator("price.drawdown.{asset}")
def drawdown(view: View, asset: str) -> Measured:
    """100 (low / open - 1), percent, never positive.

    From `bars/*` of the lead market; below -1 average true range it is deep.
    """
    candles = view.candles(asset)
    return _at_end(view, candles, fall_to_low(candles))


def fall_to_low(candles: Candles) -> float:
    """Percent, from the window's open to its low."""
    return 100 * (float(candles.inside["low"].min()) / float(candles.inside["open"][0]) - 1)


@indicator("price.runup.{asset}")
def runup(view: View, asset: str) -> Measured:
    """100 (high / open - 1), percent, never negative.

    From `bars/*` of the lead market; above 1 average true range it is steep.
    """
    inside = view.candles(asset).inside
    value = 100 * (float(inside["high"].max()) / float(inside["open"][0]) - 1)
    return _at_end(view, view.candles(asset), value)


@indicator("price.atr.{asset}")
def atr(view: View, asset: str) -> Measured:
    """Wilder's 14-day average true range before the window in percent of the last close before it.

    Scaled by the root of the window's length in days, so that a 4 h move is held against a usual 4 h range. From
    `bars/*` of the lead market; a move of ±1 of it is a big one.
    """
    candles = view.candles(asset)
    return Measured(_scaled_atr(view, asset), view.window.start, view.window.start, candles.source)


def _scaled_atr(view: View, asset: str) -> float:
    return view.once(f"average true range {asset}", lambda: _atr_over(view.candles(asset)))


def _atr_over(candles: Candles) -> float:
    days = candles.days_before
    if len(days["close"]) < 15:
        raise NoData(
            f"{candles.bars.name} has {len(days['close'])} whole days before the window, 15 make an average true range"
        )
    if (days["high"] == days["low"]).all():
        raise NoData(f"{candles.bars.name} never moved before the window")
    percent = 100 * average_true_range(days) / float(days["close"][-1])
    return float(percent * np.sqrt(candles.window.length / DAY))


def average_true_range(days: dict[str, Values], period: int = 14) -> float:
    """Wilder's mean of max(H-L, |H-C₋₁|, |L-C₋₁|): the first `period` averaged, then smoothed; in price units."""
    previous, high, low = days["close"][:-1], days["high"][1:], days["low"][1:]
    ranges = np.maximum.reduce([high - low, np.abs(high - previous), np.abs(low - previous)])
    smoothed = float(ranges[:period].mean())
    for true_range in ranges[period:]:
        smoothed += (float(true_range) - smoothed) / period
    return smoothed


@indicator("price.return_over_atr.{asset}")
def return_over_atr(view: View, asset: str) -> Measured:
    """Return over the average true range, times of it.

    From `bars/*` of the lead market; beyond ±0.8 a day is a fall or a rise, beyond ±1 a big one.
    """
    candles = view.candles(asset)
    return _at_end(view, candles, window_return(candles) / _scaled_atr(view, asset))


@indicator("price.range_over_atr.{asset}")
def range_over_atr(view: View, asset: str) -> Measured:
    """Range over the average true range, times of it.

    From `bars/*` of the lead market; from 1.3 on with little net move the day was a whipsaw.
    """
    candles = view.candles(asset)
    return _at_end(view, candles, _range(candles.inside) / _scaled_atr(view, asset))


@indicator("price.efficiency.{asset}")
def efficiency(view: View, asset: str) -> Measured:
    """Kaufman's ratio |close - open| / Σ|bar moves|, a fraction from 0 to 1.

    From `bars/*` of the lead market; above 0.5 it went straight, below 0.2 to and fro.
    """
    candles = view.candles(asset)
    path = np.append(candles.inside["open"][0], candles.inside["close"])
    travelled = float(np.abs(np.diff(path)).sum())
    if travelled == 0:
        raise NoData(f"{candles.bars.name} never moved in the window")
    return _at_end(view, candles, abs(float(path[-1] - path[0])) / travelled)


@indicator("price.return_before.{asset}")
def return_before(view: View, asset: str) -> Measured:
    """100 (close / close 7 days earlier - 1) at the window's start, percent; 90 such weeks, a day apart, as history.

    From `bars/*` of the lead market; z ≥ 1.5 is a run that holders may cash in.
    """
    candles = view.candles(asset)
    closes = candles.days_before["close"]
    if len(closes) < 8:
        raise NoData(f"{candles.bars.name} has fewer than 8 whole days before the window")
    weeks = 100 * (closes[7:] / closes[:-7] - 1)
    return Measured(float(weeks[-1]), view.window.start, view.window.start, candles.source, weeks[-91:-1])


@indicator("price.range_before.{asset}")
def range_before(view: View, asset: str) -> Measured:
    """100 (high - low) / first open of the 7 days before the window, percent.

    From `bars/*` of the lead market; z ≤ -1 is a range that waits to break.
    """
    candles = view.candles(asset)
    days = candles.days_before
    if len(days["open"]) < 7:
        raise NoData(f"{candles.bars.name} has fewer than 7 whole days before the window")
    highs, lows = (np.lib.stride_tricks.sliding_window_view(days[column], 7) for column in ("high", "low"))
    weeks = 100 * (highs.max(axis=1) - lows.min(axis=1)) / days["open"][:-6]
    return Measured(float(weeks[-1]), view.window.start, view.window.start, candles.source, weeks[-91:-1])


@indicator("volatility.realised.{asset}")
def realised_volatility(view: View, asset: str) -> Measured:
    """√(Σ r²) of the window's log bar returns x √(365 / days), percent a year.

    From `bars/*` of the lead market; z ≥ 1.5 is wild, z ≤ -1 calm.
    """
    candles = view.candles(asset)
    moves = np.log(candles.inside["close"] / candles.inside["open"])
    return _at_end(view, candles, float(annualised(moves, view.window.length)), candles.past_volatilities)


@indicator("volume.relative.{asset}")
def relative_volume(view: View, asset: str) -> Measured:
    """The window's volume in coins over the median of the same hours on the 28 days before, times of it.

    From `bars/*` of the lead market; ≥ 2 is heavy, ≤ 0.7 thin.
    """
    candles = view.candles(asset)
    month = candles.past_volumes[:28]
    recorded = month[~np.isnan(month)]
    usual = float(np.median(recorded)) if len(recorded) else 0.0
    if not usual > 0:
        raise NoData(f"{candles.bars.name} holds no volume to compare with")
    return _at_end(view, candles, float(candles.inside["volume"].sum()) / usual, candles.past_volumes / usual)


@indicator("volume.rebound.{asset}")
def rebound_volume(view: View, asset: str) -> Measured:
    """Volume of the rising over that of the falling bars after the low, times of it.

    The low must lie four bars or more before the window's end and the price must have risen since. From
    `bars/*` of the lead market; below 0.8 the rebound came on low volume.
    """
    candles = view.candles(asset)
    first = int(candles.inside["low"].argmin()) + 1
    opens, closes, volume = (candles.inside[column][first:] for column in ("open", "close", "volume"))
    moves = closes - opens
    falling = float(volume[moves < 0].sum())
    if len(moves) < 4 or falling == 0 or closes[-1] <= opens[0]:
        raise NoData("no rebound of four bars or more after the low")
    return _at_end(view, candles, float(volume[moves > 0].sum()) / falling)


def _range(bars: dict[str, Values]) -> float:
    return 100 * float(bars["high"].max() - bars["low"].min()) / float(bars["open"][0])
