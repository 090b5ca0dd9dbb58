"""Figures that can't be true are left out, and the gap says why."""

from array import array
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from recorded import DAY, END, START, bars, daily, reason, value

from bot.indicators.plausible import believable, credible

CLOSE = END - timedelta(hours=3) - DAY
FUNDS = ("ibit", "fbtc", "bitb", "arkb", "btco", "ezbc", "brrr", "hodl", "btcw", "gbtc", "btc")


def columns(closes, **changed):
    closes = np.array(closes, dtype=float)
    return {"open": closes, "high": closes, "low": closes, "close": closes, "volume": np.ones(len(closes))} | {
        name: np.array(column, dtype=float) for name, column in changed.items()
    }


@pytest.mark.parametrize("bad", [0.0, -3.0, float("nan"), float("inf"), 1_100.0, 9.0])
def test_a_glitch_between_good_bars_is_the_only_one_left_out(bad):
    closes = [100.0, 101.0, 99.0, bad, 100.0, 102.0, 98.0]
    assert list(believable(columns(closes))) == [True, True, True, False, True, True, True]


def test_other_columns_are_looked_at_too():
    closes = [100.0] * 5
    assert not believable(columns(closes, low=[100, 100, 0, 100, 100]))[2]
    assert not believable(columns(closes, volume=[1, 1, -1, 1, 1]))[2]
    assert believable(columns(closes, high=[100, 100, 150, 100, 100])).all()


def test_a_lasting_change_of_scale_is_believed_from_its_fourth_bar():
    assert believable(columns([1.0] * 5 + [1000.0] * 5)).tolist() == [True] * 5 + [False] * 3 + [True] * 2


@example([1.0, 4.0, 16.0, 200.0], None)
@given(st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=30), st.data())
def test_later_bars_have_no_say(closes, data):
    first = data.draw(st.integers(1, len(closes))) if data else len(closes) - 1
    assert believable(columns(closes)).tolist()[:first] == believable(columns(closes[:first])).tolist()
    assert believable(columns([])).all()
    assert believable(columns([5.0])).all()


@given(st.lists(st.floats(1, 4.9), min_size=1, max_size=30), st.floats(0.001, 1000))
def test_what_moves_less_than_fivefold_is_believed_at_any_scale(closes, scale):
    assert believable(columns([close * scale for close in closes])).all()


def glitched(place, price):
    recorded = bars([100.0] * 24 * 110)
    closes = array("d", recorded.close)
    closes[place] = price
    return type(recorded)(
        *(recorded.venue, recorded.symbol, recorded.timeframe, recorded.time, recorded.open),
        *(recorded.high, recorded.low, closes, recorded.volume),
    )


def test_an_absurd_bar_of_the_window_is_named():
    assert reason("price.return.btc", glitched(-5, 1_000_000.0)) == (
        "no market of BTC has bars for the whole window; "
        "binanceusdm.BTC-USDT-PERP.1h has an absurd bar at 2025-02-25 19:00 UTC"
    )


def test_an_absurd_bar_before_the_window_moves_no_level():
    assert value("level.low_20d.btc", glitched(-50, 0.0)).value == 100.0


def sessions(series, flows):
    return daily(f"etf.net_flow.{series}", flows, CLOSE, timedelta(hours=8))


def test_a_flow_in_the_wrong_unit_is_no_flow():
    wrong = sessions("btc", [1e6, 2e6, -3e14])
    assert reason("etf.net_flow.btc", wrong) == (
        "etf.net_flow.btc is absurd: -300,000,000,000,000 USD in one session, more than 10,000,000,000"
    )
    assert "absurd" in reason("etf.net_flow.five_sessions.btc_eth", sessions("btc", [1e6, 2e14, 1e6, 2e6, 3e6]))
    assert "absurd" in reason("etf.net_flow.btc", sessions("btc", [1e6, float("nan")]))
    assert value("etf.net_flow.btc", sessions("btc", [3e14, *[1e6] * 39, 5e6])).value == 5e6


def test_one_glitch_in_the_history_hardly_moves_the_baseline():
    plain = value("etf.net_flow.btc", sessions("btc", [*[1e6, 3e6] * 30, 5e6])).z
    glitch = value("etf.net_flow.btc", sessions("btc", [4e15, *[1e6, 3e6] * 29, 3e6, 5e6])).z
    assert plain is not None
    assert glitch == pytest.approx(plain, rel=0.5)


def test_more_liquidated_than_was_open_is_absurd():
    recorded = [
        daily("liquidations.long.btc", [1e6, 5e9]),
        daily("liquidations.short.btc", [1e6, 0.0]),
        daily("open_interest.usd.total.btc", [2e9, 2e9]),
    ]
    for name in ("total", "long", "long_share", "share_of_open_interest"):
        assert "is absurd: 5,000,000,000 USD were closed, 2,000,000,000 were open" in reason(
            f"liquidations.{name}.btc", *recorded
        )
    assert value("liquidations.short.btc", *recorded).value == 0.0
    assert value("liquidations.total.btc", *recorded[:2]).value == 5e9


def funds(flows, total):
    held = [sessions(f"btc.{ticker}", [1.0, flow]) for ticker, flow in zip(FUNDS, flows, strict=True)]
    return [*held, sessions("btc", [1e6, total])]


def test_the_largest_fund_of_the_totals_direction():
    # -400 and +100 and -60: IBIT made 400 of 360, in the total's direction
    recorded = funds([-400e6, 100e6, -60e6, *[0.0] * 8], -360e6)
    assert value("etf.largest_fund_share.btc", *recorded).value == pytest.approx(400 / 360)
    assert value("etf.net_flow.gbtc", *recorded).value == 0.0


def test_funds_that_dont_add_up_or_are_absent_tell_nothing():
    assert "add up" in reason("etf.largest_fund_share.btc", *funds([-400e6, *[0.0] * 10], -360e6))
    assert "holds nothing" in reason("etf.largest_fund_share.btc", *funds([-400e6, *[0.0] * 10], -400e6)[1:])
    late = [*funds([-400e6, *[0.0] * 10], -400e6)[:-1], sessions("btc", [1.0, 1.0, 1.0])]
    late[0] = daily("etf.net_flow.btc.ibit", [1.0], CLOSE - DAY)
    assert "not every fund" in reason("etf.largest_fund_share.btc", *late)
    assert "as much money" in reason("etf.largest_fund_share.btc", *funds([5e6, -5e6, *[0.0] * 9], 0.0))


def test_a_fund_published_after_the_total_dates_the_share():
    recorded = funds([-400e6, *[0.0] * 10], -400e6)
    recorded[0] = daily("etf.net_flow.btc.ibit", [-400e6], CLOSE, timedelta(hours=20))
    share = value("etf.largest_fund_share.btc", *recorded)
    assert share.known == CLOSE + timedelta(hours=20)
    assert share.known > START


@pytest.mark.parametrize(
    ("column", "price", "left_out"),
    [("high", 301.0, True), ("high", 299.0, False), ("low", 9.9, True), ("low", 10.1, False)],
)
def test_an_endless_wick_is_a_glitch_and_a_deep_one_a_crash(column, price, left_out):
    wicked = columns([100.0] * 5, **{column: [100, 100, price, 100, 100]})
    assert believable(wicked).tolist() == [True, True, not left_out, True, True]


STEADY = ("equities.sp500", "rates.us10y", "open_interest.usd.total.btc", "market_cap.btc", "volatility.vix")


@pytest.mark.parametrize("series", STEADY)
@pytest.mark.parametrize("slip", [0.0, -1.0, 0.01, 10.0, 1000.0])
def test_a_slip_of_the_unit_in_a_steady_series_is_left_out(series, slip):
    values = np.array([4.0, 4.1, 3.9, 4.0, 4.2, 4.0 * slip, 4.1])
    assert credible(series, values).tolist() == [True] * 5 + [False, True]
    assert credible("funding.rate_8h.binance.btc", values).all(), "what may be of either sign is held against its past"


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=30), st.floats(0.001, 1000))
def test_slips_are_told_at_any_scale_and_by_the_past_alone(values, scale):
    found = credible("market_cap.btc", np.array(values)).tolist()
    assert credible("market_cap.btc", scale * np.array(values)).tolist() == found
    assert credible("market_cap.btc", np.array(values[:-1])).tolist() == found[:-1]


def test_the_gap_that_a_slip_leaves_says_so():
    shares = daily("equities.sp500", [5000.0, 5010.0] * 30 + [50_000.0], CLOSE + DAY)
    assert reason("equities.sp500.change", shares) == (
        "equities.sp500 has no close inside the window; its row of 2025-02-25 21:00 UTC is absurd"
    )
    vix = daily("volatility.vix", [0.2], CLOSE - 9 * DAY)
    assert "absurd" not in reason("volatility.vix", vix)
    coins = daily("open_interest.coins.stablemargin.btc", [100.0] * 40 + [1e5])
    assert reason("open_interest.change.btc", coins).endswith("its row of 2025-02-26 00:00 UTC is absurd")


def test_funding_in_percent_is_absurd():
    rates = [1e-4, 2e-4] * 30
    for name in ("annualised", "annualised_after", "change"):
        assert "is absurd: 1095% a year, more than 500%" in reason(
            f"funding.{name}.btc", daily("funding.rate_8h.oi_weighted.btc", [*rates, 0.01, 0.01])
        )


def test_a_reading_a_hundred_times_beyond_the_usual_is_no_reading():
    usual = [5.0, -3.0, 4.0, -6.0, 2.0] * 18
    assert value("premium.coinbase.btc", daily("premium.coinbase_okx.btc", [*usual, 90.0])).value == 90.0
    assert "premium.coinbase_okx.btc is absurd: 900 basis points is 112 times as far from its median" in reason(
        "premium.coinbase.btc", daily("premium.coinbase_okx.btc", [*usual, 900.0])
    )


def test_what_never_moved_may_begin_to():
    assert value("premium.coinbase.btc", daily("premium.coinbase_okx.btc", [5.0] * 60 + [900.0])).z is None
