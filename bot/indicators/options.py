"""What Deribit's options said: Friday's expiry ahead of the window, puts against calls, and the skew.

Only live data has them: books of options aren't recorded by anyone for free.
"""

from bot.indicators.robust import Measured
from bot.indicators.view import View, indicator


@indicator("options.expiry_notional.btc")
def expiry_notional(view: View, _: str) -> Measured:
    """Open interest x price of the options that lapse on the next Friday, USD, as last seen before the window.

    From `options.expiry_notional.btc`; a week's is 2 to 4 billion, a quarter's above 10.
    """
    return view.level(view.window.start, "options.expiry_notional.btc").measured()


@indicator("options.max_pain.btc")
def max_pain(view: View, _: str) -> Measured:
    """The strike at which holders of those options are paid least, USD, as last seen before the window.

    Σ open interest x what each option pays is smallest there. From `options.max_pain.btc`; a level, no threshold.
    """
    return view.level(view.window.start, "options.max_pain.btc").measured()


@indicator("options.max_pain_distance.btc")
def max_pain_distance(view: View, asset: str) -> Measured:
    """100 (the window's open / max pain - 1), percent; within ±2 the price has little way to be drawn.

    From `options.max_pain.btc` and `bars/*`.
    """
    pain, candles = max_pain(view, asset), view.candles("BTC")
    value = 100 * (float(candles.inside["open"][0]) / pain.value - 1)
    return Measured(value, view.window.start, pain.known, f"{candles.source}, {pain.source}")


@indicator("options.put_call.open_interest.btc")
def puts_open(view: View, _: str) -> Measured:
    """Puts over calls by open interest before the window, a ratio, from the series of that name; z ≥ 1.5 is fear."""
    return view.level(view.window.start, "options.put_call.open_interest.btc").measured()


@indicator("options.put_call.volume.btc")
def puts_traded(view: View, _: str) -> Measured:
    """Puts over calls by a day's volume, latest, a ratio, from the series of that name; z ≥ 1.5 is fear."""
    return view.latest("options.put_call.volume.btc").measured()


@indicator("options.skew_25d.btc")
def skew(view: View, _: str) -> Measured:
    """Implied volatility of 25-delta calls minus puts in 30 days, points, latest, from the series of that name.

    Below 0 protection against a fall is dearer; z ≤ -1.5 is fear.
    """
    return view.latest("options.skew_25d.btc").measured()
