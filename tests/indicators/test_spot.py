"""Spot against perpetuals: takers, venues' shares, and the volume of the same weekday."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import AS_OF, DAY, END, START, bars, daily, reason, value

from bot.domain.window import Window

HOURS = 24 * 110
amounts = st.lists(st.integers(1, 10**6).map(float), min_size=40, max_size=40)


def takers(buys, sells, **known):
    return daily("taker.buy.btc", buys, **known), daily("taker.sell.btc", sells, **known)


def on(venue, symbol, recorded):
    return type(recorded)(
        venue,
        symbol,
        recorded.timeframe,
        *(getattr(recorded, column) for column in ("time", "open", "high", "low", "close", "volume")),
    )


def volumes(venue, symbol, amounts):
    return on(venue, symbol, bars([1.0] * len(amounts), timeframe="1d", volumes=amounts))


def test_takers_lean_to_the_side_that_bought_more():
    # 60 bought, 40 sold: 20 of 100
    assert value("taker.imbalance.btc", *takers([1.0, 60.0], [1.0, 40.0])).value == pytest.approx(0.2)


def test_a_week_of_takers_is_its_days_together():
    week = Window(END - 7 * DAY, END, AS_OF)
    recorded = takers([9e9, *[10.0] * 6, 40.0], [1.0, *[30.0] * 6, 20.0])
    assert value("taker.imbalance.btc", *recorded, window=week).value == pytest.approx((100 - 200) / 300)


@given(amounts, amounts, st.floats(0.001, 1000))
def test_scale_does_not_change_the_lean_and_sides_mirror_it(buys, sells, scale):
    plain = value("taker.imbalance.btc", *takers(buys, sells))
    scaled = value("taker.imbalance.btc", *takers([scale * b for b in buys], [scale * s for s in sells]))
    mirrored = value("taker.imbalance.btc", *takers(sells, buys))
    assert scaled.value == pytest.approx(plain.value)
    assert mirrored.value == pytest.approx(-plain.value)
    assert -1 <= plain.value <= 1


def test_takers_of_a_day_that_is_not_published_are_absent():
    assert "no daily total" in reason("taker.imbalance.btc", *takers([1.0] * 9, [2.0] * 9, delay=timedelta(hours=1)))


def test_the_takers_baseline_ends_before_the_window():
    lean = value("taker.imbalance.btc", *takers([*[10.0] * 40, 90.0], [*[10.0] * 40, 10.0]))
    assert lean.baseline is not None
    assert (lean.baseline.n, lean.baseline.median, lean.percentile) == (40, 0.0, 100.0)


def test_coinbase_is_held_against_both_venues():
    recorded = volumes("coinbase", "BTC-USD", [1.0] * 100 + [3.0]), volumes("binance", "BTC-USDT", [9.0] * 101)
    share = value("volume.coinbase_share.btc", *recorded)
    assert share.value == pytest.approx(3 / 12)
    assert share.baseline is not None
    assert (share.baseline.n, share.baseline.median) == (90, pytest.approx(0.1))


def test_spot_is_held_against_the_perpetual_of_the_same_window():
    spot = volumes("binance", "BTC-USDT", [2.0] * 100 + [6.0])
    perpetual = bars([100.0] * HOURS, volumes=[1.0] * HOURS)
    assert value("volume.spot_over_perp.btc", spot, perpetual).value == pytest.approx(6 / 24)


def test_a_venue_without_the_window_is_named():
    old = volumes("binance", "BTC-USDT", [9.0] * 50)
    assert reason("volume.coinbase_share.btc", old) == "coinbase.BTC-USD has no bars for the whole window"
    assert "coinbase" in reason("volume.coinbase_share.btc", old, window=Window(START, END - timedelta(hours=3), AS_OF))


def test_a_day_is_held_against_its_own_weekday():
    weekday = [1.0 if (END - n * DAY - DAY).weekday() != START.weekday() else 4.0 for n in range(110)]
    hourly = [amount for amount in reversed(weekday) for _ in range(24)]
    hourly[-24:] = [8.0] * 24
    recorded = bars([100.0] * HOURS, volumes=hourly)
    assert value("volume.relative_weekday.btc", recorded).value == pytest.approx(2.0)
    assert value("volume.relative.btc", recorded).value == pytest.approx(8.0)


def test_a_week_is_held_against_the_weeks_before_it():
    recorded = bars([100.0] * HOURS, volumes=[1.0] * (HOURS - 168) + [3.0] * 168)
    week = Window(END - 7 * DAY, END, AS_OF)
    assert value("volume.relative_weekday.btc", recorded, window=week).value == pytest.approx(3.0)


def test_three_weeks_make_no_weekday():
    assert "fewer than 4" in reason("volume.relative_weekday.btc", bars([100.0] * 24 * 27))
    assert value("volume.relative_weekday.btc", bars([100.0] * 24 * 29)).value == 1.0
