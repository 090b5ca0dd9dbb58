"""Who was leaning which way before the window, and how that changed in it."""

from datetime import timedelta

import numpy as np

from bot.domain.series import moment
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Track
from bot.indicators.view import COMPARED_DAYS, View, days_back, indicator, row_at, values_at, whole_days

PER_YEAR = 3 * 365
"""Payments a year of a rate quoted per 8 hours."""

HIGHEST_FUNDING = 5.0
"""A year, that is 0.46 % per 8 h: venues cap majors below it, and percent written for fractions lie above."""

BUILDUP_DAYS = 3
CAP_SLACK = timedelta(hours=2)
_VENUES = ("binance", "okx", "bybit", "gate")
"""Whose own figures stand in where there is no better series, best first."""


def _funding_series(asset: str) -> tuple[str, ...]:
    """Weighted over venues where that exists, else single venues; all normalised to a fraction per 8 h."""
    coin = asset.lower()
    return (
        f"funding.rate_8h.oi_weighted.{coin}",
        f"funding.rate_8h.gate.{coin}",
        f"funding.rate_8h.binance.{coin}",
        f"funding.rate_8h.binance.{coin}.daily_mean",
        *(f"funding.rate_8h.{venue}.{coin}" for venue in ("okx", "bybit", "deribit", "hyperliquid")),
    )


@indicator("funding.annualised.{asset}")
def funding(view: View, asset: str) -> Measured:
    """Rate per 8 h x 3 x 365, a fraction a year, at the window's start; weighted over venues where that is recorded.

    From `funding.rate_8h.*`; 0.11 (0.01 % per 8 h) is neutral, above 0.3 hot, below 0 shorts are crowded.
    """
    return _sound(view.level(view.window.start, *_funding_series(asset)).measured(PER_YEAR))


@indicator("funding.annualised_after.{asset}")
def funding_after(view: View, asset: str) -> Measured:
    """Rate per 8 h x 3 x 365, a fraction a year, at the window's end.

    From `funding.rate_8h.*`; 0.11 is neutral, above 0.3 hot, below 0 shorts are crowded.
    """
    return _sound(view.latest(*_funding_series(asset)).measured(PER_YEAR))


def _sound(funding: Measured) -> Measured:
    if abs(funding.value) > HIGHEST_FUNDING:
        raise NoData(f"{funding.source} is absurd: {funding.value:.0%} a year, more than {HIGHEST_FUNDING:.0%}")
    return funding


@indicator("funding.change.{asset}")
def funding_change(view: View, asset: str) -> Measured:
    """Rate at the window's end minus the rate at its start, a fraction a year; from one series, never across venues.

    From `funding.rate_8h.*`; beyond ±0.1 the lean of the market turned.
    """
    reasons = []
    for name in _funding_series(asset):
        try:
            return _moved(view, name)
        except NoData as reason:
            reasons.append(str(reason))
    raise NoData(reasons[0])


def _moved(view: View, name: str) -> Measured:
    before, after = view.level(view.window.start, name), view.latest(name)
    for level in (before, after):
        _sound(level.measured(PER_YEAR))
    days, track = whole_days(view.window), view.track(name)
    count, slack = COMPARED_DAYS + days, timedelta(hours=36)
    ends, starts = (days_back(edge, count)[days:] for edge in (view.window.end, view.window.start))
    history = values_at(track, ends, slack) - values_at(track, starts, slack)
    return Measured(
        PER_YEAR * (after.value - before.value), after.time, max(before.known, after.known), name, PER_YEAR * history
    )


@indicator("open_interest.usd.{asset}")
def open_interest(view: View, asset: str) -> Measured:
    """Open interest at the window's start, USD, all covered venues.

    From `open_interest.usd.total.*`; a level, no threshold.
    """
    return view.level(view.window.start, f"open_interest.usd.total.{asset.lower()}").measured()


@indicator("open_interest.leverage.{asset}")
def leverage(view: View, asset: str) -> Measured:
    """Open interest in USD over market cap at the window's start, a ratio.

    From `open_interest.usd.total.*` and `market_cap.*`; z ≥ 1.5 is much, held against its own history only.
    """
    coin = asset.lower()
    interest, caps = view.track(f"open_interest.usd.total.{coin}"), view.track(f"market_cap.{coin}")
    ratio = interest.value / values_at(caps, interest.time, CAP_SLACK)
    told = np.isfinite(ratio)
    known = caps.known[np.maximum(np.searchsorted(caps.time, interest.time, side="right") - 1, 0)]
    columns = interest.time[told], ratio[told], np.maximum(interest.known, known)[told]
    return view.level_of(view.window.start, Track(f"{interest.name} / {caps.name}", *columns)).measured()


def _coins(view: View, asset: str) -> tuple[str, ...]:
    """Over a panel of venues where that exists, else single venues: what is open in one is no change to another."""
    holders = ("stablemargin", *_VENUES, "deribit", "hyperliquid")
    names = (f"open_interest.coins.{holder}.{asset.lower()}" for holder in holders)
    return tuple(name for name in names if view.snapshot.track(name) is not None)


@indicator("open_interest.buildup.{asset}")
def buildup(view: View, asset: str) -> Measured:
    """Coins open at the window's start over those 3 days before - 1, a fraction.

    From `open_interest.coins.*`; z ≥ 1.5 is leverage built up fast.
    """
    for name in _coins(view, asset):
        track = view.track(name).known_by(view.window.start)
        held = values_at(track, days_back(view.window.start, COMPARED_DAYS + 1 + BUILDUP_DAYS), timedelta(hours=2))
        held = held[:-BUILDUP_DAYS] / held[BUILDUP_DAYS:] - 1
        if np.isfinite(held[0]):
            row = row_at(track, view.window.start)
            when, known = moment(int(track.time[row])), moment(int(track.known[row]))
            return Measured(float(held[0]), when, known, name, held[1:])
    raise NoData(f"open interest of {asset} in coins is not measured at the window's start and 3 days before")


@indicator("open_interest.change.{asset}")
def open_interest_change(view: View, asset: str) -> Measured:
    """Coins open at the window's end over those at its start - 1, a fraction; in USD it would fall with the price.

    From `open_interest.coins.*`; -0.02 to -0.08 and below is unwinding.
    """
    reasons = [f"open interest of {asset} in coins is not recorded by then"]
    for name in _coins(view, asset):
        try:
            return view.change(name, relative=True)
        except NoData as reason:
            reasons.append(str(reason))
    raise NoData(reasons[-1])


@indicator("long_short.accounts.{asset}")
def accounts(view: View, asset: str) -> Measured:
    """Accounts long over accounts short at the window's start, a ratio: heads, not money.

    From `long_short.accounts.*`; above 1 more are long, z ≥ 1.5 is one-sided.
    """
    return view.level(view.window.start, *_accounts(asset)).measured()


@indicator("long_short.accounts_after.{asset}")
def accounts_after(view: View, asset: str) -> Measured:
    """Accounts long over accounts short at the window's end, a ratio.

    From `long_short.accounts.*`; above 1 more are long, z ≥ 1.5 is one-sided.
    """
    return view.latest(*_accounts(asset)).measured()


def _accounts(asset: str) -> tuple[str, ...]:
    return tuple(f"long_short.accounts.{venue}.{asset.lower()}" for venue in ("binance_daily", *_VENUES))


@indicator("long_short.top_accounts.{asset}")
def top_accounts(view: View, asset: str) -> Measured:
    """Top traders' accounts long over accounts short, by heads, at the window's start, a ratio.

    From `long_short.top_accounts.*`; z beyond ±1.5 is one-sided.
    """
    coin = asset.lower()
    names = (f"long_short.top_accounts.binance_daily.{coin}", f"long_short.top_accounts.binance.{coin}")
    return view.level(view.window.start, *names).measured()


@indicator("long_short.top_positions.{asset}")
def top_positions(view: View, asset: str) -> Measured:
    """Top traders' long over short positions, by size, at the window's start, a ratio.

    From `long_short.top_positions.*`; z beyond ±1.5 is one-sided.
    """
    coin = asset.lower()
    names = (f"long_short.top_positions.binance_daily.{coin}", f"long_short.top_positions.binance.{coin}")
    return view.level(view.window.start, *names).measured()
