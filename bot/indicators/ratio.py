"""An asset priced in BTC: the ratio traders watch, where it stands and how it moved.

Both legs are the lead markets' bars of one hour; the history is the same hour on the days before.
"""

import numpy as np

from bot.indicators.candles import Candles
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Values
from bot.indicators.view import COMPARED_DAYS, View, days_back, indicator, whole_days

MONTH_DAYS = 30


def _legs(view: View, asset: str) -> tuple[Candles, Candles]:
    if asset == "BTC":
        raise NoData("BTC is what the others are priced in")
    return view.candles(asset), view.candles("BTC")


def _closes(candles: Candles, view: View, count: int, end: bool) -> Values:
    """Closes at the window's edge and at the same hour on the days before, newest first, NaN where there is none."""
    edge = view.window.end if end else view.window.start
    return candles.bars.at("close", days_back(edge - candles.bars.timeframe, count))


def _ratios(view: View, asset: str, count: int, *, end: bool) -> Values:
    mine, bitcoin = _legs(view, asset)
    return np.asarray(_closes(mine, view, count, end) / _closes(bitcoin, view, count, end))


def _source(view: View, asset: str) -> str:
    return ", ".join(dict.fromkeys(candles.source for candles in _legs(view, asset)))


@indicator("relative.in_btc.{asset}")
def in_btc(view: View, asset: str) -> Measured:
    """The asset's close over BTC's at the window's end, a ratio, from `bars/*`; z ≤ -1.5 is cheap."""
    skipped = whole_days(view.window)
    ratios = _ratios(view, asset, COMPARED_DAYS + skipped, end=True)
    return Measured(float(ratios[0]), view.window.end, view.window.end, _source(view, asset), ratios[skipped:])


@indicator("relative.in_btc_change.{asset}")
def change(view: View, asset: str) -> Measured:
    """100 ((1 + the asset's return) / (1 + BTC's) - 1) over the window, percent, from `bars/*`; z ≤ -1.5 is weak."""
    legs = _legs(view, asset)
    mine, bitcoin = (leg.inside["close"][-1] / leg.inside["open"][0] for leg in legs)
    past = [1 + leg.past_returns / 100 for leg in legs]
    history = 100 * (past[0] / past[1] - 1)
    return Measured(100 * (float(mine / bitcoin) - 1), view.window.end, view.window.end, _source(view, asset), history)


@indicator("relative.in_btc_change_30d.{asset}")
def month_before(view: View, asset: str) -> Measured:
    """100 (ratio at the window's start / ratio 30 days earlier - 1), percent, from `bars/*`; below 0 it trends down."""
    ratios = _ratios(view, asset, 1 + COMPARED_DAYS + MONTH_DAYS, end=False)
    changes = 100 * (ratios[:-MONTH_DAYS] / ratios[MONTH_DAYS:] - 1)
    if not np.isfinite(changes[0]):
        raise NoData(f"{_source(view, asset)} do not reach over the {MONTH_DAYS} days before the window")
    return Measured(float(changes[0]), view.window.start, view.window.start, _source(view, asset), changes[1:])
