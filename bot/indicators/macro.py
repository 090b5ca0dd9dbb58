"""What the markets outside did at their last close inside the window, against the close before it.

On a weekend or holiday there is no close inside the window, and no reading: the outside world was shut.
"""

from collections.abc import Callable
from datetime import timedelta

import numpy as np

from bot.domain.series import moment
from bot.indicators.candles import DAY
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Track, Values
from bot.indicators.view import Indicator, View, indicator, row_at

__all__ = ["change_between_closes", "difference"]

COMPARED_CLOSES = 90


def difference(after: Values, before: Values) -> Values:
    return after - before


def _basis_points(after: Values, before: Values) -> Values:
    """From yields in percent."""
    return 100 * (after - before)


def _percent(after: Values, before: Values) -> Values:
    return np.asarray(100 * (after / before - 1))


def change_between_closes(view: View, track: Track, measure: Callable[[Values, Values], Values]) -> Measured:
    """Last close in the window against the last one at or before its start.

    The history is made of changes over as many closes that ended before the window.
    """
    if view.window.length < DAY:
        raise NoData(f"{track.name} moves from close to close, longer than the window")
    last, first = row_at(track, view.window.end), row_at(track, view.window.start)
    if last <= first or last < 1:
        left_out = track.left_out(view.window.start, view.window.end)
        raise NoData(f"{track.name} has no close inside the window{left_out}")
    closes = max(1, last - max(first, 0))
    values = track.value[: last + 1]
    if moment(int(track.time[last])) - moment(int(track.time[last - closes])) > view.window.length + timedelta(days=5):
        raise NoData(f"{track.name} has no close in the five days before the window")
    changes = measure(values[closes:], values[:-closes])
    earlier = changes[: len(changes) - closes][-COMPARED_CLOSES:]
    when, known = moment(int(track.time[last])), moment(int(track.known[last]))
    return Measured(float(changes[-1]), when, known, track.name, earlier)


_CHANGES = (
    ("rates.us10y.change", "rates.us10y", _basis_points, "z ≥ 1.5 weighs on risk, from ±5 on it is a move"),
    ("rates.us2y.change", "rates.us2y", _basis_points, "z ≥ 1.5 is a Fed seen stricter, from ±5 on it is a move"),
    ("rates.breakeven10y.change", "rates.breakeven10y", _basis_points, "z ≥ 1.5 is inflation feared"),
    ("dollar.index.change", "dollar.dxy", _percent, "z ≥ 1.5 weighs on risk, from ±0.5 on it is a move"),
    ("equities.sp500.change", "equities.sp500", _percent, "z ≤ -1.5 is risk-off, from ±1 on it is a move"),
    ("equities.tech.change", "equities.xlk", _percent, "z ≤ -1.5 is risk-off, from ±1.5 on it is a move"),
    ("volatility.vix.change", "volatility.vix", difference, "z ≥ 1.5 is a scare, from 2 on it is a move"),
    ("oil.wti.change", "oil.wti", _percent, "z ≥ 1.5 is war or shortage feared, from ±3 on it is a move"),
    ("credit.high_yield_spread.change", "credit.high_yield_spread", _basis_points, "z ≥ 1.5 is lenders retreating"),
)
_FORMULAS: dict[Callable[[Values, Values], Values], str] = {
    _basis_points: "100 (last close - close before it), basis points",
    _percent: "100 (last close / close before it - 1), percent",
    difference: "Last close minus the close before it, points",
}


def _changes_of(series: str, measure: Callable[[Values, Values], Values], threshold: str) -> Indicator:
    def change(view: View, _: str) -> Measured:
        return change_between_closes(view, view.track(series), measure)

    change.__doc__ = f"""{_FORMULAS[measure]}; last inside the window, before it at or before its start.

    From `{series}`; {threshold}.
    """
    return change


for _name, _series, _measure, _threshold in _CHANGES:
    indicator(_name)(_changes_of(_series, _measure, _threshold))


def _close(view: View, series: str) -> Measured:
    """The newest close, up to five days old for weekends and holidays."""
    return view.level(view.window.end, series, slack=5 * DAY).measured()


@indicator("rates.us10y")
def us10y(view: View, _: str) -> Measured:
    """Ten-year Treasury yield at the last close, percent.

    From `rates.us10y`; a level, no threshold.
    """
    return _close(view, "rates.us10y")


@indicator("volatility.vix")
def vix(view: View, _: str) -> Measured:
    """VIX at the last close, points.

    From `volatility.vix`; above 20 is nervous, above 30 fear.
    """
    return _close(view, "volatility.vix")
