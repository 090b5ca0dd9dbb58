"""The order book: what stood in it before the window, and what was withdrawn."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import START, daily, reason, value

money = st.floats(1e6, 1e9)


def book(bids, asks, **known):
    return daily("depth_1pct.bids.btc", bids, **known), daily("depth_1pct.asks.btc", asks, **known)


def test_the_book_is_read_at_the_windows_start():
    recorded = book([300.0, 100.0], [100.0, 60.0])
    bids, asks = value("depth.bids.btc", *recorded), value("depth.asks.btc", *recorded)
    assert (bids.value, bids.end, asks.value) == (300.0, START, 100.0)
    assert value("depth.imbalance.btc", *recorded).value == pytest.approx(0.5)
    assert value("depth.change.btc", *recorded).value == pytest.approx(160 / 400 - 1)


@given(money, money, money, money, st.floats(0.01, 100))
def test_shares_do_not_depend_on_the_currency(bids, asks, later_bids, later_asks, scale):
    plain = book([bids, later_bids], [asks, later_asks])
    scaled = book([scale * bids, scale * later_bids], [scale * asks, scale * later_asks])
    for name in ("depth.change.btc", "depth.imbalance.btc"):
        assert value(name, *scaled).value == pytest.approx(value(name, *plain).value, abs=1e-9)
    assert value("depth.bids.btc", *scaled).value == pytest.approx(scale * bids)


def test_a_book_seen_only_inside_the_window_did_not_stand_before_it():
    late = book([300.0, 100.0], [100.0, 60.0], delay=timedelta(hours=2))
    for name in ("depth.bids.btc", "depth.imbalance.btc"):
        assert "holds nothing known by then" in reason(name, *late)


def test_an_old_book_and_an_empty_one_are_missing():
    assert "36 h" in reason("depth.bids.btc", *book([1.0], [1.0], last=START - timedelta(days=3)))
    assert "both ends" in reason("depth.change.btc", *book([1.0], [1.0], last=START))
    assert "no usable number" in reason("depth.imbalance.btc", *book([0.0, 1.0], [0.0, 1.0]))
    assert "holds nothing" in reason("depth.imbalance.btc", book([1.0, 1.0], [1.0, 1.0])[0])


def test_thin_is_told_against_ninety_days():
    bids = value("depth.bids.btc", *book([*range(1, 92), 0.5, 7.0], [1.0] * 93))
    assert bids.baseline is not None
    assert (bids.baseline.n, bids.percentile) == (90, 0.0)
