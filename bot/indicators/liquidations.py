"""Forced closures inside the window: how many, of which side, against how much open interest.

Venues report at most one liquidation a second and symbol, so every total is "at least"; shares and ranks are sound.
Daily totals count only where their days are exactly the window's days, hourly ones where its hours are; nothing is cut
finer than it was recorded.
"""

from datetime import timedelta

import numpy as np

from bot.domain.catalogue import COVERED
from bot.domain.series import moment
from bot.indicators.candles import DAY
from bot.indicators.liquidation_totals import Closed, added, closed, named
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Track, Values
from bot.indicators.view import COMPARED_DAYS, View, days_back, indicator, joined, row_at, values_at, whole_days

REPORTED = "liquidations.reported"

MOST_CLOSED = 0.5
"""Of the open interest in a day: the worst day there was, 2025-10-10, closed a tenth of it."""


def _over_window(view: View, track: Track, values: Values) -> Measured:
    """Ends with the newest row that is told."""
    row = row_at(track, view.window.end)
    end, known = moment(int(track.time[row])), moment(int(track.known[row]))
    return Measured(float(values[0]), end, known, track.name, values[1:])


def _reported(view: View, side: str) -> Measured:
    """The press's trailing 24 h, where a total was quoted for the very window."""
    track = view.track(f"{REPORTED}.{side}")
    row = row_at(track, view.window.end)
    if view.window.length != DAY or row < 0 or moment(int(track.time[row])) != view.window.end:
        raise NoData("no total was recorded or quoted for the window")
    known = moment(int(track.known[row]))
    return Measured(float(track.value[row]), view.window.end, known, track.name)


def _of(view: View, side: str, assets: tuple[str, ...]) -> Measured:
    found = _credible(view, side, assets)
    return _over_window(view, found.track, found.usd)


@indicator("liquidations.total")
def total(view: View, _: str) -> Measured:
    """USD of both sides over the covered assets, at least; where nothing is recorded, the total the press quoted.

    From `liquidations.*`, else `liquidations.reported.total`; z ≥ 1.5 is a wave.
    """
    try:
        return _of(view, "total", COVERED)
    except NoData:
        return _reported(view, "total")


@indicator("liquidations.venues")
def venues(view: View, _: str) -> Measured:
    """Number of exchanges whose closures the total counts: the bits set in the window's newest mark.

    From `liquidations.panel` or `liquidations.hour.panel`; below 3 totals are far from whole.
    """
    found = closed(view, "total", COVERED)
    panel, row = view.track(f"{found.step.name}.panel"), row_at(found.track, view.window.end)
    when = moment(int(found.track.time[row]))
    place = row_at(panel, when)
    if place < 0 or moment(int(panel.time[place])) != when:
        raise NoData(f"{panel.name} doesn't tell of {when:%Y-%m-%d %H:%M} UTC")
    return Measured(int(panel.value[place]).bit_count(), when, moment(int(panel.known[place])), panel.name)


@indicator("liquidations.long")
def longs(view: View, _: str) -> Measured:
    """USD of the longs over the covered assets, at least; where nothing is recorded, the press's.

    From `liquidations.long.*`, else `liquidations.reported.long`; z ≥ 1.5 is a wave.
    """
    try:
        return _of(view, "long", COVERED)
    except NoData:
        return _reported(view, "long")


@indicator("liquidations.short")
def shorts(view: View, _: str) -> Measured:
    """USD of the shorts over the covered assets, at least.

    From `liquidations.short.*`; z ≥ 1.5 is a wave.
    """
    return _of(view, "short", COVERED)


@indicator("liquidations.reported.total")
def reported(view: View, _: str) -> Measured:
    """USD over all venues in the trailing 24 h as the press quoted them, at least.

    From `liquidations.reported.total`; above 1 billion it is a wave.
    """
    return _reported(view, "total")


@indicator("liquidations.long_share")
def long_share(view: View, _: str) -> Measured:
    """USD of longs over USD of all, a fraction.

    From `liquidations.*`, else `liquidations.reported.*`; 0.5 is even, from 0.8 on one-sided.
    """
    try:
        return _share(view, COVERED)
    except NoData:
        longs_, total_ = _reported(view, "long"), _reported(view, "total")
        known = max(longs_.known, total_.known)
        return Measured(longs_.value / total_.value, longs_.end, known, f"{longs_.source}, {total_.source}")


def _share(view: View, assets: tuple[str, ...]) -> Measured:
    both = _credible(view, "total", assets)
    longs_ = closed(view, "long", assets, both.step)
    if both.usd[0] <= 0:
        raise NoData("nothing was liquidated in the window")
    return _over_window(view, both.track, longs_.usd / np.where(both.usd > 0, both.usd, np.nan))


@indicator("liquidations.share_of_open_interest")
def share_of_open_interest(view: View, _: str) -> Measured:
    """USD liquidated over the USD open at the window's start, a fraction.

    From `liquidations.*` and `open_interest.usd.total.*`; z ≥ 1.5 is a wave, the size says little.
    """
    return _over_open_interest(view, COVERED)


def _over_open_interest(view: View, assets: tuple[str, ...]) -> Measured:
    both, interest = _credible(view, "total", assets), _interest(view, assets)
    days = whole_days(view.window)
    starts = days_back(view.window.start, COMPARED_DAYS + days)
    held = values_at(interest, starts, timedelta(hours=2))
    held = np.append(held[0], held[days:])[: len(both.usd)]
    if not np.isfinite(held[0]):
        raise NoData(f"{interest.name} has no value at the window's start")
    measured = _over_window(view, both.track, both.usd[: len(held)] / held)
    source = f"{both.track.name} / {interest.name}"
    return Measured(measured.value, measured.end, measured.known, source, measured.history)


def _interest(view: View, assets: tuple[str, ...]) -> Track:
    """USD open in the assets together."""
    name = f"open_interest.usd.total.{named(assets)}"
    parts = [f"open_interest.usd.total.{a.lower()}" for a in assets]
    return view.once(name, lambda: joined(name, [view.track(part) for part in parts], added))


def _credible(view: View, side: str, assets: tuple[str, ...]) -> Closed:
    """What was closed in the window and in those before; raises NoData where a day closed half of what was open."""
    found = closed(view, side, assets)
    held = view.once(f"most open {assets}", lambda: _most_open(view, assets))
    if found.usd[0] > MOST_CLOSED * held * whole_days(view.window):
        raise NoData(f"{found.track.name} is absurd: {found.usd[0]:,.0f} USD were closed, {held:,.0f} were open")
    return found


def _most_open(view: View, assets: tuple[str, ...]) -> float:
    """USD open at the window's start, or no limit where that is not recorded."""
    try:
        held = values_at(_interest(view, assets), days_back(view.window.start, 1), DAY)[0]
    except NoData:
        return float("inf")
    return float(held) if np.isfinite(held) else float("inf")


@indicator("liquidations.total.{asset}")
def total_of(view: View, asset: str) -> Measured:
    """USD of both sides of one asset, at least.

    From `liquidations.*`; z ≥ 1.5 is a wave.
    """
    return _of(view, "total", (asset,))


@indicator("liquidations.long.{asset}")
def longs_of(view: View, asset: str) -> Measured:
    """USD of one asset's longs, at least.

    From `liquidations.long.*`; z ≥ 1.5 is a wave.
    """
    return _of(view, "long", (asset,))


@indicator("liquidations.short.{asset}")
def shorts_of(view: View, asset: str) -> Measured:
    """USD of one asset's shorts, at least.

    From `liquidations.short.*`; z ≥ 1.5 is a wave.
    """
    return _of(view, "short", (asset,))


@indicator("liquidations.long_share.{asset}")
def long_share_of(view: View, asset: str) -> Measured:
    """USD of longs over USD of all of one asset, a fraction.

    From `liquidations.*`; 0.5 is even, from 0.8 on one-sided.
    """
    return _share(view, (asset,))


@indicator("liquidations.share_of_open_interest.{asset}")
def share_of_open_interest_of(view: View, asset: str) -> Measured:
    """USD liquidated over the asset's USD open at the window's start, a fraction.

    From `liquidations.*` and `open_interest.usd.total.*`; z ≥ 1.5 is a wave.
    """
    return _over_open_interest(view, (asset,))


@indicator("liquidations.intensity.eth_over_btc")
def intensity(view: View, _: str) -> Measured:
    """ETH's liquidated share of open interest over BTC's, times of it.

    From `liquidations.*` and `open_interest.usd.total.*`; above 1 ETH was hit harder for its size.
    """
    ether, bitcoin = _over_open_interest(view, ("ETH",)), _over_open_interest(view, ("BTC",))
    if bitcoin.value <= 0:
        raise NoData("no BTC was liquidated in the window")
    known = max(ether.known, bitcoin.known)
    return Measured(ether.value / bitcoin.value, view.window.end, known, f"({ether.source}) / ({bitcoin.source})")
