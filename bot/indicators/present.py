"""What happened after the window's end: the price of the moment, and the funding that builds up.

Windows end with full hours; whoever asks at twenty to wants to know what happened since.
"""

from datetime import timedelta

import numpy as np

from bot.domain.series import moment
from bot.indicators.positioning import PER_YEAR
from bot.indicators.robust import Measured, NoData
from bot.indicators.view import View, indicator, row_at

RECENT = timedelta(minutes=15)
"""What is older than that at the moment of telling isn't of the moment."""

VENUES = ("binance", "bybit", "okx", "gate", "hyperliquid")
ENOUGH = 2
"""Venues whose median is the market's."""


@indicator("price.now.{asset}")
def price_now(view: View, asset: str) -> Measured:
    """Last trade on the lead market by the moment of telling and after the window, USD a coin.

    From `price.last.<venue>.*`; a level, no threshold.
    """
    venue = view.candles(asset).bars.name.partition(".")[0]
    return _newest(view, f"price.last.{venue}.{asset.lower()}")


@indicator("price.since_close.{asset}")
def since_close(view: View, asset: str) -> Measured:
    """100 (last trade / close - 1), percent, both of the lead market.

    From `price.last.<venue>.*` and `bars/*`; beyond ±1 the recap's close is old news.
    """
    candles, now = view.candles(asset), price_now(view, asset)
    close = float(candles.inside["close"][-1])
    return Measured(100 * (now.value / close - 1), now.end, now.known, f"{now.source}, {candles.source}")


@indicator("funding.running.{asset}")
def funding_running(view: View, asset: str) -> Measured:
    """Median over venues of the rate that builds up for the next payment x 3 x 365, a fraction a year.

    From `funding.running_8h.*`; 0.11 is neutral.
    """
    found = []
    for venue in VENUES:
        try:
            found.append(_newest(view, f"funding.running_8h.{venue}.{asset.lower()}"))
        except NoData:
            continue
    if len(found) < ENOUGH:
        raise NoData(f"fewer than {ENOUGH} venues tell the funding of {asset} that builds up")
    rate = float(np.median([rate.value for rate in found]))
    source = ", ".join(rate.source for rate in found)
    return Measured(PER_YEAR * rate, max(r.end for r in found), max(r.known for r in found), source)


def _newest(view: View, series: str) -> Measured:
    """The newest row, if it is of the moment of telling and from after the window."""
    track, as_of = view.track(series), view.window.as_of
    row = row_at(track, as_of)
    if row < 0 or not max(view.window.end, as_of - RECENT) < (when := moment(int(track.time[row]))):
        raise NoData(f"{series} has nothing of the {RECENT // timedelta(minutes=1)} minutes before the telling")
    return Measured(float(track.value[row]), when, moment(int(track.known[row])), series)
