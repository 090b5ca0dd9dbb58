"""The days the US stock market stays shut, by rule for any year, and the two times it was shut to mourn."""

from datetime import date, timedelta
from functools import cache

__all__ = ["easter", "us_market_holidays"]

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
MOURNING = (date(2018, 12, 5), date(2025, 1, 9))
"""National days of mourning for a former president; no rule foretells them."""


@cache
def us_market_holidays(year: int) -> frozenset[date]:
    """The full-day holidays of the New York Stock Exchange in that year."""
    fixed = [date(year, 7, 4), date(year, 12, 25), *([date(year, 6, 19)] if year >= 2022 else [])]
    floating = [
        _nth(year, 1, MONDAY, 3),
        _nth(year, 2, MONDAY, 3),
        easter(year) - timedelta(days=2),
        _nth(year, 6, MONDAY, 1) - timedelta(days=7),
        _nth(year, 9, MONDAY, 1),
        _nth(year, 11, THURSDAY, 4),
    ]
    mourned = [day for day in MOURNING if day.year == year]
    return frozenset([*_new_year(year), *map(_observed, fixed), *floating, *mourned])


def _new_year(year: int) -> list[date]:
    """On a Sunday the Monday after; on a Saturday no day is given."""
    day = date(year, 1, 1)
    return [] if day.weekday() == SATURDAY else [_observed(day)]


def _observed(day: date) -> date:
    """The Friday before a Saturday, the Monday after a Sunday."""
    shift = {SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0)
    return day + timedelta(days=shift)


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, after Meeus, Jones and Butcher."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leap, odd = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    fours, ones = divmod(rest, 4)
    week = (32 + 2 * odd + 2 * fours - moon - ones) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)
