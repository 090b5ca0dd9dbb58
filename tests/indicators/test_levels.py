"""Where the volume was, which round numbers fell, and whether there ever was a higher price."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import DAY, END, START, bars, reason, value

from bot.domain.window import Scope, Window
from bot.indicators.value_area import BINS, value_area

HOURS = 24 * 110


def test_volume_in_one_place_makes_a_narrow_area():
    # range 0 to 100, bins of 1: ten units from 40 to 41 hold ten of twelve
    area = value_area(np.array([40.0, 0.0, 99.0]), np.array([41.0, 1.0, 100.0]), np.array([10.0, 1.0, 1.0]))
    assert area == pytest.approx((40.0, 40.5, 41.0))


def test_even_volume_is_kept_to_seventy_of_a_hundred_bins():
    area = value_area(np.array([0.0]), np.array([100.0]), np.array([500.0]))
    assert area.high - area.low == pytest.approx(70.0)


def test_the_area_grows_towards_the_fuller_side():
    # 50 at 50..51, 30 at 51..52, 20 at 0..1: 80 of 100 above 50
    area = value_area(
        np.array([50.0, 51.0, 0.0, 99.0]), np.array([51.0, 52.0, 1.0, 100.0]), np.array([50.0, 30, 20, 0])
    )
    assert area == pytest.approx((50.0, 50.5, 52.0))


ladders = st.lists(st.tuples(st.floats(10, 90), st.floats(0.1, 9), st.floats(0.1, 100)), min_size=3, max_size=40).map(
    np.array
)


@given(ladders)
def test_the_area_holds_seventy_percent_and_its_control(ladder):
    lows, highs, volumes = ladder[:, 0], ladder[:, 0] + ladder[:, 1], ladder[:, 2]
    area, width = value_area(lows, highs, volumes), (highs.max() - lows.min()) / BINS
    assert lows.min() - 1e-6 <= area.low < area.control < area.high <= highs.max() + 1e-6
    spread = np.clip(np.minimum(highs + width, area.high) - np.maximum(lows - width, area.low), 0, None)
    assert (volumes * np.minimum(1, spread / (highs - lows))).sum() >= 0.7 * volumes.sum() - 1e-6


@given(ladders, st.integers(-6, 6), st.integers(-6, 6))
def test_the_area_scales_with_price_and_not_with_volume(ladder, price, volume):
    # powers of two are exact, so that equally full bins stay equally full
    lows, highs, volumes = ladder[:, 0], ladder[:, 0] + ladder[:, 1], ladder[:, 2]
    scaled = value_area(lows * 2.0**price, highs * 2.0**price, volumes * 2.0**volume)
    assert scaled == tuple(edge * 2.0**price for edge in value_area(lows, highs, volumes))


def profiled(last):
    """Two months between 100 and 110, mostly near 100, and a window at `last`."""
    closes = [100.0, 100.2] * (12 * 60)
    closes[-30 * 24 + 5] = 110.0
    return bars([*closes, *[last] * 24])


def test_the_profile_is_of_the_days_before_the_window():
    recorded = profiled(50.0)
    low, high = (value(f"level.value_area_{side}.btc", recorded) for side in ("low", "high"))
    assert 100.0 <= low.value < high.value <= 100.3
    assert low.end == START
    control = value("level.point_of_control.btc", recorded).value
    assert low.value < control < high.value
    under = value("level.close_vs_value_area_low.btc", recorded)
    assert under.value == pytest.approx(100 * (50 / low.value - 1))
    assert under.end == END
    assert value("level.close_vs_value_area_high.btc", recorded).value == pytest.approx(100 * (50 / high.value - 1))


def test_coarse_or_still_bars_have_no_profile():
    assert "too coarse" in reason("level.point_of_control.btc", bars([float(n) for n in range(1, 90)], timeframe="1d"))
    assert "no volume over a range" in reason("level.point_of_control.btc", bars([100.0] * HOURS))
    assert "30 days before" in reason("level.point_of_control.btc", bars([1.0, 2.0] * 24))


@pytest.mark.parametrize(
    ("asset", "opened", "closed", "crossed"),
    [
        ("BTC", 91_000, 89_000, -1),
        ("BTC", 101_000, 79_000, -3),
        ("BTC", 99_999, 100_000, 1),
        ("BTC", 100_000, 99_999, -1),
        ("BTC", 95_000, 91_000, 0),
        ("BTC", 21_000, 9_000, -1),
        ("BTC", 9_000, 15_000, 0),
        ("ETH", 2_600, 2_400, -1),
        ("ETH", 1_400, 2_600, 3),
    ],
)
def test_round_numbers_between_open_and_close(asset, opened, closed, crossed):
    recorded = bars([float(opened)] * 48 + [float(closed)] * 23, asset)
    assert value(f"level.round_number_crossed.{asset.lower()}", recorded).value == crossed


def test_other_assets_have_no_round_numbers():
    sol = Window(START, END, END)
    found = reason("level.round_number_crossed.sol", bars([100.0] * 99, "SOL"), window=sol, scope=Scope("SOL"))
    assert "no round numbers are kept for SOL" in found


def year(first, last, days=320, end=END):
    """Daily bars at `first` and one day that rises to `last`."""
    return bars([first] * days + [last], timeframe="1d", end=end)


def test_a_high_is_new_above_all_before_it():
    assert value("level.all_time_high.btc", year(120_000.0, 126_000.0)).value == pytest.approx(5.0)
    assert value("level.all_time_high.btc", year(120_000.0, 114_000.0)).value == pytest.approx(0.0)


def test_a_high_from_before_the_bars_counts_and_a_later_one_does_not():
    # 109,590 of January 2025 lies before this window, the 126,300 of October after it
    assert value("level.all_time_high.btc", year(60_000.0, 109_590.0)).value == pytest.approx(0.0)
    earlier = datetime(2024, 2, 29, tzinfo=UTC)
    window = Window(earlier - DAY, earlier, earlier)
    old = year(50_000.0, 69_045.0, end=earlier)
    assert value("level.all_time_high.btc", old, window=window).value == pytest.approx(0.0)


def test_a_higher_bar_of_another_market_counts():
    hourly = bars([100_000.0] * HOURS + [110_000.0] * 24)
    assert value("level.all_time_high.btc", hourly, year(130_000.0, 110_000.0)).value == pytest.approx(
        100 * (110 / 130 - 1)
    )


def test_a_short_memory_knows_no_all_time_high():
    assert "300 days" in reason("level.all_time_high.btc", bars([100.0] * 200, timeframe="1d"))
    avax = year(30.0, 40.0)
    avax = type(avax)(
        "binanceusdm",
        "AVAX-USDT-PERP",
        "1d",
        *(getattr(avax, c) for c in ("time", "open", "high", "low", "close", "volume")),
    )
    assert "is not kept" in reason("level.all_time_high.avax", avax, scope=Scope("AVAX"))


@given(st.integers(1, 20))
def test_what_comes_after_the_window_changes_no_level(later):
    recorded = profiled(105.0)
    window = Window(START, END, END)
    longer = bars([*recorded.close, *[500.0] * later], end=END + later * timedelta(hours=1))
    for name in ("level.value_area_low.btc", "level.round_number_crossed.btc"):
        assert value(name, longer, window=window).value == pytest.approx(value(name, recorded, window=window).value)
