"""Weekends, holidays and expiries, from the calendar alone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import DAY, bars, reason, value

from bot.domain.holidays import easter, us_market_holidays
from bot.domain.window import Window
from bot.indicators.sessions import days_of

HOUR = timedelta(hours=1)


def day(text, length=DAY):
    start = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return Window(start, start + length, start + length)


def on(name, text, length=DAY):
    return value(name, window=day(text, length)).value


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2021, "01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24"),
        (2022, "01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26"),
        (2023, "01-02 01-16 02-20 04-07 05-29 06-19 07-04 09-04 11-23 12-25"),
        (2025, "01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25"),
        (2026, "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25"),
    ],
)
def test_the_exchange_was_shut_on_these_days(year, days):
    assert us_market_holidays(year) == {date.fromisoformat(f"{year}-{day}") for day in days.split()}


@given(st.integers(1990, 2090))
def test_every_year_has_its_holidays_on_weekdays(year):
    holidays = us_market_holidays(year)
    assert 8 <= len(holidays) <= 11
    assert all(day.weekday() < 5 and day.year == year for day in holidays)
    assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)


def test_a_window_belongs_to_the_dates_in_the_middle_of_its_days():
    assert days_of(day("2025-07-04")) == [date(2025, 7, 4)]
    assert days_of(day("2025-07-03T20:00")) == [date(2025, 7, 4)]
    assert days_of(day("2025-07-04T20:00")) == [date(2025, 7, 5)]
    assert days_of(day("2025-07-01", 7 * DAY)) == [date(2025, 7, n) for n in range(1, 8)]
    assert days_of(day("2025-07-04T08:00", 4 * HOUR)) == [date(2025, 7, 4)]


def test_days_without_a_session_are_counted_back_from_the_window():
    name = "calendar.closed_days_before"
    assert [on(name, f"2025-07-{day:02}") for day in (3, 4, 5, 6, 7, 8)] == [0, 0, 1, 2, 3, 0]
    assert on(name, "2025-07-14") == 2
    assert "sessions of its own" in reason(name, window=day("2025-07-07", 7 * DAY))


def test_weekends_are_counted_by_the_hour():
    assert on("calendar.weekend", "2025-02-25") == 0
    assert on("calendar.weekend", "2025-02-22") == 1
    assert on("calendar.weekend", "2025-02-21T18:00") == pytest.approx(18 / 24)
    assert on("calendar.weekend", "2025-02-17", 7 * DAY) == pytest.approx(2 / 7)


def test_holidays_and_the_season_are_counted_by_the_date():
    assert on("calendar.us_holiday", "2025-07-04") == 1
    assert on("calendar.us_holiday", "2025-07-03") == 0
    assert on("calendar.us_holiday", "2024-12-25", 8 * DAY) == 2
    assert on("calendar.holiday_season", "2024-12-20", 7 * DAY) == 4
    assert [on("calendar.holiday_season", f"2024-12-{n}") for n in (22, 23, 31)] == [0, 1, 1]
    assert [on("calendar.holiday_season", f"2025-01-0{n}") for n in (1, 2)] == [1, 0]


@pytest.mark.parametrize(
    ("start", "size"),
    [
        ("2025-02-20", 0),
        ("2025-02-21", 1),
        ("2025-02-28", 2),
        ("2025-03-28", 3),
        ("2025-07-25", 2),  # the next Friday is the first of August
        ("2025-10-31", 2),
        ("2025-12-26", 3),
        ("2025-02-27T08:00", 2),  # up to Friday 08:00 itself
        ("2025-02-28T08:00", 0),  # from it on
    ],
)
def test_an_expiry_has_the_size_of_its_friday(start, size):
    assert on("options.expiry_size", start) == size


def test_a_week_has_the_largest_expiry_at_its_time():
    expiry = value("options.expiry_size", window=day("2025-03-22", 7 * DAY))
    assert (expiry.value, expiry.end) == (3, datetime(2025, 3, 28, 8, tzinfo=UTC))
    assert expiry.known < expiry.end


FRIDAY = day("2025-02-28")


def friday(moves, timeframe="1h"):
    """A day of bars at 100 that multiply by each hour's step."""
    closes = [100.0] * 24 * 110
    for hour in range(24):
        closes.append(closes[-1] * moves.get(hour, 1.0))
    return bars(closes, timeframe=timeframe, end=FRIDAY.end)


def test_moves_are_told_by_how_near_the_expiry_they_were():
    near = friday({5: 1.01, 6: 1.01, 9: 1 / 1.01, 10: 1.01})  # the hours from 06 to 10 are near
    assert value("options.move_near_expiry.btc", near, window=FRIDAY).value == pytest.approx(0.5)
    flat = friday(dict.fromkeys(range(24), 1.01))
    assert value("options.move_near_expiry.btc", flat, window=FRIDAY).value == pytest.approx(4 / 24)


def test_without_an_expiry_or_hourly_bars_nothing_is_near():
    thursday = day("2025-02-27")
    assert "no Friday expiry" in reason("options.move_near_expiry.btc", friday({8: 2.0}), window=thursday)
    assert "never moved" in reason("options.move_near_expiry.btc", friday({}), window=FRIDAY)
    coarse = bars([100.0] * 700, timeframe="4h", end=FRIDAY.end)
    assert "no hourly moves" in reason("options.move_near_expiry.btc", coarse, window=FRIDAY)
    assert "no Friday expiry" in reason(
        "options.move_near_expiry.btc", friday({8: 2.0}), window=day("2025-02-28T07:00", 17 * HOUR)
    )


def test_minutes_and_hours_tell_the_same():
    hourly = friday({7: 1.02, 15: 0.97, 20: 1.01})
    quarter = [100.0] * 4 * 24 * 60
    for hour in range(24):
        step = {7: 1.02, 15: 0.97, 20: 1.01}.get(hour, 1.0)
        quarter += [quarter[-1] * 1.005, quarter[-1] * 0.99, quarter[-1] * 1.0, quarter[-1] * step]
    fine = bars(quarter, timeframe="15m", end=FRIDAY.end)
    told = [value("options.move_near_expiry.btc", recorded, window=FRIDAY).value for recorded in (hourly, fine)]
    assert told[0] == pytest.approx(told[1])


@pytest.mark.parametrize(
    ("start", "size"),
    [("2025-12-21", 0), ("2025-12-22", 3), ("2025-12-25", 3), ("2025-12-26", 0), ("2025-01-28", 2), ("2025-01-14", 1)],
)
def test_the_largest_expiry_of_the_four_days_ahead(start, size):
    assert on("options.expiry_ahead", start) == size
