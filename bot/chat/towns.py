"""Buttons for a city of which there are several: each carries the whole order, so that nothing need be remembered."""

from datetime import time

from bot.chat.callbacks import pack
from bot.chat.cities import City
from bot.chat.timetable import MOST_TIMES, Order
from bot.chat.zones import is_zone
from bot.domain.delivery import Button

__all__ = ["TOWN", "TOWN_SHAPE", "order_on", "town_rows"]

TOWN = "twn1"
TOWN_SHAPE = rf":[\w/+-]{{3,32}}:\w{{0,8}}:(?:[0-9a-f]{{3}}){{1,{MOST_TIMES}}}:[0-9a-f]{{1,2}}"
MARKET = "m"
DIGITS = 3
HOUR = 60


def town_rows(ordered: Order, locale: str) -> tuple[tuple[Button, ...], ...]:
    """One button a city: `twn1:<zone>:<scope>:<minutes of the day, three hex digits each>:<days as bits>`."""
    scope = MARKET if ordered.scope == "market" else ordered.scope or ""
    times = "".join(f"{clock.hour * HOUR + clock.minute:03x}" for clock in ordered.times)
    days = f"{sum(1 << day - 1 for day in ordered.weekdays):x}"
    return tuple((Button(_name(city, locale), pack(TOWN, city.zone, scope, times, days)),) for city in ordered.cities)


def order_on(arguments: tuple[str, ...], assets: tuple[str, ...]) -> Order | None:
    """The order a button carries; None for one this version doesn't understand."""
    zone, scope, times, days = arguments
    minutes = [int(times[n : n + DIGITS], 16) for n in range(0, len(times), DIGITS)]
    weekdays = frozenset(day for day in range(1, 8) if int(days, 16) & 1 << day - 1)
    known = not scope or scope == MARKET or scope in assets
    if not known or not weekdays or max(minutes) >= 24 * HOUR or not is_zone(zone):
        return None
    clocks = tuple(time(minute // HOUR, minute % HOUR) for minute in minutes)
    return Order("market" if scope == MARKET else scope or None, clocks, zone, weekdays)


def _name(city: City, locale: str) -> str:
    return f"{city.said(locale)} · {city.zone.rpartition('/')[2].replace('_', ' ')}"
