"""What the calendar alone says about a window: weekends, holidays, and the hour options expire.

Known to everyone long before, so each of these is known at the window's start. No recorded series is needed.
"""

from datetime import date, datetime, timedelta

import numpy as np

from bot.domain.holidays import us_market_holidays
from bot.domain.window import Window
from bot.indicators.candles import DAY, Candles
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Values
from bot.indicators.view import View, indicator

HOUR = timedelta(hours=1)
EXPIRY_HOUR = 8
FRIDAY, SATURDAY = 4, 5
NEAR_EXPIRY = timedelta(hours=2)
EXPIRY_AHEAD = timedelta(days=4)
QUARTER_ENDS = (3, 6, 9, 12)


def _by_calendar(view: View, value: float, source: str) -> Measured:
    return Measured(value, view.window.end, view.window.start, source)


def days_of(window: Window) -> list[date]:
    """The UTC dates a window is about: the date in the middle of each of its days, one of a part of a day."""
    days = -(-window.length // DAY)
    piece = window.length / days
    return [(window.start + (n + 0.5) * piece).date() for n in range(days)]


@indicator("calendar.weekend")
def weekend(view: View, _: str) -> Measured:
    """Hours of the window on Saturday or Sunday, UTC, over all its hours, a fraction.

    From the calendar, `UTC`; at 1 volume is usually thin.
    """
    hours = [view.window.start + n * HOUR for n in range(-(-view.window.length // HOUR))]
    share = float(np.mean([hour.weekday() >= SATURDAY for hour in hours]))
    return _by_calendar(view, share, "UTC calendar")


@indicator("calendar.us_holiday")
def us_holiday(view: View, _: str) -> Measured:
    """Number of holidays of the New York Stock Exchange among the window's dates.

    From the calendar of the `NYSE`; from 1 on US funds and shares stand still.
    """
    holidays = sum(day in us_market_holidays(day.year) for day in days_of(view.window))
    return _by_calendar(view, float(holidays), "NYSE calendar")


@indicator("calendar.closed_days_before")
def closed_days_before(view: View, _: str) -> Measured:
    """Number of days in a row right before the window's date without a session in New York: 2 on a Monday.

    From the calendar of the New York Stock Exchange; from 1 on, what the US funds did last is days old.
    """
    if view.window.length > DAY:
        raise NoData("a window of several days has sessions of its own")
    (today,) = days_of(view.window)
    count = 0
    while _closed(today - (count + 1) * DAY):
        count += 1
    return _by_calendar(view, float(count), "NYSE calendar")


def _closed(day: date) -> bool:
    return day.weekday() >= SATURDAY or day in us_market_holidays(day.year)


@indicator("calendar.holiday_season")
def holiday_season(view: View, _: str) -> Measured:
    """Number of the window's dates from December 23 to January 1.

    From the calendar, `UTC`; from 1 on desks are thinly staffed.
    """
    season = sum((day.month, day.day) >= (12, 23) or (day.month, day.day) == (1, 1) for day in days_of(view.window))
    return _by_calendar(view, float(season), "UTC calendar")


def _expiries(start: datetime, end: datetime) -> list[datetime]:
    """Deribit's Friday expiries, 08:00 UTC, after `start` and up to `end`."""
    eight = start.replace(hour=EXPIRY_HOUR, minute=0, second=0, microsecond=0)
    moments = [eight + n * DAY for n in range((end - start) // DAY + 2)]
    return [when for when in moments if start < when <= end and when.weekday() == FRIDAY]


def _size(expiry: datetime) -> int:
    """1 a week's, 2 a month's (its last Friday), 3 a quarter's."""
    if (expiry + 7 * DAY).month == expiry.month:
        return 1
    return 3 if expiry.month in QUARTER_ENDS else 2


@indicator("options.expiry_size")
def expiry_size(view: View, _: str) -> Measured:
    """The largest options expiry in the window, a number: 0 none, 1 weekly, 2 monthly, 3 quarterly.

    From the calendar of `Deribit`; from 2 on worth a word.
    """
    largest = max(_expiries(view.window.start, view.window.end), key=_size, default=None)
    if largest is None:
        return _by_calendar(view, 0.0, "Deribit calendar")
    return Measured(float(_size(largest)), largest, view.window.start, "Deribit calendar")


@indicator("options.expiry_ahead")
def expiry_ahead(view: View, _: str) -> Measured:
    """The largest expiry in the four days after the window, a number: 0 none, 1 weekly, 2 monthly, 3 quarterly.

    From the calendar of `Deribit`; at 3 hedges pin the price before.
    """
    ahead = _expiries(view.window.end, view.window.end + EXPIRY_AHEAD)
    return _by_calendar(view, float(max(map(_size, ahead), default=0)), "Deribit calendar")


@indicator("options.move_near_expiry.btc")
def move_near_expiry(view: View, _: str) -> Measured:
    """Share of the window's absolute hourly moves within two hours of 08:00 UTC on days of a Friday expiry, a fraction.

    From `bars/*` of the lead market; of a day 4/24 would be even, from 0.25 on the move crowded around the expiry.
    """
    candles, window = view.candles("BTC"), view.window
    expiries = [when for when in _expiries(window.start, window.end) if window.start <= when - NEAR_EXPIRY]
    expiries = [when for when in expiries if when + NEAR_EXPIRY <= window.end]
    if not expiries:
        raise NoData("no Friday expiry with its two hours before and after lies inside the window")
    moves = _hourly_moves(candles)
    if not moves.sum() > 0:
        raise NoData(f"{candles.bars.name} never moved in the window")
    near = sum(float(moves[_hours_near(window, when)].sum()) for when in expiries)
    return Measured(near / float(moves.sum()), window.end, window.end, candles.source)


def _hourly_moves(candles: Candles) -> Values:
    """Absolute moves from hour to hour; raises NoData where bars or window don't keep to whole hours."""
    if candles.bars.timeframe > HOUR or candles.window.start.minute or candles.window.length % HOUR:
        raise NoData(f"{candles.bars.name} has no hourly moves over the window")
    path = np.append(candles.inside["open"][0], candles.inside["close"])
    return np.asarray(np.abs(np.diff(np.log(path[:: HOUR // candles.bars.timeframe]))))


def _hours_near(window: Window, expiry: datetime) -> slice:
    first = (expiry - NEAR_EXPIRY - window.start) // HOUR
    return slice(first, first + 2 * NEAR_EXPIRY // HOUR)
