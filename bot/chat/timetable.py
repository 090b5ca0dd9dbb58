"""What `/subscribe` is given, and when that comes next, in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta

from bot.chat.arguments import Misfit, wish
from bot.chat.zones import zone_of
from bot.domain.chats import Schedule

__all__ = ["Order", "Unclear", "comes", "order"]

MORNING = time(8)
MOST_TIMES = 6
_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")


@dataclass(frozen=True, slots=True)
class Order:
    """A scope (None for the chat's own), local times, and a zone (None for the chat's own)."""

    scope: str | None
    times: tuple[time, ...]
    zone: str | None


class Unclear(Exception):
    """A word that can't be taken: `trouble` names the text to say, `time`, `place` or `many`."""

    def __init__(self, trouble: str, word: str) -> None:
        super().__init__(f"{trouble}: {word}")
        self.trouble, self.word = trouble, word


def order(words: Sequence[str], now: datetime, assets: tuple[str, ...]) -> Order:
    """The order in any sequence of words: `eth 08:00 20:00 Berlin`; raises Unclear."""
    clocks = [_CLOCK.fullmatch(word) for word in words]
    times = {_time(found) for found in clocks if found}
    if len(times) > MOST_TIMES:
        raise Unclear("many", str(len(times)))
    scope, rest = _scope([word for word, found in zip(words, clocks, strict=True) if not found], now, assets)
    zone = zone_of(" ".join(rest)) if rest else None
    if rest and zone is None:
        raise Unclear("place", " ".join(rest))
    return Order(scope, tuple(sorted(times)) or (MORNING,), zone)


def comes(schedule: Schedule, at: datetime, now: datetime, locale: str) -> tuple[str, str]:
    """The local moment and how long it is until then: `Tue 08:00 CET` and `in 9 hours`."""
    local = at.astimezone(ZoneInfo(schedule.zone))
    moment = format_datetime(local, "EEE HH:mm", tzinfo=ZoneInfo(schedule.zone), locale=locale)
    return f"{moment} {local:%Z}", format_timedelta(at - now, add_direction=True, locale=locale)


def _time(found: re.Match[str]) -> time:
    try:
        return time(int(found[1]), int(found[2]))
    except ValueError:
        raise Unclear("time", found[0]) from None


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
