"""How an asset did beside BTC once its usual sensitivity is taken out, and how broad the move was."""

import re
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from bot.domain.catalogue import ASSETS
from bot.indicators.candles import DAY, Candles
from bot.indicators.price import fall_to_low, window_return
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Values
from bot.indicators.view import View, indicator

BETA_DAYS = 60
FEWEST_RETURNS = 30
BREADTH_MINIMUM = 5
"""Fewer majors than this make no breadth."""


def _pair(view: View, asset: str) -> tuple[Candles, Candles]:
    if asset == "BTC":
        raise NoData("BTC is what the others are held against")
    return view.candles(asset), view.candles("BTC")


def _beta(view: View, asset: str) -> float:
    return view.once(f"beta {asset}", lambda: _slope(view, asset))


def _slope(view: View, asset: str) -> float:
    """Least-squares slope of 60 daily returns before the window; raises NoData below 30 common days."""
    mine, bitcoin = _pair(view, asset)
    days = mine.days_before, bitcoin.days_before
    _, *shared = np.intersect1d(days[0]["place"], days[1]["place"], assume_unique=True, return_indices=True)
    closes = np.stack([day["close"][rows[-BETA_DAYS - 1 :]] for day, rows in zip(days, shared, strict=True)])
    returns = closes[:, 1:] / closes[:, :-1] - 1
    if returns.shape[1] < FEWEST_RETURNS:
        raise NoData(f"{asset} and BTC share {returns.shape[1]} daily returns before the window, 30 make a beta")
    return _least_squares(returns[0], returns[1])


def _sources(mine: Candles, bitcoin: Candles) -> str:
    return f"{mine.source}, {bitcoin.source}"


@indicator("relative.beta_vs_btc.{asset}")
def beta(view: View, asset: str) -> Measured:
    """Least-squares slope of 60 daily returns before the window on BTC's, a ratio.

    From `bars/*` of the lead market; above 1 it exaggerates BTC's moves.
    """
    mine, bitcoin = _pair(view, asset)
    return Measured(_beta(view, asset), view.window.start, view.window.start, _sources(mine, bitcoin))


@indicator("relative.residual_vs_btc.{asset}")
def residual(view: View, asset: str) -> Measured:
    """Return minus beta times BTC's return, percentage points.

    From `bars/*` of the lead market; z ≤ -1.5 is weak, z ≥ 1.5 strong for reasons of its own.
    """
    mine, bitcoin = _pair(view, asset)
    slope, shared = _beta(view, asset), min(len(mine.past_returns), len(bitcoin.past_returns))
    history = mine.past_returns[:shared] - slope * bitcoin.past_returns[:shared]
    value = window_return(mine) - slope * window_return(bitcoin)
    return Measured(value, view.window.end, view.window.end, _sources(mine, bitcoin), history)


@indicator("relative.excess_return.{asset}")
def excess_return(view: View, asset: str) -> Measured:
    """Return minus BTC's, percentage points.

    From `bars/*` of the lead market; z beyond ±1.5 is worth a word.
    """
    mine, bitcoin = _pair(view, asset)
    shared = min(len(mine.past_returns), len(bitcoin.past_returns))
    history = mine.past_returns[:shared] - bitcoin.past_returns[:shared]
    value = window_return(mine) - window_return(bitcoin)
    return Measured(value, view.window.end, view.window.end, _sources(mine, bitcoin), history)


@indicator("relative.excess_drawdown.{asset}")
def excess_drawdown(view: View, asset: str) -> Measured:
    """Fall from the window's open to its low minus BTC's, percentage points.

    From `bars/*` of the lead market; below -2 it was hit much harder on the way.
    """
    mine, bitcoin = _pair(view, asset)
    value = fall_to_low(mine) - fall_to_low(bitcoin)
    return Measured(value, view.window.end, view.window.end, _sources(mine, bitcoin))


def _returns(view: View) -> dict[str, float]:
    """The window's return of every major whose market fills it."""
    return view.once("returns of the majors", lambda: _all_returns(view))


def _all_returns(view: View) -> dict[str, float]:
    returns = {}
    for asset in ASSETS:
        try:
            returns[asset] = window_return(view.candles(asset))
        except NoData:
            continue
    if len(returns) < BREADTH_MINIMUM:
        raise NoData(f"{len(returns)} majors have bars for the whole window, {BREADTH_MINIMUM} make a breadth")
    return returns


@indicator("breadth.share_down")
def share_down(view: View, _: str) -> Measured:
    """Share of the majors that closed lower, a fraction.

    From `bars/*` of the lead market of each; ≥ 0.9 is broad.
    """
    returns = _returns(view)
    return _over_majors(view, [value < 0 for value in returns.values()], returns)


@indicator("breadth.share_beating_btc")
def share_beating(view: View, _: str) -> Measured:
    """Share of the other majors that did better than BTC, a fraction.

    From `bars/*` of the lead market of each; ≤ 0.1 money hid in BTC, ≥ 0.9 it left it.
    """
    returns = _returns(view)
    if "BTC" not in returns:
        raise NoData("no BTC return to beat")
    others = [value > returns["BTC"] for asset, value in returns.items() if asset != "BTC"]
    return _over_majors(view, others, returns)


def _over_majors(view: View, holds: list[bool], majors: Iterable[str]) -> Measured:
    """The share of the majors something holds for; the source names their markets with * for the asset."""
    source = ", ".join(sorted({view.candles(asset).source.replace(f".{asset}-", ".*-") for asset in majors}))
    return Measured(float(np.mean(holds)), view.window.end, view.window.end, source)


def _alts(view: View) -> list[Candles]:
    """The majors other than BTC and ETH whose markets fill the window."""
    alts = [view.candles(asset) for asset in _returns(view) if asset not in {"BTC", "ETH"}]
    if len(alts) < BREADTH_MINIMUM:
        raise NoData(f"{len(alts)} alts have bars for the whole window, {BREADTH_MINIMUM} make a median")
    return alts


def _past_medians(view: View) -> Values:
    return view.once("past returns of alts", lambda: _middle([alt.past_returns for alt in _alts(view)]))


def _middle(returns: list[Values]) -> Values:
    """The median over the assets at each time, NaN where fewer than five have a return."""
    ordered = np.sort(np.stack(returns), axis=0)  # what is absent comes last
    count = np.isfinite(ordered).sum(axis=0)
    times, upper = np.arange(ordered.shape[1]), np.minimum(count // 2, len(returns) - 1)
    middle = (ordered[np.maximum(count - 1, 0) // 2, times] + ordered[upper, times]) / 2
    return np.where(count >= BREADTH_MINIMUM, middle, np.nan)


def _of_alts(view: View, value: float, history: Values) -> Measured:
    markets = {re.sub(r"\.[A-Z]+-", ".*-", candles.source) for candles in _alts(view)}
    return Measured(value, view.window.end, view.window.end, ", ".join(sorted(markets)), history)


def _median_alt(view: View) -> float:
    return float(np.median([window_return(alt) for alt in _alts(view)]))


@indicator("relative.alt_return")
def alt_return(view: View, _: str) -> Measured:
    """Median return of the majors other than BTC and ETH, percent.

    From `bars/*` of the lead market of each; z beyond ±1.5 is a day of the alts.
    """
    return _of_alts(view, _median_alt(view), _past_medians(view))


@indicator("relative.alt_excess")
def alt_excess(view: View, _: str) -> Measured:
    """The alts' median return minus beta times BTC's, percentage points.

    Beta is the least-squares slope of the median alt's 60 daily returns before the window on BTC's. From
    `bars/*` of the lead market of each; z ≥ 1.5 is money moving into alts, z ≤ -1.5 out of them.
    """
    bitcoin, slope = view.candles("BTC"), view.once("beta of alts", lambda: _alt_slope(view))
    history = _past_medians(view) - slope * bitcoin.past_returns
    alts = _of_alts(view, _median_alt(view) - slope * window_return(bitcoin), history)
    return replace(alts, source=f"{alts.source}, {bitcoin.source}")


def _alt_slope(view: View) -> float:
    start = view.window.start
    alts = _middle([alt.returns(start, DAY, BETA_DAYS) for alt in _alts(view)])
    bitcoin = view.candles("BTC").returns(start, DAY, BETA_DAYS)
    both = np.isfinite(alts) & np.isfinite(bitcoin)
    if both.sum() < FEWEST_RETURNS:
        raise NoData(f"alts and BTC share {both.sum()} daily returns before the window, {FEWEST_RETURNS} make a beta")
    return _least_squares(alts[both], bitcoin[both])


def _least_squares(mine: Values, market: Values) -> float:
    """The slope of one on the other."""
    own, other = mine - mine.mean(), market - market.mean()
    return float((own * other).sum() / (other**2).sum())
