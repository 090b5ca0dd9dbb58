"""How an asset did beside BTC once its usual sensitivity is taken out, and how broad the move was."""

from collections.abc import Iterable

import numpy as np

from bot.domain.catalogue import ASSETS
from bot.indicators.candles import Candles
from bot.indicators.price import fall_to_low, window_return
from bot.indicators.robust import Measured, NoData
from bot.indicators.view import View, indicator

BETA_DAYS = 60
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
    days = mine.days_before["close"].to_frame("mine").join(bitcoin.days_before["close"].rename("btc"), how="inner")
    returns = days.iloc[-BETA_DAYS - 1 :].pct_change().iloc[1:].to_numpy()
    if len(returns) < 30:
        raise NoData(f"{asset} and BTC share {len(returns)} daily returns before the window, 30 make a beta")
    own, market = returns[:, 0] - returns[:, 0].mean(), returns[:, 1] - returns[:, 1].mean()
    return float((own * market).sum() / (market**2).sum())


def _sources(mine: Candles, bitcoin: Candles) -> str:
    return f"{mine.source}, {bitcoin.source}"


@indicator("relative.beta_vs_btc.{asset}")
def beta(view: View, asset: str) -> Measured:
    """Sensitivity of the asset's daily return to BTC's."""
    mine, bitcoin = _pair(view, asset)
    return Measured(_beta(view, asset), view.window.start, view.window.start, _sources(mine, bitcoin))


@indicator("relative.residual_vs_btc.{asset}")
def residual(view: View, asset: str) -> Measured:
    """Return minus beta times BTC's return, percentage points; z ≤ -1.5 is weak."""
    mine, bitcoin = _pair(view, asset)
    slope, shared = _beta(view, asset), min(len(mine.past_returns), len(bitcoin.past_returns))
    history = mine.past_returns[:shared] - slope * bitcoin.past_returns[:shared]
    value = window_return(mine) - slope * window_return(bitcoin)
    return Measured(value, view.window.end, view.window.end, _sources(mine, bitcoin), history)


@indicator("relative.excess_return.{asset}")
def excess_return(view: View, asset: str) -> Measured:
    """Return minus BTC's, percentage points."""
    mine, bitcoin = _pair(view, asset)
    shared = min(len(mine.past_returns), len(bitcoin.past_returns))
    history = mine.past_returns[:shared] - bitcoin.past_returns[:shared]
    value = window_return(mine) - window_return(bitcoin)
    return Measured(value, view.window.end, view.window.end, _sources(mine, bitcoin), history)


@indicator("relative.excess_drawdown.{asset}")
def excess_drawdown(view: View, asset: str) -> Measured:
    """Fall from the window's open to its low minus BTC's, percentage points."""
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
    """Share of the majors that closed lower; ≥ 0.9 is broad."""
    returns = _returns(view)
    return _over_majors(view, [value < 0 for value in returns.values()], returns)


@indicator("breadth.share_beating_btc")
def share_beating(view: View, _: str) -> Measured:
    """Share of the other majors that did better than BTC."""
    returns = _returns(view)
    if "BTC" not in returns:
        raise NoData("no BTC return to beat")
    others = [value > returns["BTC"] for asset, value in returns.items() if asset != "BTC"]
    return _over_majors(view, others, returns)


def _over_majors(view: View, holds: list[bool], majors: Iterable[str]) -> Measured:
    """The share of the majors something holds for; the source names their markets with * for the asset."""
    source = ", ".join(sorted({view.candles(asset).source.replace(f".{asset}-", ".*-") for asset in majors}))
    return Measured(float(np.mean(holds)), view.window.end, view.window.end, source)
