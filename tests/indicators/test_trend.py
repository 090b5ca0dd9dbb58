"""The run before the window: how far, how stretched, how wild."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import AS_OF, DAY, END, START, bars, daily, points, reason, value

from bot.domain.window import Window
from bot.indicators.trend import wilder_rsi

HOURS = 24 * 150
walks = (
    st.lists(st.integers(-50, 50), min_size=20, max_size=60)
    .filter(any)
    .map(lambda steps: 100 * np.cumprod(np.append(1.0, 1 + np.array(steps) / 1000)))
)


def test_the_run_ends_where_the_window_starts():
    # 30 days at 120 after a long time at 100, then a day that must not count
    recorded = bars([100.0] * (HOURS - 31 * 24) + [120.0] * 30 * 24 + [60.0] * 24)
    run = value("price.return_30d_before.btc", recorded)
    assert (run.value, run.end) == (pytest.approx(20.0), START)
    assert run.percentile == 100
    assert run.baseline is not None
    assert (run.baseline.n, run.baseline.median) == (90, 0.0)


def test_a_short_market_has_no_run():
    assert "does not reach" in reason("price.return_30d_before.btc", bars([100.0] * 24 * 20))


def test_the_window_opens_under_the_months_high():
    recorded = bars([100.0] * (HOURS - 100) + [125.0] + [100.0] * 75 + [130.0] * 24, wick=0.0)
    under = value("price.drawdown_from_high_30d.btc", recorded)
    assert under.value == pytest.approx(-20.0)
    high = bars([100.0] * HOURS + [130.0] * 24)
    assert value("price.drawdown_from_high_30d.btc", high).value == pytest.approx(0.0)


def test_rsi_of_the_first_fourteen_steps_is_their_plain_share():
    # ten steps up by 2 and four down by 5: gains 20, losses 20
    steps = [2.0] * 10 + [-5.0] * 4
    assert wilder_rsi(100 + np.cumsum([0.0, *steps])) == pytest.approx(50.0)


def test_rsi_is_smoothed_after_them():
    # means 10/14 and 0, then a fall of 14: gains 10/14 * 13/14, losses 14/14
    closes = 100 + np.cumsum([0.0, *[1.0] * 10, *[0.0] * 4, -14.0])
    gain = 10 / 14 * 13 / 14
    assert wilder_rsi(closes) == pytest.approx(100 * gain / (gain + 1))


@given(walks, st.floats(0.01, 1000))
def test_rsi_ignores_scale_and_mirrors_direction(closes, scale):
    plain = wilder_rsi(closes)
    assert 0 <= plain <= 100
    assert wilder_rsi(closes * scale) == pytest.approx(plain)
    assert wilder_rsi(1000 - closes) == pytest.approx(100 - plain)


@given(walks)
def test_rsi_is_wilders_recursion(closes):
    steps = np.diff(closes)
    gain, loss = np.maximum(steps[:14], 0).mean(), np.maximum(-steps[:14], 0).mean()
    for step in steps[14:]:
        gain, loss = (gain * 13 + max(step, 0)) / 14, (loss * 13 + max(-step, 0)) / 14
    assert wilder_rsi(closes) == pytest.approx(100 - 100 / (1 + gain / loss) if loss else 100)


def test_rsi_is_of_the_days_before_the_window():
    days = [float(100 + n) for n in range(40) for _ in range(24)]
    strong = value("price.rsi.btc", bars([*days, *[50.0] * 24]))
    assert (strong.value, strong.end) == (100.0, START)
    assert "never moved" in reason("price.rsi.btc", bars([100.0] * HOURS))
    assert "15 make an RSI" in reason("price.rsi.btc", bars(days[: 24 * 15]))


def test_volatility_of_the_month_before():
    # every hour a step of one percent: sqrt(720 * ln(1.01)^2 * 365 / 30)
    recorded = bars([100.0, 101.0] * (HOURS // 2) + [500.0] * 24)
    month = value("volatility.realised_30d.btc", recorded)
    assert month.value == pytest.approx(100 * np.log(1.01) * np.sqrt(24 * 365), rel=1e-3)
    assert month.end == START
    assert month.baseline is not None
    assert month.baseline.n == 70
    assert month.baseline.median == pytest.approx(month.value, rel=1e-3)


def test_funding_moves_within_one_series():
    weighted = daily("funding.rate_8h.oi_weighted.btc", [1e-4] * 40 + [3e-4])
    change = value("funding.change.btc", weighted)
    assert change.value == pytest.approx(2e-4 * 3 * 365)
    assert change.baseline is not None
    assert change.baseline.median == 0.0
    ended = daily("funding.rate_8h.oi_weighted.btc", [9e-4], last=START)
    gate = daily("funding.rate_8h.gate.btc", [1e-4, 4e-4])
    assert value("funding.change.btc", ended, gate).source == "funding.rate_8h.gate.btc"
    assert "funding.rate_8h.oi_weighted.btc" in reason("funding.change.btc", ended)


def test_a_weeks_funding_is_compared_with_weeks_before_it():
    week = Window(END - 7 * DAY, END, AS_OF)
    change = value("funding.change.btc", daily("funding.rate_8h.gate.btc", [1e-4] * 60 + [3e-4] * 7), window=week)
    assert change.value == pytest.approx(2e-4 * 3 * 365)
    assert change.baseline is not None
    assert (change.baseline.median, change.percentile, change.z) == (0.0, 100.0, None)


def test_funding_published_late_was_not_the_rate_before():
    late = points("funding.rate_8h.gate.btc", [(START, END, 1e-4), (END, END, 3e-4)])
    assert "holds nothing known by then" in reason("funding.change.btc", late)
