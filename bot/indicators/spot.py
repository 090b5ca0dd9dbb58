"""Spot against perpetuals: who pressed the button, and on which kind of venue the volume was.

Volumes are in coins, each venue's own bars over exactly the window; a venue's hour is never held against another's day.
"""

import numpy as np

from bot.domain.series import TIMEFRAMES, moment
from bot.indicators.candles import Candles, first_filling
from bot.indicators.robust import Measured, NoData
from bot.indicators.view import View, day_totals, indicator, row_at


@indicator("taker.imbalance.{asset}")
def taker_imbalance(view: View, asset: str) -> Measured:
    """(buy - sell) / (buy + sell) of the futures' takers, a fraction.

    From `taker.buy.*` and `taker.sell.*` in USD a day; beyond ±0.03 one side pressed, z says it better.
    """
    bought, sold = (view.track(f"taker.{side}.{asset.lower()}") for side in ("buy", "sell"))
    buys, sells = day_totals(view, bought), day_totals(view, sold)
    share = (buys - sells) / (buys + sells)
    known = max(moment(int(track.known[row_at(track, view.window.end)])) for track in (bought, sold))
    return Measured(float(share[0]), view.window.end, known, f"{bought.name}, {sold.name}", share[1:])


def _candles(view: View, market: str) -> Candles:
    """The market's bars, the finest that fill the window."""
    names = [f"{market}.{timeframe}" for timeframe in TIMEFRAMES]
    return view.once(market, lambda: first_filling(view.snapshot, view.window, names, f"{market} has no bars"))


def _quotient(view: View, above: str, below: tuple[str, ...]) -> Measured:
    """One market's volume over the volume of others together, in the window and in the 90 before."""
    markets = _candles(view, above), [_candles(view, market) for market in below]
    part, whole = markets[0], markets[1]
    value = float(part.inside["volume"].sum()) / float(sum(c.inside["volume"].sum() for c in whole))
    history = part.past_volumes / np.sum([c.past_volumes for c in whole], axis=0)
    source = ", ".join(dict.fromkeys(c.source for c in (part, *whole)))
    return Measured(value, view.window.end, view.window.end, source, history)


@indicator("volume.coinbase_share.{asset}")
def coinbase_share(view: View, asset: str) -> Measured:
    """Coinbase's spot volume over Coinbase's and Binance's, in coins, a fraction.

    From `bars/coinbase.*` and `bars/binance.*`; z ≥ 1.5 is unusually American.
    """
    coinbase, binance = f"coinbase.{asset}-USD", f"binance.{asset}-USDT"
    return _quotient(view, coinbase, (coinbase, binance))


@indicator("volume.spot_over_perp.{asset}")
def spot_over_perpetual(view: View, asset: str) -> Measured:
    """Binance's spot volume over its perpetual's, in coins, a ratio.

    From `bars/binance.*` and `bars/binanceusdm.*`; z ≥ 1.5 is a move carried by spot.
    """
    return _quotient(view, f"binance.{asset}-USDT", (f"binanceusdm.{asset}-USDT-PERP",))


@indicator("volume.relative_weekday.{asset}")
def relative_to_weekday(view: View, asset: str) -> Measured:
    """Volume in coins over the median of the same weekday and hours in the 8 weeks before, times of it.

    From `bars/*` of the lead market; ≤ 0.7 is thin, ≥ 2 heavy.
    """
    candles = view.candles(asset)
    days = -(-view.window.length // TIMEFRAMES["1d"])
    weeks = 7 * np.arange(-(-days // 7), 8 + -(-days // 7)) - days
    same = candles.past_volumes[weeks[weeks < len(candles.past_volumes)]]
    same = same[np.isfinite(same)]
    if len(same) < 4 or not np.median(same) > 0:
        raise NoData(f"{candles.bars.name} holds fewer than 4 of the 8 same weekdays before the window")
    volume = float(candles.inside["volume"].sum())
    return Measured(volume / float(np.median(same)), view.window.end, view.window.end, candles.source)
