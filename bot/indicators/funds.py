"""Single BTC funds among the US spot funds: the largest one's part, and the old trust that people leave."""

from datetime import timedelta

import numpy as np

from bot.domain.series import moment
from bot.indicators.candles import DAY
from bot.indicators.flows import flow_both, flow_btc, flow_eth, flow_of_window, published
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import milliseconds
from bot.indicators.view import View, indicator, row_at, values_at

BITCOIN_FUNDS = ("ibit", "fbtc", "bitb", "arkb", "btco", "ezbc", "brrr", "hodl", "btcw", "gbtc", "btc")
ROUNDING = 1e6
"""USD by which eleven rounded flows may miss their rounded total."""


@indicator("etf.net_flow.gbtc")
def flow_gbtc(view: View, _: str) -> Measured:
    """Creations minus redemptions of Grayscale's old BTC fund, USD, of the newest published session.

    From `etf.net_flow.btc.gbtc`; z ≤ -1.5 is heavy.
    """
    return flow_of_window(view, published(view, view.track("etf.net_flow.btc.gbtc")))


@indicator("etf.largest_fund_share.btc")
def largest_fund_share(view: View, _: str) -> Measured:
    """Largest flow of one BTC fund in the total's direction over the total, a fraction.

    More than 1 where the others moved against it. The funds must add up to the published total. From
    `etf.net_flow.btc.*`; from 0.9 on it was one fund.
    """
    if view.window.length > DAY:
        raise NoData("the largest fund is told of one session")
    total = flow_btc(view, "BTC")
    funds = [view.track(f"etf.net_flow.btc.{ticker}") for ticker in BITCOIN_FUNDS]
    session = np.array([milliseconds(total.end)])
    flows = np.concatenate([values_at(fund, session, timedelta(0)) for fund in funds])
    if not np.isfinite(flows).all():
        raise NoData(f"not every fund of {total.source} is recorded for the session")
    if not abs(flows.sum() - total.value) <= ROUNDING:
        raise NoData(f"the single funds of {total.source} don't add up to the session's total")
    if total.value == 0:
        raise NoData("as much money entered the BTC funds as left them")
    known = max(moment(int(fund.known[row_at(fund, total.end)])) for fund in funds)
    largest = float((flows / total.value).max())
    return Measured(largest, total.end, max(known, total.known), f"{total.source}, etf.net_flow.btc.*")


@indicator("etf.preliminary.btc")
def preliminary_btc(view: View, _: str) -> Measured:
    """Number 1 while no second publisher agrees with the flow that is told of BTC funds, 0 once one does.

    From `etf.agreed.btc`; from 1 on the flow may still change.
    """
    return _preliminary(view, flow_btc(view, "BTC"), "btc")


@indicator("etf.preliminary.eth")
def preliminary_eth(view: View, _: str) -> Measured:
    """Number 1 while no second publisher agrees with the flow that is told of ETH funds, 0 once one does.

    From `etf.agreed.eth`; from 1 on the flow may still change.
    """
    return _preliminary(view, flow_eth(view, "ETH"), "eth")


@indicator("etf.preliminary.btc_eth")
def preliminary_both(view: View, _: str) -> Measured:
    """Number 1 where either flow is preliminary, else 0.

    From `etf.agreed.*`; from 1 on the flow may still change.
    """
    told = flow_both(view, "BTC")
    return max((_preliminary(view, told, asset) for asset in ("btc", "eth")), key=lambda found: found.value)


def _preliminary(view: View, flow: Measured, asset: str) -> Measured:
    """Whether the session of that flow is agreed on by what was known then."""
    agreed = view.track(f"etf.agreed.{asset}")
    row = row_at(agreed, flow.end)
    if row < 0 or moment(int(agreed.time[row])) != flow.end:
        raise NoData(f"{agreed.name} doesn't tell of the session of {flow.end:%Y-%m-%d}")
    known = moment(int(agreed.known[row]))
    return Measured(1 - float(agreed.value[row]), flow.end, known, agreed.name)
