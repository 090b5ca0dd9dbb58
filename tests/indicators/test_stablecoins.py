"""Dollars inside crypto: growth over a week and a month, and BTC's worth in them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import END, START, daily, reason, value

SUPPLY = "stablecoins.supply"


def test_growth_over_a_week_and_a_month():
    # 200 billion for long, 210 from 20 days ago, 231 on the last day
    recorded = daily(SUPPLY, [200e9] * 140 + [210e9] * 19 + [231e9])
    week, month = value("stablecoins.change_7d", recorded), value("stablecoins.change_30d", recorded)
    assert (week.value, week.end) == (pytest.approx(10.0), END)
    assert month.value == pytest.approx(15.5)
    for reading in (week, month):
        assert reading.baseline is not None
        assert (reading.baseline.n, reading.baseline.median) == (90, 0.0)


@given(st.floats(0.01, 100))
def test_the_unit_of_the_supply_does_not_matter(scale):
    supply = [200e9 + 1e8 * (n % 9) * n for n in range(160)]
    for name in ("stablecoins.change_7d", "stablecoins.change_30d"):
        plain = value(name, daily(SUPPLY, supply)).value
        assert value(name, daily(SUPPLY, [scale * usd for usd in supply])).value == pytest.approx(plain)


def test_a_stale_or_short_supply_tells_nothing():
    old = daily(SUPPLY, [200e9] * 60, END - timedelta(days=2))
    assert reason("stablecoins.change_7d", old) == f"{SUPPLY} has no value in the 36 h up to the window's end"
    assert reason("stablecoins.change_30d", daily(SUPPLY, [200e9] * 20)) == f"{SUPPLY} has no value 30 days earlier"
    slip = daily(SUPPLY, [200e9] * 59 + [200e3, 200e3])
    assert reason("stablecoins.change_7d", slip).endswith("its row of 2025-02-26 00:00 UTC is absurd")


def test_the_ratio_is_that_before_the_window():
    recorded = daily(SUPPLY, [200e9, 100e9] * 50 + [250e9, 900e9]), daily("market_cap.btc", [1e12] * 102)
    ratio = value("stablecoins.ratio", *recorded)
    assert (ratio.value, ratio.end) == (pytest.approx(4.0), START)
    assert "holds nothing known by then" in reason("stablecoins.ratio", recorded[0])
