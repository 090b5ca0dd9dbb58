"""The supply of dollar stablecoins: money that stands ready inside crypto, from `stablecoins.supply`, one row a day."""

from datetime import timedelta

import numpy as np

from bot.domain.series import moment
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Track, milliseconds
from bot.indicators.view import COMPARED_DAYS, DAILY_SLACK, View, days_back, indicator, row_at, values_at


def _change(view: View, days: int) -> Measured:
    """Percent over the days up to the newest figure, against the same change on the 90 days before."""
    track = view.track("stablecoins.supply")
    row = row_at(track, view.window.end)
    if row < 0 or view.window.end - moment(int(track.time[row])) > DAILY_SLACK:
        left_out = track.left_out(view.window.end - DAILY_SLACK, view.window.end)
        raise NoData(f"{track.name} has no value in the 36 h up to the window's end{left_out}")
    newest = moment(int(track.time[row]))
    edges = days_back(newest, COMPARED_DAYS + days + 2)
    held = values_at(track, edges, timedelta(hours=2))
    changes = 100 * (held[:-days] / held[days:] - 1)
    if not np.isfinite(changes[0]):
        raise NoData(f"{track.name} has no value {days} days earlier")
    skipped = max(1, int((edges > milliseconds(view.window.start)).sum()))
    history = changes[skipped : skipped + COMPARED_DAYS]
    return Measured(float(changes[0]), newest, moment(int(track.known[row])), track.name, history)


@indicator("stablecoins.change_7d")
def week(view: View, _: str) -> Measured:
    """100 (supply / supply 7 days earlier - 1), percent, from `stablecoins.supply`; below 0 dollars leave."""
    return _change(view, 7)


@indicator("stablecoins.change_30d")
def month(view: View, _: str) -> Measured:
    """100 (supply / supply 30 days earlier - 1), percent, from `stablecoins.supply`; below 0 dollars leave."""
    return _change(view, 30)


@indicator("stablecoins.ratio")
def supply_ratio(view: View, _: str) -> Measured:
    """BTC's market cap over the supply at the window's start (SSR), a ratio; z ≤ -1.5 is much buying power.

    From `market_cap.btc` and `stablecoins.supply`.
    """
    supply, caps = view.track("stablecoins.supply"), view.track("market_cap.btc")
    ratio = values_at(caps, supply.time, DAILY_SLACK) / supply.value
    told = np.isfinite(ratio)
    known = caps.known[np.maximum(np.searchsorted(caps.time, supply.time, side="right") - 1, 0)]
    columns = supply.time[told], ratio[told], np.maximum(supply.known, known)[told]
    return view.level_of(view.window.start, Track(f"{caps.name} / {supply.name}", *columns)).measured()
