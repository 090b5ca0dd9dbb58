"""Levels that could be named before the window began, and where the window opened and closed against them."""

from collections.abc import Callable

from bot.indicators.candles import DAY, markets
from bot.indicators.robust import Measured, NoData
from bot.indicators.view import View, indicator

MEAN_DAYS = 200


def _extreme(view: View, asset: str, days: int, side: str) -> Measured:
    return view.once(f"{side} of {days} days {asset}", lambda: _lowest_or_highest(view, asset, days, side))


def _lowest_or_highest(view: View, asset: str, days: int, side: str) -> Measured:
    """The lowest low or highest high of the days before the window, on the lead market, USD."""
    candles = view.candles(asset)
    before = candles.before(days * DAY)
    value = float(before["low"].min() if side == "low" else before["high"].max())
    return Measured(value, view.window.start, view.window.start, candles.source)


def highest_before(view: View, asset: str, days: int) -> Measured:
    """The highest high of the days before the window, USD."""
    return _extreme(view, asset, days, "high")


def _against(view: View, price: float, level: Measured) -> Measured:
    """Percent by which a price of the window stands above a level."""
    return Measured(100 * (price / level.value - 1), view.window.end, view.window.end, level.source)


def _level(days: int, side: str) -> Callable[[View, str], Measured]:
    def level(view: View, asset: str) -> Measured:
        return _extreme(view, asset, days, side)

    extreme = "lowest low" if side == "low" else "highest high"
    level.__doc__ = f"""The {extreme} of the {days} days before the window, USD a coin.

    From `bars/*` of the lead market; a level, no threshold.
    """
    return level


def _close_against(days: int, side: str) -> Callable[[View, str], Measured]:
    def distance(view: View, asset: str) -> Measured:
        close = float(view.candles(asset).inside["close"][-1])
        return _against(view, close, _extreme(view, asset, days, side))

    distance.__doc__ = f"""100 (close / the {side} of the {days} days before the window - 1), percent.

    From `bars/*` of the lead market; {"below" if side == "low" else "above"} 0 it is broken.
    """
    return distance


for _days in (20, 50):
    for _side in ("low", "high"):
        indicator(f"level.{_side}_{_days}d.{{asset}}")(_level(_days, _side))
        indicator(f"level.close_vs_{_side}_{_days}d.{{asset}}")(_close_against(_days, _side))


@indicator("level.open_vs_low_20d.{asset}")
def open_vs_low(view: View, asset: str) -> Measured:
    """100 (the window's open / the 20-day low before it - 1), percent.

    From `bars/*` of the lead market; above 0 the level still held when the window began.
    """
    return _open_against(view, asset, "low")


@indicator("level.open_vs_high_20d.{asset}")
def open_vs_high(view: View, asset: str) -> Measured:
    """100 (the window's open / the 20-day high before it - 1), percent.

    From `bars/*` of the lead market; below 0 the level still capped the price, above -2 it was near.
    """
    return _open_against(view, asset, "high")


def _open_against(view: View, asset: str, side: str) -> Measured:
    level = _extreme(view, asset, 20, side)
    price = float(view.candles(asset).inside["open"][0])
    return Measured(100 * (price / level.value - 1), view.window.start, view.window.start, level.source)


@indicator("level.mean_200d.{asset}")
def mean_200d(view: View, asset: str) -> Measured:
    """Mean of the 200 daily closes before the window, USD a coin; of one market, without a day absent.

    From `bars/*.1d`; a level, no threshold.
    """
    for name in (market for market in markets(asset) if market.endswith(".1d")):
        bars = view.snapshot.bars(name)
        if bars is None:
            continue
        last = (view.window.start - DAY).replace(hour=0, minute=0)
        closes = bars.between(last - (MEAN_DAYS - 1) * DAY, last)["close"]
        if len(closes) == MEAN_DAYS:
            when = last + DAY
            return Measured(float(closes.mean()), when, when, f"bars/{name}")
    raise NoData(f"no market of {asset} has {MEAN_DAYS} daily closes before the window")


@indicator("level.close_vs_mean_200d.{asset}")
def close_vs_mean(view: View, asset: str) -> Measured:
    """100 (close / mean of the 200 daily closes before - 1), percent: 100 (Mayer multiple - 1).

    From `bars/*`; 0 parts the trends, 140 was overheated, below -45 were past bottoms.
    """
    close = float(view.candles(asset).inside["close"][-1])
    return _against(view, close, mean_200d(view, asset))
