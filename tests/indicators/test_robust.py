"""A value against its history."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.catalogue import lookup
from bot.indicators.robust import Measured, NoData, baseline_of, robust_z, to_reading

NOW = datetime(2025, 2, 26, tzinfo=UTC)
QUANTITY = lookup("liquidations.total")
assert QUANTITY
finite = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
histories = st.lists(finite, min_size=30, max_size=90).map(np.array)


def made(value, history):
    return to_reading(QUANTITY, "market", Measured(value, NOW, NOW, "x", np.array(history, dtype=float)))


def test_z_is_the_textbook_one():
    # 30 values: fifteen 0s and fifteen 2s; median 1, every distance 1, so MAD is 1
    reading = made(4.0, [0.0, 2.0] * 15)
    assert reading.z == pytest.approx(0.6745 * 3)
    assert reading.baseline is not None
    assert (reading.baseline.n, reading.baseline.median, reading.baseline.mad) == (30, 1.0, 1.0)


def test_with_mad_zero_the_mean_distance_serves():
    # 29 zeros and one 30: MAD 0, mean distance 1
    assert made(2.5066, [0.0] * 29 + [30.0]).z == pytest.approx(2.0)


def test_a_history_that_never_moved_gives_no_z():
    reading = made(5.0, [3.0] * 40)
    assert reading.z is None
    assert reading.percentile == 100


def test_twenty_nine_values_make_no_baseline():
    reading = made(5.0, range(29))
    assert (reading.z, reading.percentile, reading.baseline) == (None, None, None)


def test_values_that_are_absent_do_not_count():
    assert made(5.0, [*range(29), float("nan")]).baseline is None
    assert made(5.0, [*range(30), float("nan")]).baseline.n == 30


def test_percentile_is_the_share_at_or_below():
    assert made(9.0, range(40)).percentile == 25.0


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), float("-inf")])
def test_no_reading_of_a_value_that_is_no_number(broken):
    with pytest.raises(NoData, match="no usable number"):
        made(broken, range(40))


def z_of(value, history):
    baseline = baseline_of(history, "")
    assert baseline is not None
    return robust_z(value, history, baseline)


@given(finite, histories, st.floats(0.1, 100), finite)
def test_z_ignores_scale_and_shift(value, history, scale, shift):
    plain = z_of(value, history)
    moved = z_of(value * scale + shift, history * scale + shift)
    if plain is None or abs(plain) > 1e6 or np.ptp(history) < 1:
        return
    assert moved == pytest.approx(plain, rel=1e-4, abs=1e-3)
