"""Fear, greed, and what options charge for the next month."""

from bot.indicators.robust import Measured
from bot.indicators.view import View, indicator


@indicator("sentiment.fear_greed")
def fear_greed(view: View, _: str) -> Measured:
    """The index as published before the window, points from 0 (extreme fear) to 100 (extreme greed).

    From `sentiment.fear_greed`; ≤ 20 and ≥ 80 are extremes.
    """
    return view.level(view.window.start, "sentiment.fear_greed").measured()


@indicator("sentiment.fear_greed_after")
def fear_greed_after(view: View, _: str) -> Measured:
    """The newest published index, points from 0 to 100.

    From `sentiment.fear_greed`; ≤ 20 and ≥ 80 are extremes.
    """
    return view.level(view.window.end, "sentiment.fear_greed").measured()


@indicator("volatility.dvol.btc")
def dvol(view: View, _: str) -> Measured:
    """Deribit's 30-day implied volatility of BTC, annualised points, latest of the window.

    From `volatility.dvol.btc`; z ≥ 1.5 is expensive protection.
    """
    return view.latest("volatility.dvol.btc").measured()


@indicator("volatility.dvol.btc.change")
def dvol_change(view: View, _: str) -> Measured:
    """Implied volatility at the window's end minus that at its start, points.

    From `volatility.dvol.btc`; z ≥ 1.5 is a scare.
    """
    return view.change("volatility.dvol.btc", relative=False)
