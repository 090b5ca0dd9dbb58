"""Money into and out of the US spot funds, and the premium on Coinbase.

A session's flow is public the next morning (UTC), so a recap at midnight knows the session before the last one.
"""

from datetime import timedelta

import numpy as np
import pandas as pd

from bot.domain.series import moment
from bot.indicators.candles import DAY
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Track, Values
from bot.indicators.view import View, indicator, joined, row_at

__all__ = ["STALE", "flow_both", "flow_btc", "flow_eth", "flow_of_window", "flows", "published"]

COMPARED_SESSIONS = 60
FEW = 5
STALE = timedelta(days=5)
"""Longer than any US market holiday with its weekend."""

LARGEST_FLOW = 10e9
"""USD a session, seven times the largest there was; beyond it the unit is wrong."""


def flows(view: View, asset: str) -> Track:
    """Published sessions that ended by the window's end; raises NoData where the newest is stale."""
    return published(view, view.track(f"etf.net_flow.{asset.lower()}"))


def published(view: View, track: Track) -> Track:
    sessions = track.first(row_at(track, view.window.end) + 1)
    if not len(sessions) or view.window.end - moment(int(sessions.time[-1])) > STALE:
        raise NoData(f"{track.name} has no published session in the five days up to the window's end")
    first = max(0, min(len(sessions) - FEW, row_at(sessions, view.window.start)))
    _refuse_absurd(track.name, sessions.value[first:])
    return sessions


def _refuse_absurd(name: str, flows: Values) -> None:
    largest = float(flows[np.abs(flows).argmax()])
    if not abs(largest) <= LARGEST_FLOW:
        raise NoData(f"{name} is absurd: {largest:,.0f} USD in one session, more than {LARGEST_FLOW:,.0f}")


def _both_funds(view: View) -> Track:
    """BTC and ETH funds together; before ETH funds existed, BTC funds alone."""
    return view.once("both funds", lambda: _sum_of_funds(view))


def _sum_of_funds(view: View) -> Track:
    name, bitcoin = "etf.net_flow.{btc,eth}", view.track("etf.net_flow.btc")
    ether = view.snapshot.track("etf.net_flow.eth")
    if ether is None:
        return published(view, bitcoin)
    together = joined(name, (bitcoin, ether), lambda columns: np.asarray(columns.sum(axis=1)))
    alone = bitcoin.first(int(np.searchsorted(bitcoin.time, ether.time[0])))
    return published(
        view,
        Track(
            name,
            np.concatenate((alone.time, together.time)),
            np.concatenate((alone.value, together.value)),
            np.concatenate((alone.known, together.known)),
        ),
    )


def _last_session(view: View, sessions: Track) -> Measured:
    """The newest session against the 60 that ended before it and before the window."""
    values = sessions.value
    earlier = min(len(values) - 1, row_at(sessions, view.window.start) + 1)
    return Measured(
        float(values[-1]),
        moment(int(sessions.time[-1])),
        moment(int(sessions.known[-1])),
        sessions.name,
        values[max(0, earlier - COMPARED_SESSIONS) : earlier],
    )


def flow_of_window(view: View, sessions: Track) -> Measured:
    """The newest session, or for a window of several days all its sessions together.

    A window shorter than a day has a flow only where it was published inside: older news moved the price before.
    """
    if view.window.length > DAY:
        inside = len(sessions) - 1 - row_at(sessions, view.window.start)
        if inside < 1:
            raise NoData(f"{sessions.name} has no published session inside the window")
        return _last_session(view, _summed(sessions, inside))
    if view.window.length < DAY and moment(int(sessions.known[-1])) <= view.window.start:
        raise NoData(f"{sessions.name} has no session published inside the window")
    return _last_session(view, sessions)


def _summed(sessions: Track, count: int) -> Track:
    """Each session with those before it, `count` together."""
    sums = pd.Series(sessions.value).rolling(count).sum().to_numpy()[count - 1 :]
    return Track(sessions.name, sessions.time[count - 1 :], sums, sessions.known[count - 1 :])


@indicator("etf.net_flow.btc")
def flow_btc(view: View, _: str) -> Measured:
    """Creations minus redemptions of the US spot BTC funds, USD, of the newest published session.

    From `etf.net_flow.btc`; z beyond ±1.5 is heavy.
    """
    return flow_of_window(view, flows(view, "BTC"))


@indicator("etf.net_flow.eth")
def flow_eth(view: View, _: str) -> Measured:
    """Creations minus redemptions of the US spot ETH funds, USD, of the newest published session.

    From `etf.net_flow.eth`; z beyond ±1.5 is heavy.
    """
    return flow_of_window(view, flows(view, "ETH"))


@indicator("etf.net_flow.btc_eth")
def flow_both(view: View, _: str) -> Measured:
    """BTC and ETH funds together, USD, of the newest session published for both.

    From `etf.net_flow.btc` and `etf.net_flow.eth`; z beyond ±1.5 is heavy.
    """
    return flow_of_window(view, _both_funds(view))


@indicator("etf.net_flow.five_sessions.btc_eth")
def flow_five_sessions(view: View, _: str) -> Measured:
    """The last five published sessions of BTC and ETH funds together, USD.

    From `etf.net_flow.btc` and `etf.net_flow.eth`; z beyond ±1.5 is heavy.
    """
    sessions = _both_funds(view)
    if len(sessions) < FEW:
        raise NoData(f"{sessions.name} has fewer than {FEW} published sessions")
    return _last_session(view, _summed(sessions, FEW))


def _streak(view: View, asset: str, sign: int) -> Measured:
    """Published sessions in a row, up to the newest, whose flow has that sign."""
    sessions = flows(view, asset)
    against = np.flatnonzero(sessions.value[::-1] * sign <= 0)
    if not len(against):
        raise NoData(f"{sessions.name} begins inside the streak")
    measured = _last_session(view, sessions)
    return Measured(float(against[0]), measured.end, measured.known, sessions.name)


@indicator("etf.outflow_streak.btc")
def outflow_streak_btc(view: View, _: str) -> Measured:
    """Published sessions in a row with money leaving the BTC funds, in sessions.

    From `etf.net_flow.btc`; from 3 on it is a streak.
    """
    return _streak(view, "BTC", -1)


@indicator("etf.outflow_streak.eth")
def outflow_streak_eth(view: View, _: str) -> Measured:
    """Published sessions in a row with money leaving the ETH funds, in sessions.

    From `etf.net_flow.eth`; from 3 on it is a streak.
    """
    return _streak(view, "ETH", -1)


@indicator("etf.inflow_streak.btc")
def inflow_streak_btc(view: View, _: str) -> Measured:
    """Published sessions in a row with money entering the BTC funds, in sessions.

    From `etf.net_flow.btc`; from 3 on it is a streak.
    """
    return _streak(view, "BTC", +1)


@indicator("etf.inflow_streak.eth")
def inflow_streak_eth(view: View, _: str) -> Measured:
    """Published sessions in a row with money entering the ETH funds, in sessions.

    From `etf.net_flow.eth`; from 3 on it is a streak.
    """
    return _streak(view, "ETH", +1)


@indicator("premium.coinbase.btc")
def coinbase_premium(view: View, _: str) -> Measured:
    """10,000 (Coinbase's price / other venues' - 1), basis points, mean of the day.

    From `premium.coinbase_<venue>.btc`; below 0 US buyers paid less, beyond ±10 is large.
    """
    if view.window.length > DAY:
        raise NoData("a day's premium says nothing about several days")
    others = ("okx", "index", "binance", "bybit", "gate")
    return view.latest(*(f"premium.coinbase_{other}.btc" for other in others)).measured()
