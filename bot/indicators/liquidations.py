"""Forced closures inside the window: how many, of which side, against how much open interest.

Venues report at most one liquidation a second and symbol, so every total is "at least"; shares and ranks are sound.
Daily totals count only where their days are exactly the window's days: the recorded series can't be cut finer.
"""

from datetime import timedelta

import numpy as np

from bot.domain.catalogue import COVERED
from bot.domain.series import moment
from bot.indicators.candles import DAY
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Track, Values
from bot.indicators.view import COMPARED_DAYS, View, day_totals, days_back, indicator, joined, row_at, values_at

REPORTED = "liquidations.reported"


def _sum(columns: Values) -> Values:
    return np.asarray(columns.sum(axis=1))


def _side(view: View, side: str, assets: tuple[str, ...]) -> Track:
    """Daily USD of one side over the assets."""
    name = f"liquidations.{side}.{_named(assets)}"
    return view.once(name, lambda: joined(name, [view.track(f"liquidations.{side}.{a.lower()}") for a in assets], _sum))


def _both(view: View, assets: tuple[str, ...]) -> Track:
    name = f"liquidations.*.{_named(assets)}"
    return view.once(name, lambda: joined(name, [_side(view, side, assets) for side in ("long", "short")], _sum))


def _named(assets: tuple[str, ...]) -> str:
    return assets[0].lower() if len(assets) == 1 else "{" + ",".join(a.lower() for a in assets) + "}"


def _over_window(view: View, track: Track, values: Values) -> Measured:
    known = moment(int(track.known[row_at(track, view.window.end)]))
    return Measured(float(values[0]), view.window.end, known, track.name, values[1:])


def _reported(view: View, side: str) -> Measured:
    """The press's trailing 24 h, where a total was quoted for the very window."""
    track = view.track(f"{REPORTED}.{side}")
    row = row_at(track, view.window.end)
    if view.window.length != DAY or row < 0 or moment(int(track.time[row])) != view.window.end:
        raise NoData("no total was recorded or quoted for the window")
    known = moment(int(track.known[row]))
    return Measured(float(track.value[row]), view.window.end, known, track.name)


def _market(view: View, side: str) -> Measured:
    track = _both(view, COVERED) if side == "total" else _side(view, side, COVERED)
    return _over_window(view, track, _credible(view, COVERED, track))


@indicator("liquidations.total")
def total(view: View, _: str) -> Measured:
    """USD of both sides over the covered assets; where nothing is recorded, the total the press quoted."""
    try:
        return _market(view, "total")
    except NoData:
        return _reported(view, "total")


@indicator("liquidations.long")
def longs(view: View, _: str) -> Measured:
    """USD of the longs over the covered assets; where nothing is recorded, the press's."""
    try:
        return _market(view, "long")
    except NoData:
        return _reported(view, "long")


@indicator("liquidations.short")
def shorts(view: View, _: str) -> Measured:
    """USD of the shorts over the covered assets."""
    return _market(view, "short")


@indicator("liquidations.reported.total")
def reported(view: View, _: str) -> Measured:
    """USD over all venues in the trailing 24 h as the press quoted them."""
    return _reported(view, "total")


@indicator("liquidations.long_share")
def long_share(view: View, _: str) -> Measured:
    """Longs over all; 0.5 is even, 0.8 one-sided."""
    try:
        return _share(view, COVERED)
    except NoData:
        longs_, total_ = _reported(view, "long"), _reported(view, "total")
        known = max(longs_.known, total_.known)
        return Measured(longs_.value / total_.value, longs_.end, known, f"{longs_.source}, {total_.source}")


def _share(view: View, assets: tuple[str, ...]) -> Measured:
    both = _both(view, assets)
    longs_, total_ = day_totals(view, _side(view, "long", assets)), _credible(view, assets, both)
    if total_[0] <= 0:
        raise NoData("nothing was liquidated in the window")
    return _over_window(view, both, longs_ / np.where(total_ > 0, total_, np.nan))


@indicator("liquidations.share_of_open_interest")
def share_of_open_interest(view: View, _: str) -> Measured:
    """USD liquidated over the USD open interest at the window's start, a fraction; the z matters, not the size."""
    return _over_open_interest(view, COVERED)


def _over_open_interest(view: View, assets: tuple[str, ...]) -> Measured:
    both, interest = _both(view, assets), _interest(view, assets)
    liquidated = _credible(view, assets, both)
    days = view.window.length // DAY
    starts = days_back(view.window.start, COMPARED_DAYS + days)
    held = values_at(interest, starts, timedelta(hours=2))
    held = np.append(held[0], held[days:])[: len(liquidated)]
    if not np.isfinite(held[0]):
        raise NoData(f"{interest.name} has no value at the window's start")
    measured = _over_window(view, both, liquidated[: len(held)] / held)
    return Measured(measured.value, measured.end, measured.known, f"{both.name} / {interest.name}", measured.history)


def _interest(view: View, assets: tuple[str, ...]) -> Track:
    """USD open in the assets together."""
    name = f"open_interest.usd.total.{_named(assets)}"
    parts = [f"open_interest.usd.total.{a.lower()}" for a in assets]
    return view.once(name, lambda: joined(name, [view.track(part) for part in parts], _sum))


def _credible(view: View, assets: tuple[str, ...], track: Track) -> Values:
    """The totals of the window and of those before; raises NoData where a day closed more than there was open."""
    totals = day_totals(view, track)
    held = view.once(f"most open {assets}", lambda: _most_open(view, assets))
    most = held * (view.window.length // DAY)
    if totals[0] > most:
        raise NoData(f"{track.name} is absurd: {totals[0]:,.0f} USD were closed, {most:,.0f} were open")
    return totals


def _most_open(view: View, assets: tuple[str, ...]) -> float:
    """USD open at the window's start, or no limit where that is not recorded."""
    try:
        held = values_at(_interest(view, assets), days_back(view.window.start, 1), DAY)[0]
    except NoData:
        return float("inf")
    return float(held) if np.isfinite(held) else float("inf")


@indicator("liquidations.total.{asset}")
def total_of(view: View, asset: str) -> Measured:
    """USD of both sides of one asset."""
    track = _both(view, (asset,))
    return _over_window(view, track, _credible(view, (asset,), track))


@indicator("liquidations.long.{asset}")
def longs_of(view: View, asset: str) -> Measured:
    """USD of one asset's longs."""
    track = _side(view, "long", (asset,))
    return _over_window(view, track, _credible(view, (asset,), track))


@indicator("liquidations.short.{asset}")
def shorts_of(view: View, asset: str) -> Measured:
    """USD of one asset's shorts."""
    track = _side(view, "short", (asset,))
    return _over_window(view, track, _credible(view, (asset,), track))


@indicator("liquidations.long_share.{asset}")
def long_share_of(view: View, asset: str) -> Measured:
    """Longs over all of one asset."""
    return _share(view, (asset,))


@indicator("liquidations.share_of_open_interest.{asset}")
def share_of_open_interest_of(view: View, asset: str) -> Measured:
    """USD liquidated over the asset's open interest at the window's start, a fraction."""
    return _over_open_interest(view, (asset,))


@indicator("liquidations.intensity.eth_over_btc")
def intensity(view: View, _: str) -> Measured:
    """ETH's liquidated share of open interest over BTC's; above 1 ETH was hit harder for its size."""
    ether, bitcoin = _over_open_interest(view, ("ETH",)), _over_open_interest(view, ("BTC",))
    if bitcoin.value <= 0:
        raise NoData("no BTC was liquidated in the window")
    known = max(ether.known, bitcoin.known)
    return Measured(ether.value / bitcoin.value, view.window.end, known, f"({ether.source}) / ({bitcoin.source})")
