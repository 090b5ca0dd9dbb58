"""The run before the window: how far the price had come, what holders sat on, and how wild the month was."""

import numpy as np

from bot.indicators.candles import DAY, Candles, annualised
from bot.indicators.levels import highest_before
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Values
from bot.indicators.view import COMPARED_DAYS, View, indicator

RUN_DAYS = 30
PERIOD = 14


def _at_start(view: View, candles: Candles, value: float, history: Values | None = None) -> Measured:
    return Measured(value, view.window.start, view.window.start, candles.source, history)


@indicator("price.return_30d_before.{asset}")
def return_before(view: View, asset: str) -> Measured:
    """100 (close / open 30 days earlier - 1) at the window's start, percent.

    From `bars/*` of the lead market; z ≥ 1.5 is a run that holders may cash in.
    """
    candles = view.candles(asset)
    returns = candles.returns(view.window.start, RUN_DAYS * DAY, 1 + COMPARED_DAYS)
    if not np.isfinite(returns[0]):
        raise NoData(f"{candles.bars.name} does not reach over the {RUN_DAYS} days before the window")
    return _at_start(view, candles, float(returns[0]), returns[1:])


@indicator("price.drawdown_from_high_30d.{asset}")
def drawdown_from_high(view: View, asset: str) -> Measured:
    """100 (open / highest high of the 30 days before - 1), percent.

    From `bars/*` of the lead market; above -2 the window began near its high.
    """
    candles = view.candles(asset)
    high = highest_before(view, asset, RUN_DAYS)
    return _at_start(view, candles, 100 * (float(candles.inside["open"][0]) / high.value - 1))


@indicator("price.rsi.{asset}")
def relative_strength_index(view: View, asset: str) -> Measured:
    """Wilder's 14-day RSI of the daily closes before the window: 100 RS / (1 + RS), points from 0 to 100.

    From `bars/*` of the lead market; ≥ 70 is overbought, ≤ 30 oversold.
    """
    candles = view.candles(asset)
    closes = candles.days_before["close"]
    if len(closes) < PERIOD + 1:
        raise NoData(f"{candles.bars.name} has {len(closes)} whole days before the window, 15 make an RSI")
    return _at_start(view, candles, wilder_rsi(closes))


def wilder_rsi(closes: Values, period: int = PERIOD) -> float:
    """0 to 100; the first `period` steps averaged, then smoothed. Raises NoData where nothing ever moved."""
    steps = np.diff(closes)
    weights = _wilder_weights(len(steps), period)
    gains, losses = float((weights * np.maximum(steps, 0)).sum()), float((weights * np.maximum(-steps, 0)).sum())
    if gains + losses == 0:
        raise NoData("the price never moved before the window")
    return 100 * (gains / (gains + losses))


def _wilder_weights(count: int, period: int) -> Values:
    """What each step weighs in Wilder's smoothed mean, oldest first."""
    ages = np.append(np.full(period, count - period), np.arange(count - period - 1, -1, -1))
    return np.asarray((1 - 1 / period) ** ages / period)


@indicator("volatility.realised_30d.{asset}")
def realised_volatility(view: View, asset: str) -> Measured:
    """√(Σ r²) of the log bar returns of the 30 days before x √(365 / 30), percent a year.

    From `bars/*` of the lead market; z ≤ -1 is coiled.
    """
    candles = view.candles(asset)
    bars = candles.before(RUN_DAYS * DAY)
    moves = np.log(bars["close"] / bars["open"])
    return _at_start(view, candles, float(annualised(moves, RUN_DAYS * DAY)), _past_months(candles))


def _past_months(candles: Candles) -> Values:
    """Annualised volatility of the 30 days up to each earlier day of the lookback; NaN where a bar is absent."""
    width = max(1, DAY // candles.bars.timeframe)
    rows = len(candles.grid["open"]) - candles.length
    moves = np.log(candles.grid["close"][rows % width : rows] / candles.grid["open"][rows % width : rows])
    days = (moves.reshape(-1, width) ** 2).sum(axis=1)
    months = np.lib.stride_tricks.sliding_window_view(days, RUN_DAYS)[:-1] if len(days) >= RUN_DAYS else days[:0, None]
    return annualised(np.sqrt(months), RUN_DAYS * DAY)
