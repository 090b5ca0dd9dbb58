"""Liquidations of windows that are no calendar days: from hourly totals, over one panel of venues."""

from datetime import timedelta

import pytest
from recorded import AS_OF, DAY, END, daily, points, reason, value

from bot.domain.catalogue import COVERED
from bot.domain.window import Window

HOUR = timedelta(hours=1)
EVENING = END - 5 * HOUR
SHIFTED = Window(EVENING - DAY, EVENING, AS_OF)
AFTERNOON = Window(EVENING - 4 * HOUR, EVENING, AS_OF)


def hourly(name, values, last=EVENING):
    rows = [(last - HOUR * back, amount) for back, amount in enumerate(reversed(values))]
    return points(f"liquidations.hour.{name}", [(time, time, float(amount)) for time, amount in rows])


def bitcoin(longs, shorts=None):
    return hourly("long.btc", longs), hourly("short.btc", shorts or [0.0] * len(longs))


def market(longs):
    return [hourly(f"{side}.{asset.lower()}", longs) for side in ("long", "short") for asset in COVERED]


def test_a_day_that_ends_in_the_evening_is_added_up_from_its_hours():
    reading = value("liquidations.long.btc", *bitcoin([1e6] * 1000 + [3e6] * 24), window=SHIFTED)
    assert (reading.value, reading.end) == (72e6, EVENING)
    assert reading.source == "liquidations.hour.long.btc"


def test_four_hours_are_held_against_the_same_hours_of_earlier_days():
    # Every day the four hours before the evening hold 10 million each, the others one: today is like any other day.
    longs = [10e6 if (back % 24) < 4 else 1e6 for back in reversed(range(40 * 24))]
    reading = value("liquidations.long.btc", *bitcoin(longs), window=AFTERNOON)
    assert reading.value == 40e6
    assert reading.baseline.median == 40e6
    assert reading.baseline.n == 39


def test_a_week_of_hours_overlaps_no_earlier_week():
    week = Window(EVENING - 7 * DAY, EVENING, AS_OF)
    reading = value("liquidations.long.btc", *bitcoin([1.0] * (60 * 24) + [2.0] * (7 * 24)), window=week)
    assert (reading.value, reading.baseline.median) == (2 * 7 * 24, 7 * 24)


def test_whole_days_are_preferred_where_they_are_recorded():
    recorded = [*bitcoin([1e6] * 1000), daily("liquidations.long.btc", [5.0] * 40)]
    assert value("liquidations.long.btc", *recorded).value == 5.0


def test_a_market_total_needs_every_asset():
    assert value("liquidations.total", *market([1.0] * 1000), window=SHIFTED).value == 24 * 14
    assert "holds nothing" in reason("liquidations.total.eth", *bitcoin([1.0] * 1000), window=SHIFTED)


def test_an_hour_absent_from_the_window_makes_no_total():
    rows = bitcoin([1e6] * 1000)
    for columns in rows:
        for column in (columns.time, columns.known, columns.value):
            del column[-3]
    assert "has not every hour" in reason("liquidations.long.btc", *rows, window=SHIFTED)


def test_half_hours_are_not_cut():
    half = Window(EVENING - 4.5 * HOUR, EVENING - 0.5 * HOUR, AS_OF)
    assert "recorded by the hour" in reason("liquidations.long.btc", *bitcoin([1e6] * 1000), window=half)


def test_less_than_thirty_earlier_windows_are_no_baseline():
    reading = value("liquidations.long.btc", *bitcoin([1e6] * 24 * 20), window=AFTERNOON)
    assert (reading.value, reading.baseline, reading.z) == (4e6, None, None)


def test_long_share_and_open_interest_work_by_the_hour():
    interest = points(
        "open_interest.usd.total.btc", [(EVENING - HOUR * n, EVENING - HOUR * n, 1e9) for n in range(1000)]
    )
    recorded = [*bitcoin([3e6] * 1000, [1e6] * 1000), interest]
    assert value("liquidations.long_share.btc", *recorded, window=AFTERNOON).value == pytest.approx(0.75)
    share = value("liquidations.share_of_open_interest.btc", *recorded, window=AFTERNOON)
    assert share.value == pytest.approx(16e6 / 1e9)
    assert share.baseline.n >= 30


def test_more_closed_in_four_hours_than_was_open_is_absurd():
    interest = points("open_interest.usd.total.btc", [(EVENING - 4 * HOUR, EVENING - 4 * HOUR, 1e6)])
    assert "is absurd" in reason("liquidations.long.btc", *bitcoin([1e6] * 1000), interest, window=AFTERNOON)


def test_only_windows_of_the_same_panel_are_compared():
    # Until 35 days ago one venue was heard, then two: what was told of the one is no baseline for both.
    longs = [1.0] * (60 * 24) + [10.0] * (35 * 24)
    marks = [1.0] * (60 * 24) + [3.0] * (35 * 24)
    plain = value("liquidations.long.btc", *bitcoin(longs), window=AFTERNOON)
    marked = value("liquidations.long.btc", *bitcoin(longs), hourly("panel", marks), window=AFTERNOON)
    assert (plain.baseline.n, marked.baseline.n) == (90, 34)
    assert marked.baseline.median == marked.value == 40.0


def test_the_exchanges_that_count_are_told():
    panel = hourly("panel", [1 + 4 + 8] * 30)
    assert value("liquidations.venues", *market([1e6] * 30), panel, window=AFTERNOON).value == 3
    assert "holds nothing" in reason("liquidations.venues", *market([1e6] * 30), window=AFTERNOON)


def test_days_of_another_panel_are_no_baseline_either():
    recorded = [daily("liquidations.long.btc", [100.0] * 50 + [1.0] * 40), daily("liquidations.panel", [3.0] * 40)]
    assert value("liquidations.long.btc", *recorded).baseline.median == 1.0


def test_a_window_over_two_panels_is_no_total():
    marks = [1.0] * 990 + [3.0] * 10
    assert "has not every hour" in reason(
        "liquidations.long.btc", *bitcoin([1.0] * 1000), hourly("panel", marks), window=SHIFTED
    )


def test_the_newest_hours_may_be_untold_yet_and_are_left_out_of_every_window():
    longs = bitcoin([1e6] * 1000, None)
    for columns in longs:
        for column in (columns.time, columns.known, columns.value):
            del column[-1:]
    reading = value("liquidations.long.btc", *longs, window=SHIFTED)
    assert (reading.value, reading.baseline.median, reading.end) == (23e6, 23e6, EVENING - HOUR)
    assert "has not every hour" in reason("liquidations.long.btc", *longs, window=AFTERNOON)
