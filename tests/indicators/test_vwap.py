"""Average prices by volume: of the window and since the high before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import END, START, bars, reason, value

HOURS = 24 * 110


def recorded(closes, volumes):
    """A flat past at 100, then the window's 24 hours; a bar opens where the one before closed."""
    return bars([100.0] * HOURS + closes, volumes=[1.0] * HOURS + volumes)


def test_the_average_weighs_typical_prices_by_volume():
    # 23 hours at 100, then one bar from 100 to 130: typical (130 + 100 + 130) / 3 = 120, with 77 of 100 coins
    average = value("price.vwap.btc", recorded([100.0] * 23 + [130.0], [1.0] * 23 + [77.0]))
    assert average.value == pytest.approx(100 * 0.23 + 120 * 0.77)
    assert average.end == END
    distance = value("price.close_vs_vwap.btc", recorded([100.0] * 23 + [130.0], [1.0] * 23 + [77.0]))
    assert distance.value == pytest.approx(100 * (130 / 115.4 - 1))
    assert distance.baseline is not None
    assert (distance.baseline.n, distance.baseline.median) == (90, pytest.approx(0.0))


def test_since_the_high_only_what_came_after_it_counts():
    # 40 hours before the window a bar reaches 120; from then on 39 bars at 100
    closes = [100.0] * (HOURS - 40) + [120.0] + [100.0] * 39 + [90.0] * 24
    first_back = (120 + 120 + 100) / 3, (120 + 100 + 100) / 3
    average = (first_back[0] + first_back[1] + 38 * 100) / 40
    level = value("level.vwap_from_high.btc", bars(closes))
    assert level.value == pytest.approx(average)
    assert level.end == level.known == START
    assert value("level.close_vs_vwap_from_high.btc", bars(closes)).value == pytest.approx(100 * (90 / average - 1))


@given(st.lists(st.floats(90, 110), min_size=24, max_size=24), st.floats(0.5, 2), st.floats(0.01, 100))
def test_prices_scale_and_volumes_cancel(closes, price, volume):
    plain, scaled = (
        bars([p * 100.0] * HOURS + [p * c for c in closes], volumes=[v] * (HOURS + 24))
        for p, v in ((1.0, 1.0), (price, volume))
    )
    for name in ("price.vwap.btc", "level.vwap_from_high.btc"):
        assert value(name, scaled).value == pytest.approx(price * value(name, plain).value)
    distance = value("price.close_vs_vwap.btc", plain)
    assert value("price.close_vs_vwap.btc", scaled).value == pytest.approx(distance.value, abs=1e-9)


def test_without_volume_there_is_no_average():
    for name in ("price.vwap.btc", "price.close_vs_vwap.btc", "level.vwap_from_high.btc"):
        assert "holds no volume to weigh prices by" in reason(name, bars([100.0] * HOURS, volumes=[0.0] * HOURS))
