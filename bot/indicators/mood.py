"""Fear, greed, and what options charge for the next month."""

from bot.indicators.robust import Measured
from bot.indicators.view import View, indicator


@indicator("sentiment.fear_greed")
def fear_greed(view: View, _: str) -> Measured:
    """The index 0 (extreme fear) to 100 (extreme greed) as published before the window."""
    return view.level(view.window.start, "sentiment.fear_greed").measured()


@indicator("sentiment.fear_greed_after")
def fear_greed_after(view: View, _: str) -> Measured:
    """The newest published index."""
    return view.level(view.window.end, "sentiment.fear_greed").measured()


@indicator("volatility.dvol.btc")
def dvol(view: View, _: str) -> Measured:
    """Deribit's 30-day implied volatility of BTC, annualised points."""
    return view.latest("volatility.dvol.btc").measured()


@indicator("volatility.dvol.btc.change")
def dvol_change(view: View, _: str) -> Measured:
    """Its change over the window, points."""
    return view.change("volatility.dvol.btc", relative=False)
