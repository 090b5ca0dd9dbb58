"""The odds of a cut: CME's example, the table of meetings, and what the futures can't tell."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import DAY, daily, points, reason, value

from bot.domain.window import Window
from bot.indicators.fed import MEETINGS, cut_probability

CLOSE = timedelta(hours=20)
END = datetime(2025, 9, 12, tzinfo=UTC)
"""Five days before the decision of the 17th."""


def window(end=END, days=1):
    return Window(end - days * DAY, end, end)


def odds(pre, post, day, length):
    implied = (day * pre + (length - day) * post) / length
    return float(cut_probability(*(np.array([x]) for x in (pre, implied, day, length)))[0])


def futures(*prices, last=END - DAY + CLOSE):
    return daily("fed_funds.future.front", prices, last=last)


def effective(rate=4.33, days=40, last=END - timedelta(hours=5)):
    return daily("rates.fed_effective", [rate] * days, last=last)


def test_a_rate_expected_at_5_116_after_5_250_is_a_cut_by_53_6_percent():
    # day 18 of 30: (18 * 5.250 + 12 * 5.116) / 30 = 5.1964; (5.250 - 5.116) / 0.25 = 0.536
    assert cut_probability(np.array([5.250]), np.array([5.1964]), np.array([18]), np.array([30])) == pytest.approx(53.6)


@given(st.floats(0, 6), st.floats(-1, 1), st.integers(1, 27), st.integers(28, 31), st.floats(-5, 5))
def test_the_odds_give_back_the_expected_step(pre, cut, day, length, shift):
    expected = 100 * cut / 0.25
    assert odds(pre, pre - cut, day, length) == pytest.approx(expected, abs=1e-6)
    assert odds(pre + shift, pre + shift - cut, day, length) == pytest.approx(expected, abs=1e-6)


def test_eight_meetings_a_year_on_wednesdays_but_for_an_election():
    assert np.array_equal(np.unique(MEETINGS), MEETINGS)
    years = MEETINGS.astype("datetime64[Y]").astype(int) + 1970
    assert [int((years == year).sum()) for year in range(2024, 2028)] == [8] * 4
    others = [str(day) for day in MEETINGS if day.astype(datetime).weekday() != 2]
    assert others == ["2024-11-07"]


def test_recorded_odds_come_first():
    recorded = daily("fed.cut_probability", [60.0, 75.0], last=END - DAY + CLOSE)
    assert value("fed.cut_probability", recorded, futures(95.0), effective(), window=window()).value == 75.0
    assert value("fed.cut_probability.change", recorded, window=window()).value == pytest.approx(15.0)


def test_futures_tell_the_odds_of_the_months_meeting():
    # implied 4.265 and 4.255: post = (30 * 4.255 - 17 * 4.33) / 13 = 4.156923, a cut by 69.23 %
    level = value("fed.cut_probability", futures(95.735, 95.745), effective(), window=window())
    assert level.value == pytest.approx(100 * (4.33 - (30 * 4.255 - 17 * 4.33) / 13) / 0.25)
    assert level.value == pytest.approx(69.23, abs=0.01)
    change = value("fed.cut_probability.change", futures(95.735, 95.745), effective(), window=window())
    assert change.value == pytest.approx(30 * 0.01 / 13 / 0.25 * 100)
    assert change.source == "fed_funds.future.front, rates.fed_effective"


def test_after_the_meeting_the_month_tells_nothing():
    after = datetime(2025, 9, 19, tzinfo=UTC)
    prices = futures(95.7, 95.8, 95.8, last=after - DAY + CLOSE)
    found = reason("fed.cut_probability", prices, effective(last=after - timedelta(hours=5)), window=window(after))
    assert "no meeting ahead" in found


def test_the_close_after_the_decision_looks_to_the_next_meeting():
    decided = datetime(2025, 9, 18, tzinfo=UTC)  # the last close is of the 17th, two hours after the decision
    prices, rate = futures(95.7, 95.8, last=decided - DAY + CLOSE), effective(last=decided - timedelta(hours=5))
    assert "no meeting ahead" in reason("fed.cut_probability", prices, rate, window=window(decided))
    before = value("fed.cut_probability", futures(95.7, last=decided - 2 * DAY + CLOSE), rate, window=window(decided))
    assert before.value > 0


def test_one_windows_two_meetings_are_no_change():
    after = datetime(2025, 9, 19, tzinfo=UTC)
    recorded = daily("fed.cut_probability", [90.0] * 9, last=after - DAY + CLOSE)
    assert "next after it" in reason("fed.cut_probability.change", recorded, window=window(after, 3))


def test_too_late_in_the_month_to_tell():
    july = datetime(2025, 7, 26, tzinfo=UTC)
    prices = futures(95.6, 95.7, last=july - DAY + CLOSE)
    found = reason("fed.cut_probability", prices, effective(last=july - timedelta(hours=5)), window=window(july))
    assert "4 days after it" in found


def test_a_price_not_published_yet_is_not_used():
    rows = [(END - 2 * DAY + CLOSE, END - 2 * DAY + CLOSE, 95.735), (END - DAY + CLOSE, END + DAY, 95.9)]
    early = value("fed.cut_probability", points("fed_funds.future.front", rows), effective(), window=window())
    assert early.end == END - 2 * DAY + CLOSE


def test_nothing_recorded_is_said():
    assert reason("fed.cut_probability") == "fed.cut_probability holds nothing known by then"
    assert "rates.fed_effective" in reason("fed.cut_probability", futures(95.7), window=window())
