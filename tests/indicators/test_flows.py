"""Fund flows, premium and stablecoins: sessions, streaks and what was published when."""

from datetime import timedelta

import pytest
from recorded import AS_OF, DAY, END, START, bars, daily, points, reason, value

from bot.domain.window import Window

CLOSE = END - timedelta(hours=3) - DAY  # the session of the day before the window's day


def sessions(series, values, last=CLOSE, delay=timedelta(hours=8)):
    return daily(series, values, last, delay)


def test_the_newest_published_session_is_the_flow():
    flow = value("etf.net_flow.btc", sessions("etf.net_flow.btc", [1e6, -2e6, -3e6]))
    assert (flow.value, flow.end, flow.known) == (-3e6, CLOSE, CLOSE + timedelta(hours=8))


def test_a_flow_is_compared_with_sixty_sessions_from_before_it():
    flow = value("etf.net_flow.btc", sessions("etf.net_flow.btc", [*[9e6] * 40, *[1e6] * 31, *[2e6] * 29, -3e6]))
    assert flow.baseline is not None
    assert (flow.baseline.n, flow.baseline.median) == (60, 1e6)
    assert flow.percentile == 0


def test_a_session_that_is_not_published_yet_does_not_exist():
    flows = sessions("etf.net_flow.btc", [1e6, -2e6, -3e6], last=CLOSE + DAY)
    assert value("etf.net_flow.btc", flows).value == -2e6


def test_both_funds_are_added_by_session():
    flows = sessions("etf.net_flow.btc", [-5e6, -3e6]), sessions("etf.net_flow.eth", [2e6, -1e6])
    assert value("etf.net_flow.btc_eth", *flows).value == -4e6


def test_before_eth_funds_existed_btc_funds_stand_alone():
    flows = sessions("etf.net_flow.btc", [-5e6] * 40), sessions("etf.net_flow.eth", [-1e6])
    both = value("etf.net_flow.btc_eth", *flows)
    assert both.value == -6e6
    assert both.baseline is not None
    assert both.baseline.median == -5e6


@pytest.mark.parametrize(
    ("flows", "out", "into"),
    [([5e6, -1e6, -2e6, -3e6], 3, 0), ([-5e6, 1e6, 2e6], 0, 2), ([-1e6, 0.0], 0, 0), ([1e6, -1e6], 1, 0)],
)
def test_streaks_count_sessions_of_one_sign(flows, out, into):
    recorded = sessions("etf.net_flow.btc", flows)
    assert value("etf.outflow_streak.btc", recorded).value == out
    assert value("etf.inflow_streak.btc", recorded).value == into


def test_a_streak_that_reaches_the_first_record_has_no_length():
    assert "begins inside" in reason("etf.outflow_streak.btc", sessions("etf.net_flow.btc", [-1e6, -2e6]))


def test_five_sessions_are_summed():
    recorded = sessions("etf.net_flow.btc", [9e6, 1e6, 2e6, 3e6, 4e6, 5e6])
    assert value("etf.net_flow.five_sessions.btc_eth", recorded).value == 15e6


def test_a_flow_older_than_a_long_weekend_is_stale():
    assert "five days" in reason("etf.net_flow.btc", sessions("etf.net_flow.btc", [1e6], last=END - 6 * DAY))


def test_a_flow_is_held_against_that_days_spot_volume():
    flow = sessions("etf.net_flow.btc", [-2e6])
    day = START - DAY
    spot = bars([100.0, 50.0], timeframe="1d", end=day + DAY, volumes=[1.0, 1e6])
    spot = type(spot)("cccagg", "BTC-USD", "1d", spot.time, spot.open, spot.high, spot.low, spot.close, spot.volume)
    assert value("etf.net_flow.share_of_spot_volume", flow, spot).value == pytest.approx(2e6 / 50e6)


def test_the_share_of_market_cap_is_in_basis_points():
    recorded = (
        sessions("etf.net_flow.btc", [-2e9]),
        sessions("etf.net_flow.eth", [-1e9]),
        daily("market_cap.btc", [2e12] * 3),
        daily("market_cap.eth", [2e11] * 3),
    )
    assert value("etf.net_flow.share_of_market_cap.btc", *recorded).value == pytest.approx(-10)
    assert value("etf.net_flow.share_of_market_cap.eth_minus_btc", *recorded).value == pytest.approx(-50 + 10)


def test_the_premium_prefers_the_days_mean():
    recorded = daily("premium.coinbase_okx.btc", [-10.9]), daily("premium.coinbase_index.btc", [-3.6])
    assert value("premium.coinbase.btc", *recorded).value == -10.9
    assert value("premium.coinbase.btc", recorded[1]).value == -3.6


def test_stablecoins_are_compared_with_a_week_ago():
    recorded = daily("stablecoins.supply", [100.0, *[102.0] * 6, 103.0], last=START, delay=timedelta(hours=1))
    assert value("stablecoins.change_7d", recorded).value == pytest.approx(3.0)


def test_a_revision_counts_from_when_it_was_known():
    rows = [(CLOSE, CLOSE + timedelta(hours=8), -1e6), (CLOSE, AS_OF + timedelta(minutes=1), -9e6)]
    assert value("etf.net_flow.btc", points("etf.net_flow.btc", rows)).value == -1e6
    earlier = [rows[0], (CLOSE, AS_OF, -9e6)]
    assert value("etf.net_flow.btc", points("etf.net_flow.btc", earlier)).value == -9e6


TWO = Window(END - 2 * DAY, END, AS_OF)
WEEK = Window(END - 7 * DAY, END, AS_OF)
HOURS = Window(END - timedelta(hours=4), END, AS_OF)


def test_a_window_of_days_has_the_flow_of_all_its_sessions():
    flows = sessions("etf.net_flow.btc", [*[1e6] * 50, -1e6, -2e6, -3e6, -4e6, -5e6, -6e6])
    flow = value("etf.net_flow.btc", flows, window=WEEK)
    assert flow.value == -21e6
    assert flow.baseline is not None
    assert flow.baseline.median == 6e6


def test_a_window_of_days_without_a_session_has_no_flow():
    assert "inside the window" in reason(
        "etf.net_flow.btc", sessions("etf.net_flow.btc", [1e6], END - 3 * DAY), window=TWO
    )


def test_news_from_before_a_short_window_is_no_flow_of_it():
    flows = sessions("etf.net_flow.btc", [1e6, -3e6])
    assert "published inside" in reason("etf.net_flow.btc", flows, window=HOURS)
    just_out = sessions("etf.net_flow.btc", [1e6, -3e6], delay=timedelta(hours=25))
    assert value("etf.net_flow.btc", just_out, window=HOURS).value == -3e6


def test_a_days_premium_does_not_describe_a_week():
    assert "several days" in reason("premium.coinbase.btc", daily("premium.coinbase_okx.btc", [-10.9] * 9), window=WEEK)


@pytest.mark.parametrize(("marks", "preliminary"), [([1.0, 0.0], 1), ([1.0, 1.0], 0)])
def test_a_flow_that_nobody_else_confirms_is_preliminary(marks, preliminary):
    told = sessions("etf.net_flow.btc", [-5e6, -3e6]), sessions("etf.agreed.btc", marks)
    assert value("etf.preliminary.btc", *told).value == preliminary


def test_a_confirmation_counts_from_when_it_is_known():
    flows, late = sessions("etf.net_flow.btc", [-5e6, -3e6]), sessions("etf.agreed.btc", [1.0, 1.0], delay=2 * DAY)
    assert "session" in reason("etf.preliminary.btc", flows, late)


def test_both_funds_flow_is_preliminary_where_either_is():
    flows = sessions("etf.net_flow.btc", [-5e6, -3e6]), sessions("etf.net_flow.eth", [2e6, -1e6])
    marks = sessions("etf.agreed.btc", [1.0, 1.0]), sessions("etf.agreed.eth", [1.0, 0.0])
    assert value("etf.preliminary.btc_eth", *flows, *marks).value == 1


def test_where_nobody_compared_publishers_nothing_is_preliminary():
    assert "etf.agreed.btc" in reason("etf.preliminary.btc", sessions("etf.net_flow.btc", [-5e6, -3e6]))


def test_a_flow_is_held_against_what_the_funds_held_the_session_before():
    flows = sessions("etf.net_flow.btc", [1e8] * 40 + [-5e8])
    held = daily("etf.net_assets.btc", [100e9] * 40 + [50e9], CLOSE, timedelta(hours=8))
    share = value("etf.net_flow.share_of_assets.btc", flows, held)
    assert share.value == pytest.approx(-0.5)
    assert share.baseline is not None
    assert share.baseline.median == pytest.approx(0.1)
    assert "holds nothing known" in reason("etf.net_flow.share_of_assets.btc", flows)
