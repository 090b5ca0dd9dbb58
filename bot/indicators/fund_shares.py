"""How much the US spot funds' flows weigh: against a day's spot volume, a coin's market cap and what the funds hold."""

from datetime import timedelta

from bot.indicators.candles import DAY
from bot.indicators.flows import STALE, flow_btc, flow_of_window, flows
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Track
from bot.indicators.view import View, indicator, joined, values_at

SPOT_MARKET = "cccagg.BTC-USD.1d"
"""The aggregate of many spot venues, to hold a flow against."""


@indicator("etf.net_flow.share_of_spot_volume")
def share_of_spot_volume(view: View, _: str) -> Measured:
    """|BTC funds' flow| over the USD volume of BTC spot on the session's UTC day, a fraction.

    From `etf.net_flow.btc` and `bars/cccagg.BTC-USD.1d`; below 0.05 the flow is small beside the market.
    """
    if view.window.length > DAY:
        raise NoData("the flow of several days is not held against one day's volume")
    flow = flow_btc(view, "BTC")
    bars = view.snapshot.bars(SPOT_MARKET)
    day = flow.end.replace(hour=0, minute=0)
    held = bars.between(day, day) if bars is not None else None
    if held is None or not len(held["close"]):
        raise NoData(f"{SPOT_MARKET} has no bar for the session's day")
    volume = float(held["volume"][0] * held["close"][0])
    if volume <= 0:
        raise NoData(f"{SPOT_MARKET} shows no volume on the session's day")
    known = max(flow.known, day + DAY)
    return Measured(abs(flow.value) / volume, flow.end, known, f"{flow.source} / bars/{SPOT_MARKET}")


def _share_of_market_cap(view: View, asset: str) -> Track:
    """Each session's flow over the market cap last known before the session's end, basis points."""
    sessions, caps = flows(view, asset), view.track(f"market_cap.{asset.lower()}")
    share = 10_000 * sessions.value / values_at(caps, sessions.time, timedelta(hours=36))
    return Track(f"{sessions.name} / {caps.name}", sessions.time, share, sessions.known)


@indicator("etf.net_flow.share_of_market_cap.btc")
def share_of_market_cap_btc(view: View, _: str) -> Measured:
    """10,000 x BTC funds' flow / BTC's market cap, basis points.

    From `etf.net_flow.btc` and `market_cap.btc`; z beyond ±1.5 is heavy.
    """
    return flow_of_window(view, _share_of_market_cap(view, "BTC"))


@indicator("etf.net_flow.share_of_market_cap.eth")
def share_of_market_cap_eth(view: View, _: str) -> Measured:
    """10,000 x ETH funds' flow / ETH's market cap, basis points.

    From `etf.net_flow.eth` and `market_cap.eth`; z beyond ±1.5 is heavy.
    """
    return flow_of_window(view, _share_of_market_cap(view, "ETH"))


@indicator("etf.net_flow.share_of_market_cap.eth_minus_btc")
def share_of_market_cap_gap(view: View, _: str) -> Measured:
    """ETH funds' flow over ETH's market cap minus the same of BTC, basis points.

    From `etf.net_flow.*` and `market_cap.*`; below 0 ETH funds lost more for their coin's size, z ≤ -1.5 much more.
    """
    shares = (_share_of_market_cap(view, "ETH"), _share_of_market_cap(view, "BTC"))
    return flow_of_window(view, joined(f"({shares[0].name}) - ({shares[1].name})", shares, lambda c: c[:, 0] - c[:, 1]))


def _share_of_assets(view: View, asset: str) -> Track:
    """Each session's flow over what the funds held at the close of the session before, percent."""
    sessions, assets = flows(view, asset), view.track(f"etf.net_assets.{asset.lower()}")
    share = 100 * sessions.value / values_at(assets, sessions.time - 1, STALE)
    return Track(f"{sessions.name} / {assets.name}", sessions.time, share, sessions.known)


@indicator("etf.net_flow.share_of_assets.btc")
def share_of_assets_btc(view: View, _: str) -> Measured:
    """100 x BTC funds' flow / net assets at the session before, percent, from `etf.net_assets.btc`; ±0.5 is heavy."""
    return flow_of_window(view, _share_of_assets(view, "BTC"))


@indicator("etf.net_flow.share_of_assets.eth")
def share_of_assets_eth(view: View, _: str) -> Measured:
    """100 x ETH funds' flow / net assets at the session before, percent, from `etf.net_assets.eth`; ±0.5 is heavy."""
    return flow_of_window(view, _share_of_assets(view, "ETH"))
