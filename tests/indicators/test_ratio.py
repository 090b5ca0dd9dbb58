"""An asset priced in BTC."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import DAY, END, START, bars, reason, value

from bot.domain.window import Scope, Window

DAYS = 160


def legs(ether, bitcoin):
    return bars(ether, "ETH", "1d"), bars(bitcoin, "BTC", "1d")


def test_the_ratio_its_change_and_its_trend():
    # ETH at 20 for long, then 18 for 30 days, then 9; BTC at 100 throughout
    ether = [20.0] * (DAYS - 31) + [18.0] * 30 + [9.0]
    recorded = legs(ether, [100.0] * DAYS)
    ratio = value("relative.in_btc.eth", *recorded)
    assert (ratio.value, ratio.end) == (pytest.approx(0.09), END)
    assert ratio.baseline is not None
    assert (ratio.baseline.n, ratio.baseline.median) == (90, pytest.approx(0.2))
    assert value("relative.in_btc_change.eth", *recorded).value == pytest.approx(-50.0)
    trend = value("relative.in_btc_change_30d.eth", *recorded)
    assert (trend.value, trend.end) == (pytest.approx(-10.0), START)


@given(st.floats(0.01, 100), st.floats(0.01, 100))
def test_prices_may_be_in_any_money(ether, bitcoin):
    wave = [10.0 + n % 7 for n in range(DAYS)]
    recorded = legs([ether * price for price in wave], [bitcoin * (5 + n % 5) for n in range(DAYS)])
    plain = legs(wave, [5.0 + n % 5 for n in range(DAYS)])
    for name in ("relative.in_btc_change.eth", "relative.in_btc_change_30d.eth"):
        assert value(name, *recorded).value == pytest.approx(value(name, *plain).value, abs=1e-9)
    assert value("relative.in_btc.eth", *recorded).value == pytest.approx(
        ether / bitcoin * value("relative.in_btc.eth", *plain).value
    )


def test_both_legs_falling_alike_change_nothing():
    recorded = legs([20.0] * DAYS + [10.0], [100.0] * DAYS + [50.0])
    assert value("relative.in_btc_change.eth", *recorded).value == pytest.approx(0.0)


def test_a_short_past_tells_no_trend():
    young = legs([20.0] * 25, [100.0] * 25)
    assert "do not reach over the 30 days before the window" in reason("relative.in_btc_change_30d.eth", *young)
    assert value("relative.in_btc.eth", *young).baseline is None


def test_a_week_is_held_against_ratios_from_before_it():
    week = Window(END - 7 * DAY, END, END + timedelta(minutes=5))
    ether = [20.0] * DAYS + [40.0] * 7
    ratio = value(
        "relative.in_btc.sol",
        bars(ether, "SOL", "1d"),
        legs(ether, [100.0] * (DAYS + 7))[1],
        window=week,
        scope=Scope("SOL"),
    )
    assert ratio.baseline is not None
    assert (ratio.baseline.median, ratio.baseline.mad) == (pytest.approx(0.2), pytest.approx(0.0))
