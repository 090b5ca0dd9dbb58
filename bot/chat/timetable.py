"""What `/subscribe` is given, and when that comes next, in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta

from bot.chat.arguments import Misfit, shown, wish
from bot.chat.cities import City, cities_named
from bot.chat.weekdays import weekdays_in
from bot.chat.zones import zone_of
from bot.domain.chats import EVERY_DAY, Schedule

__all__ = ["MORNING", "MOST_TIMES", "Order", "Unclear", "clock_in", "comes", "order"]

MORNING = time(8)
MOST_TIMES = 6
_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})(am|pm)?", re.IGNORECASE)
_HOUR = re.compile(r"(\d{1,2})()(am|pm)", re.IGNORECASE)
_CHINESE_HOUR = re.compile(r"(早上|上午|下午|晚上)?(\d{1,2})[点點](半|\d{2}分?)?")
_DASH = re.compile(r"\s+([-–—~至到])\s*|\s*([–—~至到])\s+")
_NOON = 12


@dataclass(frozen=True, slots=True)
class Order:
    """A scope and a zone (None for the chat's own), local times and ISO weekdays.

    `cities` are those of the name given where it means several zones; `zone` is None then.
    """

    scope: str | None
    times: tuple[time, ...]
    zone: str | None
    weekdays: frozenset[int] = EVERY_DAY
    cities: tuple[City, ...] = ()


class Unclear(Exception):
    """A word that can't be taken: `trouble` names the text to say, `time`, `place` or `many`."""

    def __init__(self, trouble: str, word: str) -> None:
        super().__init__(f"{trouble}: {word}")
        self.trouble, self.word = trouble, word


def order(words: Sequence[str], now: datetime, assets: tuple[str, ...]) -> Order:
    """The order in any sequence of words: `eth 08:00 20:00 mon-fri Berlin`; raises Unclear."""
    times, days, rest = set[time](), frozenset[int](), list[str]()
    for word in _DASH.sub(r"\1\2", " ".join(words)).split():
        if (clock := clock_in(word)) is not None:
            times.add(clock)
        elif (named := weekdays_in(word)) is not None:
            days |= named
        else:
            rest.append(word)
    if len(times) > MOST_TIMES:
        raise Unclear("many", str(len(times)))
    scope, rest = _scope(rest, now, assets)
    zone, cities = _zone(" ".join(rest)) if rest else (None, ())
    return Order(scope, tuple(sorted(times)) or (MORNING,), zone, days or EVERY_DAY, cities)


def clock_in(word: str) -> time | None:
    """The time of day a word names: `08:00`, `8am`, `晚上8点半`; None for any other word; raises Unclear for 25:99."""
    if found := _CLOCK.fullmatch(word) or _HOUR.fullmatch(word):
        return _time(int(found[1]), int(found[2] or 0), (found[3] or "").lower(), word)
    if found := _CHINESE_HOUR.fullmatch(word):
        half = "pm" if found[1] in {"下午", "晚上"} and int(found[2]) < _NOON else ""
        minute = 30 if found[3] == "半" else int((found[3] or "0").removesuffix("分"))
        return _time(int(found[2]), minute, half, word)
    return None


def comes(schedule: Schedule, at: datetime, now: datetime, locale: str) -> tuple[str, str]:
    """The local moment and how long it is until then: `Tue 08:00 CET` and `in 9 hours`."""
    local = at.astimezone(ZoneInfo(schedule.zone))
    moment = format_datetime(local, "EEE HH:mm", tzinfo=ZoneInfo(schedule.zone), locale=locale)
    return f"{moment} {local:%Z}", format_timedelta(at - now, threshold=1, add_direction=True, locale=locale)


def _time(hour: int, minute: int, half: str, word: str) -> time:
    if half and not 1 <= hour <= _NOON:
        raise Unclear("time", word)
    try:
        return time(hour % _NOON + _NOON * (half == "pm") if half else hour, minute)
    except ValueError:
        raise Unclear("time", word) from None


def _zone(text: str) -> tuple[str | None, tuple[City, ...]]:
    """The zone of that name, or the cities of it that lie in several; raises Unclear for neither."""
    zone = zone_of(text)
    if zone is not None:
        return zone, ()
    cities = cities_named(text)
    if not cities:
        raise Unclear("place", shown(text))
    return (cities[0].zone, ()) if len(cities) == 1 else (None, cities)


def _scope(words: list[str], now: datetime, assets: tuple[str, ...]) -> tuple[str | None, list[str]]:
    """The first word that names a scope, and the words that are left."""
    for n, word in enumerate(words):
        try:
            found = wish(word, now, assets).scope
        except Misfit:
            continue
        if found is not None:
            return found, words[:n] + words[n + 1 :]
    return None, words
