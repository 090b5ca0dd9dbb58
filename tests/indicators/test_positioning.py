"""Funding, open interest, accounts and liquidations: what stood before the window, and what it did."""

from datetime import timedelta

import pytest
from recorded import AS_OF, DAY, END, START, daily, points, read, reason, value

from bot.domain.catalogue import COVERED
from bot.domain.readings import Missing
from bot.domain.window import Window

MINUTES = timedelta(minutes=17)


def every(kind, values, assets=COVERED):
    return [daily(f"{kind}.{asset.lower()}", values) for asset in assets]


def test_funding_is_annualised_from_eight_hours():
    funding = value("funding.annualised.btc", daily("funding.rate_8h.oi_weighted.btc", [1e-4, 2e-4]))
    assert (funding.value, funding.end) == (pytest.approx(1e-4 * 3 * 365), START)
    after = value("funding.annualised_after.btc", daily("funding.rate_8h.oi_weighted.btc", [1e-4, 2e-4]))
    assert (after.value, after.end) == (pytest.approx(2e-4 * 3 * 365), END)


def test_funding_falls_back_to_a_single_venue():
    old = daily("funding.rate_8h.oi_weighted.btc", [9e-4], last=END - 10 * DAY)
    gate = daily("funding.rate_8h.gate.btc", [1e-4, 1e-4])
    assert value("funding.annualised.btc", old, gate).source == "funding.rate_8h.gate.btc"


def test_a_state_published_inside_the_window_is_not_from_before_it():
    late = daily("sentiment.fear_greed", [40.0, 49.0, 25.0], delay=timedelta(minutes=10))
    before = value("sentiment.fear_greed", late)
    assert (before.value, before.end) == (40.0, START - DAY)
    assert value("sentiment.fear_greed_after", late).value == 49.0


def test_stale_states_are_missing():
    assert "36 h" in reason(
        "long_short.accounts.btc", daily("long_short.accounts.binance_daily.btc", [2.0], END - 3 * DAY)
    )


def test_leverage_is_open_interest_over_market_cap():
    recorded = daily("open_interest.usd.total.btc", [60e9, 50e9]), daily("market_cap.btc", [2e12, 1e12])
    assert value("open_interest.leverage.btc", *recorded).value == pytest.approx(0.03)


def test_open_interest_changes_in_coins():
    recorded = daily("open_interest.coins.stablemargin.btc", [100.0, 100.0, 100.0, 110.0, 99.0])
    assert value("open_interest.change.btc", recorded).value == pytest.approx(-0.1)
    assert value("open_interest.buildup.btc", recorded).value == pytest.approx(0.1)


def test_an_open_interest_not_measured_at_an_end_of_the_window_is_no_change():
    assert "both ends" in reason(
        "open_interest.change.btc", daily("open_interest.coins.stablemargin.btc", [1.0], START)
    )


def test_liquidations_are_summed_over_assets_and_sides():
    recorded = [*every("liquidations.long", [1e6, 8e6]), *every("liquidations.short", [1e6, 2e6])]
    assert value("liquidations.total", *recorded).value == 70e6
    assert value("liquidations.long", *recorded).value == 56e6
    assert value("liquidations.long_share", *recorded).value == pytest.approx(0.8)
    assert value("liquidations.long_share.eth", *recorded).value == pytest.approx(0.8)


def test_a_week_of_liquidations_is_seven_days():
    week = Window(END - 7 * DAY, END, AS_OF)
    recorded = [*every("liquidations.long", range(1, 41)), *every("liquidations.short", [0.0] * 40)]
    reading = value("liquidations.total", *recorded, window=week)
    assert reading.value == 7 * sum(range(34, 41))


def test_daily_totals_do_not_describe_other_windows():
    recorded = [*every("liquidations.long", [1e6] * 5), *every("liquidations.short", [1e6] * 5)]
    shifted = Window(START - timedelta(hours=3), END - timedelta(hours=3), END)
    assert isinstance(read("liquidations.total", *recorded, window=shifted), Missing)
    short = Window(END - timedelta(hours=4), END, AS_OF)
    assert "by the day" in reason("liquidations.short", *recorded, window=short)


def test_one_asset_absent_makes_no_market_total():
    recorded = [*every("liquidations.long", [1e6], COVERED[:-1]), *every("liquidations.short", [1e6], COVERED[:-1])]
    assert isinstance(read("liquidations.total", *recorded), Missing)


def test_without_records_the_press_is_quoted():
    quoted = daily("liquidations.reported.total", [1.3e9]), daily("liquidations.reported.long", [1.04e9])
    assert value("liquidations.total", *quoted).source == "liquidations.reported.total"
    assert value("liquidations.long_share", *quoted).value == pytest.approx(0.8)
    old = daily("liquidations.reported.total", [1.3e9], last=START)
    assert isinstance(read("liquidations.total", old), Missing)


def test_liquidations_over_open_interest_at_the_start():
    recorded = [
        *every("liquidations.long", [0.0, 6e6]),
        *every("liquidations.short", [0.0, 0.0]),
        *every("open_interest.usd.total", [6e8, 1e8]),
    ]
    assert value("liquidations.share_of_open_interest", *recorded).value == pytest.approx(0.01)
    assert value("liquidations.intensity.eth_over_btc", *recorded).value == pytest.approx(1.0)


def test_macro_moves_are_close_to_close_inside_the_window():
    close = END - timedelta(hours=3)
    yields = daily("rates.us10y", [4.40, 4.30], last=close, delay=timedelta(hours=2))
    assert value("rates.us10y.change", yields).value == pytest.approx(-10)
    assert value("rates.us10y", yields).value == pytest.approx(4.30)
    shares = daily("equities.sp500", [100.0, 98.0], last=close)
    assert value("equities.sp500.change", shares).value == pytest.approx(-2)


def test_a_weekend_has_no_macro():
    friday = daily("equities.sp500", [100.0, 98.0], last=END - 2 * DAY)
    assert "no close inside the window" in reason("equities.sp500.change", friday)


def test_monday_is_held_against_friday():
    rows = [(END - 4 * DAY, 100.0), (END - timedelta(hours=3), 97.0)]
    monday = points("equities.sp500", [(time, time, level) for time, level in rows])
    assert value("equities.sp500.change", monday).value == pytest.approx(-3)


def test_a_week_of_macro_spans_its_closes():
    closes = [END - timedelta(hours=3) - n * DAY for n in range(10)]
    rows = [(time, time, 100.0 - n) for n, time in enumerate(reversed(closes))]
    week = Window(END - 7 * DAY, END, AS_OF)
    reading = value("volatility.vix.change", points("volatility.vix", rows), window=week)
    assert reading.value == pytest.approx(-7)


def test_what_is_not_recorded_says_so():
    assert reason("fed.cut_probability.change") == "fed.cut_probability holds nothing known by then"


def test_a_build_up_published_inside_the_window_is_not_from_before_it():
    late = daily("open_interest.coins.stablemargin.btc", [100.0, 100.0, 100.0, 110.0, 99.0], delay=timedelta(hours=6))
    assert "not measured" in reason("open_interest.buildup.btc", late)


def test_a_state_from_before_the_window_says_nothing_about_its_end():
    afternoon = Window(END - timedelta(hours=4), END, AS_OF)
    accounts = daily("long_short.accounts.binance_daily.btc", [2.0] * 3, last=START)
    assert isinstance(read("long_short.accounts_after.btc", accounts, window=afternoon), Missing)


def test_a_move_from_close_to_close_does_not_fit_a_window_of_hours():
    afternoon = Window(END - timedelta(hours=4), END, AS_OF)
    shares = daily("equities.sp500", [100.0, 98.0], last=END - timedelta(hours=3))
    assert "longer than the window" in reason("equities.sp500.change", shares, window=afternoon)


@pytest.mark.parametrize("venue", ["okx", "bybit", "deribit", "hyperliquid"])
def test_any_venues_funding_serves(venue):
    series = f"funding.rate_8h.{venue}.btc"
    assert value("funding.annualised.btc", daily(series, [1e-4, 1e-4])).source == series


@pytest.mark.parametrize("venue", ["okx", "bybit", "gate"])
def test_any_venues_accounts_and_open_interest_serve(venue):
    accounts, coins = f"long_short.accounts.{venue}.btc", f"open_interest.coins.{venue}.btc"
    assert value("long_short.accounts.btc", daily(accounts, [2.0, 3.0])).value == 2.0
    assert value("open_interest.change.btc", daily(coins, [100.0, 90.0])).value == pytest.approx(-0.1)


def test_a_cap_told_between_the_hours_still_makes_a_leverage():
    recorded = daily("open_interest.usd.total.btc", [60e9] * 3), daily("market_cap.btc", [2e12] * 3, END - MINUTES)
    assert value("open_interest.leverage.btc", *recorded).value == pytest.approx(0.03)
    assert "holds nothing" in reason("open_interest.leverage.btc", recorded[0])
